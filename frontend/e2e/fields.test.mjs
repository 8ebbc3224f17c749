import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { axeFaults } from './lib/axe.mjs';
import { launch } from './lib/browser.mjs';
import { addLead, enter, openShop } from './lib/shop.mjs';
import { shot } from './lib/shot.mjs';

/** @type {Awaited<ReturnType<typeof launch>>} */ let chromium;
/** @type {import('./lib/shop.mjs').Shop} */ let shop;
/** @type {import('playwright-core').Page} */ let page;
/** @type {string[]} */ let troubles;

before(async () => {
  chromium = await launch();
});
after(() => chromium.close());

afterEach(async () => {
  await page.context().close();
  await shop.close();
  assert.deepEqual(troubles, []);
});

/** @param {string} address @param {Parameters<typeof enter>[3]} [options] */
async function open(address, options) {
  ({ page, troubles } = await enter(chromium.browser, shop, address, options));
}

/**
 * Makes a field and answers it as Go keeps it.
 * @param {Record<string, unknown>} field
 */
async function addField(field) {
  const done = await shop.call('Settings', 'SaveField', {
    id: '',
    target: 'lead',
    type: 'text',
    required: false,
    onCard: false,
    onList: true,
    pos: 0,
    retired: false,
    choices: [],
    ...field,
  });
  const state = await shop.call('Session', 'State');
  return state.fields.find((/** @type {any} */ one) => one.id === done.ids[0]);
}

/** @param {string[]} labels */
const choices = (...labels) => labels.map((label) => ({ key: '', label, pos: 0 }));

/** @param {string} id @param {string} fieldId */
async function held(id, fieldId) {
  const view = await shop.call('Leads', 'Get', id);
  const all = [...view.lead.values, ...view.contact.values];
  return all.find((/** @type {any} */ one) => one.fieldId === fieldId)?.value;
}

const toast = (/** @type {string | RegExp} */ text) =>
  page.locator('[data-sonner-toast]').filter({ hasText: text });
const undo = (/** @type {string | RegExp} */ text) =>
  toast(text).getByRole('button', { name: 'Desfazer' }).click();
const region = (/** @type {string} */ name) => page.getByRole('region', { name });
const list = (/** @type {string} */ name) => page.getByRole('list', { name, exact: true });

describe('the fields of a shop', () => {
  test('are added by keyboard, with choices that are renamed, put in order and taken back', async () => {
    shop = await openShop();
    await open('/settings/fields');
    const deals = region('Campos do lead');
    await deals.getByText('Ainda não há campos seus no lead.').waitFor();
    await deals.getByLabel('Adicionar campo ao lead').first().fill('Cor preferida');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('option', { name: 'Uma opção' }).waitFor();
    await page.keyboard.type('Uma');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    const add = deals.getByRole('textbox', { name: 'Adicionar opção' });
    for (const name of ['Azul', 'Prata', 'Preto']) {
      await add.fill(name);
      await page.keyboard.press('Enter');
      await list('Opções de Cor preferida').getByText(name, { exact: true }).waitFor();
    }
    await deals.getByRole('button', { name: 'Subir Preto' }).click();
    await toast('Preto agora é o 2º').waitFor();
    await deals.getByRole('button', { name: 'Azul', exact: true }).click();
    await page.keyboard.type('Azul-marinho');
    await page.keyboard.press('Enter');
    await deals.getByRole('button', { name: 'Azul-marinho', exact: true }).waitFor();
    await deals.getByRole('button', { name: 'Tirar a opção Prata' }).click();
    await undo('Prata não é mais oferecida');
    await list('Opções de Cor preferida').getByText('Prata', { exact: true }).waitFor();
    assert.deepEqual(await list('Opções de Cor preferida').getByRole('listitem').allInnerTexts(), [
      'Azul-marinho',
      'Preto',
      'Prata',
    ]);
    await region('Campos do cliente')
      .getByLabel('Adicionar campo ao cliente')
      .first()
      .fill('Profissão');
    await page.keyboard.press('Enter');
    await toast('Profissão entrou na lista').waitFor();
    await shot(page, 'fields-settings');
    assert.deepEqual(await axeFaults(page), []);
    await page.reload();
    await deals.getByRole('button', { name: 'Uma opção · 3 opções' }).waitFor();
  });

  test('leave the list and come back by their name, and a name that is taken says so', async () => {
    shop = await openShop();
    await addField({ name: 'Banco' });
    await addField({ name: 'Prazo', type: 'number' });
    await open('/settings/fields');
    const deals = region('Campos do lead');
    await deals.getByRole('checkbox', { name: 'Banco: Obrigatório' }).check();
    await toast('Banco: campo salvo').waitFor();
    await deals.getByRole('button', { name: 'Subir Prazo' }).click();
    await toast('Prazo agora é o 1º').waitFor();
    await deals.getByRole('button', { name: 'Tirar Prazo da lista' }).click();
    await undo('Prazo saiu dos leads');
    await deals.getByRole('button', { name: 'Tirar Prazo da lista' }).click();
    await deals.getByText('1 fora de uso').waitFor();
    await deals.getByLabel('Adicionar campo ao lead').first().fill('banco');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('Já existe').waitFor();
    assert.match(troubles.splice(0).join(), /422/);
  });
});

