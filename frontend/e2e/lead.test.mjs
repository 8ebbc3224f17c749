import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { axeFaults } from './lib/axe.mjs';
import { launch } from './lib/browser.mjs';
import { addLead, enter, openShop, openStages } from './lib/shop.mjs';
import { until } from './lib/until.mjs';

/** @type {Awaited<ReturnType<typeof launch>>} */ let chromium;
/** @type {import('./lib/shop.mjs').Shop} */ let shop;
/** @type {import('playwright-core').Page} */ let page;
/** @type {string[]} */ let troubles;
/** @type {string} */ let id;

before(async () => {
  chromium = await launch();
  shop = await openShop(['Carla Souza', 'Tiago Melo']);
});
after(async () => {
  await chromium.close();
  await shop.close();
});
afterEach(async () => {
  await page.context().close();
  // A refusal is an answer: the console names it, the page says why.
  assert.deepEqual(
    troubles.filter((line) => !/status of 4(22|04)/.test(line)),
    [],
  );
});

/**
 * Takes a lead in and opens its page.
 * @param {Record<string, unknown>} [lead]
 * @param {Parameters<typeof enter>[3]} [options]
 */
async function leadPage(lead = {}, options = {}) {
  id = await addLead(shop, lead);
  ({ page, troubles } = await enter(chromium.browser, shop, `/lead/${id}`, {
    device: {},
    ...options,
  }));
  await page.getByRole('heading', { level: 2 }).waitFor();
}

const heading = () => page.getByRole('heading', { level: 2 });
const field = (/** @type {string} */ label) => page.getByLabel(label, { exact: true });
const next = () => page.getByRole('region', { name: 'Próxima ação' });
const past = () => page.getByRole('region', { name: 'Linha do tempo' });
const box = () => page.locator('.write textarea');
/** The box of the command palette. */
const palette = () => page.getByRole('combobox', { name: 'Buscar ou comandar' });
const toast = (/** @type {string | RegExp} */ text) =>
  page.locator('[data-sonner-toast]').filter({ hasText: text });
const read = () => shop.call('Leads', 'Get', id);