describe('a lead', () => {
  test('holds a value of every type, says beside the field what is wrong, and tells its history', async () => {
    shop = await openShop();
    const id = await addLead(shop);
    const fields = {
      bank: await addField({ name: 'Banco' }),
      wish: await addField({ name: 'Pedido', type: 'longText' }),
      months: await addField({ name: 'Parcelas', type: 'number' }),
      entry: await addField({ name: 'Entrada', type: 'money', required: true }),
      until: await addField({ name: 'Troca até', type: 'date' }),
      swap: await addField({ name: 'Tem troca', type: 'bool' }),
      color: await addField({ name: 'Cor', type: 'choice', choices: choices('Azul', 'Prata') }),
      extras: await addField({
        name: 'Opcionais',
        type: 'multi',
        choices: choices('Teto', 'Couro', 'Som'),
      }),
      other: await addField({ name: 'Recado', type: 'phone' }),
      ad: await addField({ name: 'Anúncio', type: 'url' }),
      job: await addField({ name: 'Profissão', target: 'contact' }),
    };
    await open(`/lead/${id}`);
    const type = async (/** @type {string} */ label, /** @type {string} */ text) => {
      await page.getByLabel(label, { exact: true }).fill(text);
      await page.keyboard.press('Tab');
    };
    await type('Banco', 'Itaú');
    await type('Pedido', 'uma linha\noutra linha');
    await type('Parcelas', '1.234,5');
    await type('Entrada', '15000');
    await type('Troca até', '24122026');
    await type('Recado', '11933334444');
    await type('Anúncio', 'loja.com.br/compass');
    await type('Profissão', 'Médica');
    for (const [label, option] of [
      ['Tem troca', 'Sim'],
      ['Cor', 'Prata'],
    ]) {
      await page.getByLabel(/** @type {string} */ (label), { exact: true }).click();
      await page.getByRole('option', { name: /** @type {string} */ (option), exact: true }).click();
    }
    await page.getByLabel('Opcionais', { exact: true }).click();
    await page.getByRole('option', { name: 'Som' }).click();
    await page.getByRole('option', { name: 'Teto' }).click();
    await page.keyboard.press('Escape');
    await toast('Opcionais').first().waitFor();
    await shot(page, 'fields-lead');
    const want = {
      bank: 'Itaú',
      wish: 'uma linha\noutra linha',
      months: '1234.5',
      entry: '1500000',
      until: '2026-12-24',
      swap: '1',
      color: fields.color.choices[1].key,
      extras: [fields.extras.choices[0].key, fields.extras.choices[2].key].sort().join(','),
      other: '+5511933334444',
      ad: 'https://loja.com.br/compass',
      job: 'Médica',
    };
    for (const [key, value] of Object.entries(want))
      assert.equal(await held(id, /** @type {any} */ (fields)[key].id), value, key);
    await page.getByLabel('Parcelas', { exact: true }).fill('muitas');
    await page.keyboard.press('Enter');
    await page.getByText('Este número não é válido').waitFor();
    await page.keyboard.press('Escape');
    assert.equal(await page.getByLabel('Parcelas', { exact: true }).inputValue(), '1.234,5');
    await page.getByLabel('Entrada', { exact: true }).fill('');
    await page.keyboard.press('Enter');
    await page.getByText('Preencha este campo.').waitFor();
    assert.match(troubles.splice(0).join(), /422/);
    await page.keyboard.press('Escape');
    await type('Banco', 'Bradesco');
    await page.getByText('Banco: Itaú → Bradesco').waitFor();
    await undo('Banco');
    await page.waitForFunction(
      (label) =>
        [...document.querySelectorAll('label')].some(
          (one) =>
            one.textContent?.trim() === label && /** @type {any} */ (one).control?.value === 'Itaú',
        ),
      'Banco',
    );
    assert.deepEqual(await axeFaults(page), []);
  });
});