describe('fields', () => {
  beforeEach(() => leadPage());

  test('Enter saves, Escape reverts, Tab saves and goes on; an undo takes it back', async () => {
    await field('Veículo').fill('Fiat Uno');
    await page.keyboard.press('Escape');
    assert.equal(await field('Veículo').inputValue(), 'Jeep Compass Longitude 2022');
    await field('Veículo').fill('Fiat Uno');
    await page.keyboard.press('Enter');
    await heading().locator('..').getByText('Fiat Uno').waitFor();
    await until(async () => (await read()).lead.vehicle === 'Fiat Uno');
    await field('Veículo').fill('Fiat Palio');
    await page.keyboard.press('Tab');
    assert.equal(
      await field('Valor').evaluate((element) => element === document.activeElement),
      true,
    );
    await until(async () => (await read()).lead.vehicle === 'Fiat Palio');
    await toast('Veículo').getByRole('button', { name: 'Desfazer' }).click();
    await until(async () => (await read()).lead.vehicle === 'Fiat Uno');
    await page.waitForFunction(() =>
      document.querySelector('h2')?.nextElementSibling?.textContent?.includes('Fiat Uno'),
    );
  });

  test('take amounts, plates, documents and days as people write them', async () => {
    await field('Valor').fill('99.900');
    await page.keyboard.press('Enter');
    assert.equal((await field('Valor').inputValue()).replace(/\s/g, ' '), 'R$ 99.900,00');
    await field('Placa').pressSequentially('abc1234');
    assert.equal(await field('Placa').inputValue(), 'ABC-1234');
    await page.keyboard.press('Enter');
    await field('CPF/CNPJ').pressSequentially('52998224725');
    assert.equal(await field('CPF/CNPJ').inputValue(), '529.982.247-25');
    await page.keyboard.press('Enter');
    await field('Nascimento').fill('24/11/1980');
    await page.keyboard.press('Enter');
    await field('CEP').pressSequentially('01310100');
    await page.keyboard.press('Enter');
    await until(async () => (await read()).contact.zip === '01310100');
    const { lead, contact } = await read();
    assert.equal(lead.valueCents, 9990000);
    assert.equal(lead.plate, 'ABC1234');
    assert.equal(contact.document, '52998224725');
    assert.equal(contact.birthday, '1980-11-24');
  });

  test('what is wrong stays to be mended, with the reason beside it', async () => {
    await field('CPF/CNPJ').fill('529.982.247-00');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('Este CPF não é válido').waitFor();
    assert.equal(await field('CPF/CNPJ').inputValue(), '529.982.247-00');
    assert.deepEqual(await axeFaults(page), []);
    await field('Nascimento').fill('31/02/1980');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('Esta data não existe').waitFor();
    await field('CPF/CNPJ').focus();
    await page.keyboard.press('Escape');
    await page.getByText('Este CPF não é válido').waitFor({ state: 'detached' });
    assert.equal((await read()).contact.birthday, '');
  });

  test('phones: another one with its kind, to the front, away; the last one stays', async () => {
    await page.getByRole('button', { name: 'Outro telefone' }).click();
    await page.keyboard.type('1132345678');
    await page.keyboard.press('Enter');
    await page.getByLabel('Tipo de (11) 3234-5678').waitFor({ state: 'attached' });
    await field('Telefone 2').focus();
    await page.keyboard.press('Tab');
    await page.keyboard.type('casa');
    await page.keyboard.press('Enter');
    await until(async () => (await read()).contact.phones[1]?.label === 'casa');
    await page.getByRole('button', { name: 'Mais ações com (11) 3234-5678' }).click();
    await page.getByRole('menuitem', { name: 'Usar como principal' }).click();
    await until(async () => (await read()).contact.phones[0].key === '+551132345678');
    await page.getByRole('button', { name: 'Mais ações com (11) 98527-0593' }).click();
    await page.getByRole('menuitem', { name: 'Remover' }).click();
    await until(async () => (await read()).contact.phones.length === 1);
    await page.getByRole('button', { name: 'Mais ações com (11) 3234-5678' }).click();
    await page.getByRole('menuitem', { name: 'Remover' }).click();
    await toast('Informe um telefone ou um e-mail.').waitFor();
    assert.equal(await field('Telefone').inputValue(), '(11) 3234-5678');
    await field('Telefone').fill('123');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('Este telefone não é válido').waitFor();
  });

  test('owner and temperature are chosen from lists; a new tag by typing it', async () => {
    await field('Responsável').click();
    await page.getByRole('option', { name: 'Tiago Melo' }).click();
    await field('Temperatura').focus();
    await page.keyboard.press('Enter');
    assert.deepEqual(await axeFaults(page), []);
    await page.getByRole('option', { name: /^Quente/ }).click();
    await page.getByRole('combobox', { name: 'Etiquetas' }).fill('quer troca');
    await page.getByRole('option', { name: 'Criar “quer troca”' }).click();
    await page.getByRole('button', { name: 'Remover quer troca' }).waitFor();
    await until(async () => (await read()).lead.tags.length > 0);
    const { lead } = await read();
    const state = await shop.call('Session', 'State');
    assert.equal(lead.timeframe, 'now');
    assert.equal(
      lead.tags[0],
      state.tags.find((/** @type {any} */ t) => t.name === 'quer troca').id,
    );
    assert.equal(
      lead.ownerId,
      state.users.find((/** @type {any} */ u) => u.name === 'Tiago Melo').id,
    );
    await past().getByText('Temperatura: Quente · quer comprar já').waitFor();
  });
});

describe('the next step', () => {
  beforeEach(() => leadPage());

  test('is planned in two clicks, completed with its outcome, and the next one is offered', async () => {
    await page.keyboard.press('p');
    await next().getByRole('radio', { name: 'Visita' }).check({ force: true });
    await next().getByRole('button', { name: 'Amanhã' }).click();
    await next().getByLabel('Hora').fill('15h');
    assert.deepEqual(await axeFaults(page), []);
    await next().getByRole('button', { name: 'Planejar', exact: true }).click();
    await next().getByText('Amanhã 15:00').waitFor();
    await next().getByRole('button', { name: 'Concluir' }).click();
    assert.deepEqual(await axeFaults(page), []);
    await next().getByRole('button', { name: 'Veio à loja' }).click();
    await past().getByText('concluiu Visita').waitFor();
    await past().getByText('Veio à loja').waitFor();
    await next().getByText('Qual é o próximo passo?').waitFor();
    assert.equal(await next().getByRole('radio', { name: 'Ligação' }).isChecked(), true);
    await page.keyboard.press('Escape');
  });

  test('asks for a day, can be rescheduled and deleted, and comes back by undo', async () => {
    await next()
      .getByRole('button', { name: /Sem próxima ação/ })
      .click();
    await next().getByLabel('O que fazer').fill('Enviar proposta com troca');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('Escolha um dia.').waitFor();
    await next().getByLabel('Dia', { exact: true }).fill('05/01/2030');
    await page.keyboard.press('Enter');
    await next().getByText('05/01/2030').waitFor();
    await next().getByRole('button', { name: 'Mais ações com a atividade' }).click();
    await page.getByRole('menuitem', { name: 'Remarcar ou mudar' }).click();
    await next().getByLabel('Dia', { exact: true }).fill('06/01/2030');
    await next().getByLabel('Hora').fill('0930');
    await page.keyboard.press('Enter');
    await next().getByText('06/01/2030 09:30').waitFor();
    await past()
      .getByText(/Quando/)
      .waitFor();
    await next().getByRole('button', { name: 'Mais ações com a atividade' }).click();
    await page.getByRole('menuitem', { name: 'Excluir' }).click();
    await next().getByText('Sem próxima ação').waitFor();
    await page.locator('main').focus();
    await page.keyboard.press('Control+z');
    await next().getByText('Enviar proposta com troca').waitFor();
  });

  test('that is overdue says so in words', async () => {
    await shop.call('Activities', 'Add', {
      leadId: id,
      kind: 'call',
      title: '',
      body: '',
      dueAt: Date.now() - 3.5 * 3_600_000,
      dueDay: '',
      done: false,
      userId: '',
      outcome: '',
      channel: '',
    });
    await next().getByText('Atrasado 3 h').waitFor();
    await page.keyboard.press('c');
    await page.keyboard.type('Caixa postal');
    await page.keyboard.press('Control+Enter');
    await past().getByText('Caixa postal').waitFor();
  });
});