describe('board and list', () => {
  test('show fields, narrow by them, and say so when one is gone', async () => {
    shop = await openShop();
    const color = await addField({
      name: 'Cor',
      type: 'choice',
      onCard: true,
      choices: choices('Azul', 'Prata'),
    });
    const months = await addField({ name: 'Parcelas', type: 'number', onCard: true });
    const job = await addField({ name: 'Profissão', target: 'contact' });
    const people = [
      ['Ana Prado', 0, '48', 'Médica'],
      ['Bruno Sá', 1, '12', 'Motorista'],
      ['Célia Reis', 1, '60', 'médico'],
    ];
    for (const [i, [name, at, n, work]] of people.entries()) {
      await addLead(shop, {
        name,
        phone: `11 93333-444${i}`,
        values: [
          { fieldId: color.id, value: color.choices[/** @type {number} */ (at)].key },
          { fieldId: months.id, value: n },
          { fieldId: job.id, value: work },
        ],
      });
    }
    await open('/list');
    const rows = page.getByRole('row').filter({ hasText: /Ana|Bruno|Célia/ });
    const cell = (/** @type {string} */ text) => page.getByRole('gridcell', { name: text });
    await page.getByRole('columnheader', { name: 'Cor' }).waitFor();
    await cell('Prata').first().waitFor();
    await page.getByRole('button', { name: 'Filtro' }).click();
    await page.getByText('Campos da loja').click();
    await page.getByLabel('Cor', { exact: true }).click();
    await page.getByRole('option', { name: 'Prata' }).click();
    await page.keyboard.press('Escape');
    await page.getByLabel('Parcelas: de').fill('24');
    await page.keyboard.press('Enter');
    await page.getByText('Parcelas: de 24 em diante').waitFor();
    await page.getByLabel('Profissão', { exact: true }).fill('MEDIC');
    await shot(page, 'fields-filter');
    assert.deepEqual(await axeFaults(page), []);
    await page.keyboard.press('Enter');
    await page.getByText('Profissão: MEDIC').waitFor();
    await page.keyboard.press('Escape');
    await page.getByText('Cor: Prata').waitFor();
    await cell('Célia Reis').first().waitFor();
    await page.waitForFunction(
      () => document.querySelectorAll('[role=row][data-index]').length === 1,
    );
    assert.equal(await rows.count(), 1);
    await shot(page, 'fields-list');

    await page.getByRole('link', { name: 'Kanban' }).click();
    const card = page.getByRole('option', { name: /Célia Reis/ });
    await card.getByText('Prata', { exact: true }).waitFor();
    await card.getByText('60', { exact: true }).waitFor();
    await shot(page, 'fields-board');

    // The field goes while a filter names it: its making is undone.
    await page.getByRole('button', { name: 'Limpar filtros' }).click();
    await page.getByRole('option', { name: /Ana Prado/ }).waitFor();
    await addField({ name: 'Some', type: 'bool' });
    await page.getByRole('button', { name: 'Filtro' }).click();
    await page.getByText('Campos da loja').click();
    await page.getByLabel('Some', { exact: true }).click();
    await page.getByRole('option', { name: 'Sim', exact: true }).click();
    await page.keyboard.press('Escape');
    await page.getByText('Some: Sim').waitFor();
    await page.keyboard.press('Escape');
    await shop.call('History', 'Undo');
    const gone = page.getByText('Campo que não existe mais');
    await gone.waitFor();
    assert.equal(await page.getByRole('option', { name: /Ana Prado|Célia Reis/ }).count(), 0);
    await page.getByRole('group', { name: 'Filtro' }).getByRole('button').first().click();
    await page.getByRole('option', { name: /Ana Prado/ }).waitFor();
  });
});

describe('quick add and sheets', () => {
  test('quick add asks for what is required only, and says beside it what is missing', async () => {
    shop = await openShop();
    const swap = await addField({ name: 'Tem troca', type: 'bool', required: true });
    await addField({ name: 'Banco' });
    const job = await addField({ name: 'Profissão', target: 'contact', required: true });
    await open('/board');
    await page.getByRole('button', { name: 'Novo lead' }).first().click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Nome').fill('Célia Reis');
    await dialog.getByLabel('Telefone').fill('11933334444');
    assert.equal(await dialog.getByLabel('Banco').count(), 0);
    await page.keyboard.press('Control+Enter');
    await dialog.getByText('Preencha este campo.').waitFor();
    await dialog.getByLabel('Profissão').fill('Médica');
    await dialog.getByLabel('Tem troca').click();
    await page.getByRole('option', { name: 'Não', exact: true }).click();
    await shot(page, 'fields-new');
    assert.deepEqual(await axeFaults(page), []);
    await page.keyboard.press('Control+Enter');
    await dialog.waitFor({ state: 'detached' });
    assert.match(troubles.splice(0).join(), /422/);
    const view = await shop.call('Leads', 'Query', {
      filter: {
        pipelineId: '',
        stageIds: [],
        ownerIds: [],
        sourceIds: [],
        tagIds: [],
        createdFrom: '',
        createdTo: '',
        unread: false,
        activity: '',
        archived: false,
        importId: '',
      },
      sort: '',
      desc: false,
      offset: 0,
      limit: 10,
    });
    assert.equal(await held(view.rows[0].id, swap.id), '0');
    assert.equal(await held(view.rows[0].id, job.id), 'Médica');
  });

  test('a sheet fills fields by their name, and a column becomes a new one', async () => {
    shop = await openShop();
    const months = await addField({ name: 'Parcelas', type: 'number' });
    await open('/import');
    const chooser = page.waitForEvent('filechooser');
    await page.getByRole('button', { name: 'Escolher no computador' }).click();
    await (
      await chooser
    ).setFiles({
      name: 'leads.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from('Nome;Telefone;Parcelas;Revenda\nCélia Reis;11933334444;1.234,5;Itaú\n'),
    });
    await page.getByText('Seu campo: Parcelas').waitFor();
    const column = page.getByLabel('O que é a coluna Revenda');
    await column.click();
    await page.getByRole('option', { name: 'Criar um campo desta coluna' }).click();
    await toast('Campo Revenda criado').waitFor();
    await column.getByText('Seu campo: Revenda').waitFor();
    await shot(page, 'fields-import');
    assert.deepEqual(await axeFaults(page), []);
    await page.getByRole('button', { name: 'Conferir as linhas' }).click();
    await page.getByRole('button', { name: /^Importar [\d.]+ linha/ }).click();
    await page.getByRole('button', { name: 'Ver os leads' }).waitFor();
    const found = await waitForLead('Célia Reis');
    const state = await shop.call('Session', 'State');
    const made = state.fields.find((/** @type {any} */ one) => one.name === 'Revenda');
    assert.equal(await held(found, months.id), '1234.5');
    assert.equal(await held(found, made.id), 'Itaú');
  });
});

/** The id of a lead once it can be found. @param {string} name */
async function waitForLead(name) {
  for (;;) {
    const { hits } = await shop.call('Search', 'Find', name, 5);
    if (hits.length > 0) return hits[0].card.id;
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
  }
}