describe('what is written down', () => {
  test('a note is saved by Ctrl+Enter, edited and deleted', async () => {
    await leadPage();
    await page.keyboard.press('a');
    await page.keyboard.type('Quer trocar o HB20');
    await page.keyboard.press('Control+Enter');
    await past().getByText('Quer trocar o HB20').waitFor();
    assert.equal(await box().inputValue(), '');
    await past().getByRole('button', { name: 'Mais ações com o registro' }).first().click();
    await page.getByRole('menuitem', { name: 'Editar' }).click();
    await page.getByRole('textbox', { name: 'Editar' }).fill('Quer trocar o HB20 2019');
    await page.keyboard.press('Control+Enter');
    await past().getByText('Quer trocar o HB20 2019', { exact: true }).waitFor();
    await past().getByRole('button', { name: 'Mais ações com o registro' }).first().click();
    await page.getByRole('menuitem', { name: 'Excluir' }).click();
    await past()
      .getByText('Quer trocar o HB20 2019', { exact: true })
      .waitFor({ state: 'detached' });
  });

  test('a note not saved survives leaving the lead and a restart of the program', async () => {
    await leadPage();
    await page.locator('label', { has: page.getByRole('radio', { name: 'Visita' }) }).click();
    await box().fill('Veio com a esposa');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await page.getByRole('grid').waitFor();
    await page.context().close();
    await until(async () => (await shop.call('Device', 'Get', `draft.${id}`)) !== '');
    await shop.restart();
    ({ page, troubles } = await enter(chromium.browser, shop, `/lead/${id}`));
    await page.waitForFunction(
      () =>
        /** @type {HTMLTextAreaElement | null} */ (document.querySelector('.write textarea'))
          ?.value === 'Veio com a esposa',
    );
    await page.getByRole('button', { name: /^Salvar/ }).click();
    await past().getByText('registrou uma visita').waitFor();
    await past().getByText('Veio com a esposa').waitFor();
    await until(async () => (await shop.call('Device', 'Get', `draft.${id}`)) === '');
  });

  test('“cliente respondeu” makes the lead unread for the list', async () => {
    await leadPage();
    await until(async () => (await read()).card.fresh === 0);
    await page
      .locator('label', { has: page.getByRole('radio', { name: 'Cliente respondeu' }) })
      .click();
    await box().fill('Consegue avaliar meu HB20?');
    await page.keyboard.press('Control+Enter');
    await past().getByText('Patrícia Assunção respondeu no WhatsApp').waitFor();
    await past().getByText('“Consegue avaliar meu HB20?”').waitFor();
    await heading().getByTitle('Não lido').waitFor();
  });

  test('a long history comes in pages', async () => {
    await leadPage();
    for (let i = 0; i < 70; i++) {
      await shop.call('Activities', 'Add', {
        leadId: id,
        kind: 'note',
        title: '',
        body: `nota ${i}`,
        dueAt: 0,
        dueDay: '',
        done: true,
        userId: '',
        outcome: '',
        channel: '',
      });
    }
    await page.reload();
    await past().getByText('nota 69').waitFor();
    assert.ok((await past().getByRole('listitem').count()) < 60);
    await past().getByText('criou o lead').waitFor({ state: 'detached' });
    // Scrolling to the end fetches, until nothing is older.
    await page.waitForFunction(() => {
      document.querySelector('.scroll')?.scrollTo(0, 1e6);
      return document.querySelector('.scroll')?.textContent?.includes('criou o lead');
    });
    assert.equal(await past().getByRole('listitem').count(), 71);
  });
});

describe('the customer is reached', () => {
  test('by WhatsApp in one click, which logs itself and asks which number when there are several', async () => {
    await leadPage();
    // What would be opened, without a network.
    await page.context().route('https://wa.me/**', (route) => route.fulfill({ body: 'ok' }));
    const opened = page.context().waitForEvent('page');
    await page.getByRole('button', { name: 'WhatsApp' }).click();
    const popup = await opened;
    await popup.waitForURL(/wa\.me\/5511985270593/);
    await popup.close();
    await past().getByText('mandou mensagem').waitFor();
    await past().getByText('(11) 98527-0593').waitFor();
    assert.ok((await read()).lead.lastContact > 0);
    await shop.call('Leads', 'UpdateContact', (await read()).contact.id, {
      phones: [
        { key: '+5511985270593', label: '', pos: 0 },
        { key: '+551132345678', label: 'casa', pos: 1 },
      ],
    });
    // The page has heard of the second number.
    await page.getByRole('group', { name: 'Telefones' }).getByLabel('Telefone 2').waitFor();
    const again = page.context().waitForEvent('page');
    await page.getByRole('button', { name: 'WhatsApp' }).click();
    await page.getByRole('menuitem', { name: /3234-5678 · casa/ }).click();
    const second = await again;
    await second.waitForURL(/wa\.me\/551132345678/);
  });

  test('by e-mail only where there is one', async () => {
    await leadPage();
    assert.equal(await page.getByRole('button', { name: 'E-mail', exact: true }).count(), 0);
    await page.getByLabel('E-mail', { exact: true }).fill('Patricia@UOL.com.br');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'E-mail', exact: true }).waitFor();
    // The page shows it before it is written.
    await until(async () => (await read()).contact.emails?.length === 1);
    assert.equal((await read()).contact.emails[0].key, 'patricia@uol.com.br');
  });
});

describe('the lead as a whole', () => {
  test('moves from its own bar; a sale asks why', async () => {
    await leadPage();
    const bar = page.getByRole('button', { name: /Mover para outra etapa/ });
    await bar.click();
    assert.deepEqual(await axeFaults(page), []);
    await page.getByRole('menuitem', { name: 'Em negociação' }).click();
    await past().getByText('moveu de Nova proposta para Em negociação').waitFor();
    await bar.click();
    await page.getByRole('menuitem', { name: 'Vendidos', exact: true }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Preço' }).click();
    await past().getByText('moveu de Em negociação para Vendidos').waitFor();
    await past().getByText('Motivo: Preço').waitFor();
    await field('Observação').fill('Pagou à vista');
    await page.keyboard.press('Control+Enter');
    await until(async () => (await read()).lead.reasonNote === 'Pagou à vista');
  });

  test('is read once it is opened, and unread again by hand', async () => {
    await leadPage();
    await until(async () => (await read()).card.fresh === 0);
    await page.getByRole('button', { name: 'Mais ações', exact: true }).click();
    assert.deepEqual(await axeFaults(page), []);
    await page.getByRole('menuitem', { name: 'Marcar como não lido' }).click();
    await heading().getByTitle('Não lido').waitFor();
    assert.notEqual((await read()).card.fresh, 0);
  });

  test('is archived, deleted and brought back', async () => {
    await leadPage();
    await page.getByRole('button', { name: 'Mais ações', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Arquivar' }).click();
    await heading().getByText('Arquivado').waitFor();
    await page.getByRole('button', { name: 'Mais ações', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Tirar do arquivo' }).click();
    await heading().getByText('Arquivado').waitFor({ state: 'detached' });
    await page.locator('main').focus();
    await page.keyboard.press('Delete');
    await page.getByRole('heading', { name: 'Este lead não está mais aqui' }).waitFor();
    assert.deepEqual(await axeFaults(page), []);
    await page.getByRole('main').getByRole('button', { name: 'Desfazer' }).click();
    await page.getByRole('heading', { name: 'Patrícia Assunção' }).waitFor();
  });

  test('a further lead of the customer is one short dialog away', async () => {
    await leadPage();
    await page.getByRole('button', { name: 'Nova oportunidade' }).click();
    const dialog = page.getByRole('dialog', { name: 'Nova oportunidade' });
    assert.deepEqual(await axeFaults(page), []);
    // Where one begins to write.
    await page.waitForFunction(() => document.activeElement?.matches('input'));
    await page.keyboard.type('Honda Civic');
    await dialog.getByLabel('Valor').fill('115000');
    await page.keyboard.press('Enter');
    await page.getByRole('link', { name: /Jeep Compass/ }).waitFor();
    const made = await shop.call('Leads', 'Get', new URL(page.url()).hash.split('/').at(-1) ?? '');
    assert.equal(made.lead.vehicle, 'Honda Civic');
    assert.equal(made.lead.valueCents, 11500000);
    assert.equal(made.contact.id, (await read()).contact.id);
  });

  test('is printed with all that is known', async () => {
    await leadPage({ note: 'Quer trocar o HB20' });
    await page.emulateMedia({ media: 'print' });
    await page.evaluate(() => {
      window.print = () => {
        const sheet = document.querySelector('.sheet');
        /** @type {any} */ (window).printed = sheet?.checkVisibility() && sheet.textContent;
      };
    });
    await page.keyboard.press('Control+p');
    const printed = await page
      .waitForFunction(() => /** @type {any} */ (window).printed)
      .then((handle) => handle.jsonValue());
    for (const part of [
      'Patrícia Assunção',
      '(11) 98527-0593',
      'Jeep Compass',
      'Quer trocar o HB20',
      'criou o lead',
      'Auto Norte',
    ])
      assert.ok(printed.includes(part), part);
  });

  test('follows what somebody else does, without losing what is being typed', async () => {
    await leadPage();
    await field('Veículo').fill('Fiat Un');
    await shop.call('Leads', 'Update', id, { valueCents: 5000000 });
    await heading().locator('..').getByText('R$ 50.000').waitFor();
    assert.equal(await field('Veículo').inputValue(), 'Fiat Un');
    await page.keyboard.press('Escape');
  });
});

describe('the panel', () => {
  test('marks as read only what was looked at; its fields save when another lead is chosen', async () => {
    const stage = openStages(await shop.call('Session', 'State'))[3].id;
    const first = await addLead(shop, { name: 'Aa Primeiro', stageId: stage });
    const second = await addLead(shop, {
      name: 'Aa Segundo',
      stageId: stage,
      phone: '11 98527-0599',
    });
    ({ page, troubles } = await enter(chromium.browser, shop, '/list', {
      device: { 'list.sort': { sort: 'name', desc: false } },
    }));
    await page.getByRole('gridcell', { name: /^Aa Primeiro/ }).click();
    const panel = (/** @type {string} */ name) => page.getByRole('complementary', { name });
    await panel('Aa Primeiro').waitFor();
    assert.notEqual((await shop.call('Leads', 'Get', first)).card.fresh, 0);
    await until(async () => (await shop.call('Leads', 'Get', first)).card.fresh === 0);
    await panel('Aa Primeiro').getByLabel('Veículo').fill('Fiat Uno');
    await page.getByRole('gridcell', { name: /^Aa Segundo/ }).click();
    await panel('Aa Segundo').waitFor();
    await until(async () => (await shop.call('Leads', 'Get', first)).lead.vehicle === 'Fiat Uno');
    await panel('Aa Segundo').getByRole('button', { name: 'Mais campos' }).click();
    await panel('Aa Segundo').getByLabel('Cidade').waitFor();
    await panel('Aa Segundo').getByRole('button', { name: 'Fechar' }).click();
    await page.getByRole('complementary').waitFor({ state: 'detached' });
    // A glance is no reading.
    assert.equal(
      (await shop.call('Leads', 'Get', second)).lead.vehicle,
      'Jeep Compass Longitude 2022',
    );
  });

  test('leads to the page, and goes when its lead is deleted', async () => {
    const gone = await addLead(shop, { name: 'Ab Terceiro', phone: '11 98527-0598' });
    ({ page, troubles } = await enter(chromium.browser, shop, '/list', {
      device: { 'list.sort': { sort: 'name', desc: false } },
    }));
    await page.getByRole('gridcell', { name: /^Ab Terceiro/ }).click();
    await page.getByRole('complementary', { name: 'Ab Terceiro' }).waitFor();
    await shop.call('Leads', 'Delete', { ids: [gone], filter: null });
    await page.getByRole('complementary').waitFor({ state: 'detached' });
    await page.getByRole('gridcell', { name: /^Aa Primeiro/ }).click();
    await page.getByRole('button', { name: 'Abrir página do lead' }).click();
    await page.getByRole('heading', { level: 2, name: 'Aa Primeiro' }).waitFor();
    await page.getByRole('complementary').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Voltar' }).click();
    await page.getByRole('grid').waitFor();
  });
});

describe('the search', () => {
  test('finds by name without accents, by phone digits and by plate; recent ones come first', async () => {
    const lead = await addLead(shop, {
      name: 'Conceição Ávila',
      phone: '21 99876-5432',
      plate: 'XYZ9A87',
      company: 'Padaria Sol',
    });
    ({ page, troubles } = await enter(chromium.browser, shop, '/list', { device: {} }));
    const found = (/** @type {string} */ text) => page.getByRole('option', { name: text });
    for (const [query, shown] of [
      ['conceicao avi', 'Conceição Ávila'],
      ['99876', '(21) 99876-5432'],
      ['(21) 99876-5432', '(21) 99876-5432'],
      ['xyz9', 'XYZ9A87'],
      ['padaria', 'Padaria Sol'],
    ]) {
      await page.keyboard.press('Control+k');
      await palette().fill(query ?? '');
      await found('Conceição Ávila').filter({ hasText: shown }).waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
    }
    await page.keyboard.press('Control+k');
    await palette().fill('conceicao');
    await found('Conceição Ávila').waitFor();
    assert.deepEqual(await axeFaults(page), []);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 2, name: 'Conceição Ávila' }).waitFor();
    assert.ok(page.url().endsWith(lead));
    await page.keyboard.press('Control+k');
    await page.getByRole('group', { name: 'Abertos há pouco' }).waitFor();
    await page.getByRole('option', { name: /Conceição Ávila/ }).waitFor();
    await palette().fill('arquivar');
    await page.getByRole('option', { name: 'Arquivar' }).click();
    await heading().getByText('Arquivado').waitFor();
  });
});
