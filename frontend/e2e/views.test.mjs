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

const toast = (/** @type {string | RegExp} */ text) =>
  page.locator('[data-sonner-toast]').filter({ hasText: text });
const tabs = () => page.getByRole('navigation', { name: 'Visões' });
const tab = (/** @type {string} */ name) => tabs().getByRole('link', { name });
const card = (/** @type {string} */ name) => page.getByRole('option', { name: new RegExp(name) });
const dialog = () => page.getByRole('dialog');

/** An entry of the menu beside the tabs. @param {string} name */
async function choose(name) {
  await page.getByRole('button', { name: 'Funis' }).click();
  await page.getByRole('menuitem', { name }).click();
}

async function people() {
  shop = await openShop(['Carla Souza', 'Rui Prado']);
  for (const [i, [name, timeframe, vehicle, valueCents]] of [
    ['Ana Prado', 'now', 'Fiat Argo', 8_000_000],
    ['Bruno Sá', 'later', 'Honda HR-V', 12_000_000],
    ['Célia Reis', 'months', 'Škoda Fabia', 3_000_000],
  ].entries()) {
    await addLead(shop, { name, phone: `11 93333-444${i}`, timeframe, vehicle, valueCents });
  }
}

describe('saved views', () => {
  test('are kept by keyboard, changed, renamed, put in order, deleted and brought back', async () => {
    await people();
    await open('/board');
    await card('Ana Prado').waitFor();
    await page.keyboard.press('f');
    await page.getByLabel('Temperatura').click();
    await page.keyboard.type('quente');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await card('Bruno Sá').waitFor({ state: 'detached' });

    await page.keyboard.press('Shift+F');
    await dialog().getByLabel('Nome da visão').fill('Quentes');
    await shot(page, 'views-save');
    assert.deepEqual(await axeFaults(page), []);
    await page.keyboard.press('Enter');
    await toast('Visão Quentes salva').waitFor();
    await page
      .locator('nav[aria-label="Visões"] a[aria-current]', { hasText: 'Quentes' })
      .waitFor();
    await card('Ana Prado').waitFor();
    assert.equal(await card('Bruno Sá').count(), 0);
    // The pipeline's own filter is what it was before.
    await tab('Vendas').click();
    await card('Bruno Sá').waitFor();

    await tab('Quentes').click();
    await card('Bruno Sá').waitFor({ state: 'detached' });
    await page.keyboard.press('f');
    await page.getByLabel('Temperatura').click();
    await page.keyboard.type('morno');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await card('Célia Reis').waitFor();
    await shot(page, 'views-changed');
    await page.getByRole('button', { name: 'Salvar alterações da visão' }).click();
    await toast('Visão Quentes salva').waitFor();
    await page.reload();
    await card('Célia Reis').waitFor();
    assert.equal(await card('Bruno Sá').count(), 0);

    // The list has the same tabs and shows the same.
    await page.getByRole('link', { name: 'Lista' }).click();
    await page.getByRole('gridcell', { name: 'Célia Reis' }).first().waitFor();
    assert.equal(await page.getByRole('gridcell', { name: 'Bruno Sá' }).count(), 0);

    await choose('Renomear ou compartilhar visão…');
    await dialog().getByLabel('Nome da visão').fill('Para fechar');
    await dialog().getByLabel('Mostrar para toda a loja').check();
    await dialog().getByRole('button', { name: 'Salvar' }).click();
    await tab('Para fechar').waitFor();

    await tab('Vendas').click();
    await page.keyboard.press('f');
    await page.getByText('Mais campos').click();
    await page.getByLabel('Veículo', { exact: true }).fill('skoda');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Escape');
    await page.getByText('Veículo: skoda').waitFor();
    await page.keyboard.press('Shift+F');
    await dialog().getByLabel('Nome da visão').fill('para FECHAR');
    await page.keyboard.press('Enter');
    await dialog()
      .getByText(/já existe|já está/i)
      .waitFor();
    assert.match(troubles.splice(0).join(), /422|409/);
    await dialog().getByLabel('Nome da visão').fill('Škodas');
    await page.keyboard.press('Enter');
    await tab('Škodas').waitFor();
    const names = async () => (await tabs().getByRole('link').allInnerTexts()).slice(-2);
    assert.deepEqual(await names(), ['Para fechar', 'Škodas']);
    await choose('Mover visão para a esquerda');
    await toast('Ordem das visões alterada').waitFor();
    assert.deepEqual(await names(), ['Škodas', 'Para fechar']);
    await choose('Excluir visão');
    await toast('Visão Škodas excluída').waitFor();
    await tab('Škodas').waitFor({ state: 'detached' });
    await page.getByRole('gridcell', { name: 'Bruno Sá' }).first().waitFor();
    await toast('Visão Škodas excluída').getByRole('button', { name: 'Desfazer' }).click();
    await tab('Škodas').waitFor();
    await page.getByRole('gridcell', { name: 'Bruno Sá' }).first().waitFor({ state: 'detached' });
  });

  test('are seen by who made them, shared ones by all, and one of a field that is gone can be mended', async () => {
    await people();
    const state = await shop.call('Session', 'State');
    const pipelineId = state.pipelines.find((/** @type {any} */ p) => p.name === 'Vendas').id;
    const view = { id: '', pipelineId, userId: '', pos: 0 };
    const gone = { fields: [{ fieldId: pipelineId, text: 'x', from: '', to: '', any: [] }] };
    for (const [name, shared, filter] of [
      ['Minha', false, { timeframes: ['now'] }],
      ['Da loja', true, gone],
    ]) {
      const filterText = JSON.stringify(filter);
      await shop.call('Settings', 'SaveView', { ...view, name, shared, filter: filterText });
    }
    await open('/board');
    await tab('Minha').click();
    await card('Bruno Sá').waitFor({ state: 'detached' });
    const other = state.users.find((/** @type {any} */ user) => user.name === 'Rui Prado');
    await shop.call('Session', 'ActAs', other.id);
    await page.reload();
    await tab('Da loja').waitFor();
    assert.equal(await tab('Minha').count(), 0);
    // What is shown in its place is everything.
    await card('Bruno Sá').waitFor();

    await tab('Da loja').click();
    await page.getByText('Campo que não existe mais').waitFor();
    await card('Bruno Sá').waitFor({ state: 'detached' });
    await page
      .getByRole('group', { name: 'Filtros' })
      .getByRole('button', { name: /Remover|Tirar/ })
      .click();
    await card('Bruno Sá').waitFor();
    await page.getByRole('button', { name: 'Descartar alterações da visão' }).click();
    await page.getByText('Campo que não existe mais').waitFor();
  });

  test('hold alternatives: all of some conditions, and one of several others', async () => {
    await people();
    await open('/list');
    await page.keyboard.press('f');
    await page.getByText('Mais campos').click();
    await page.getByLabel('Valor: de', { exact: true }).fill('50000');
    await page.keyboard.press('Enter');
    await page.getByText(/^Valor: de R\$/).waitFor();
    for (const warmth of ['Quente', 'Frio']) {
      await page.getByRole('button', { name: 'Adicionar alternativa' }).click();
      await page.getByLabel('Temperatura').click();
      await page.getByRole('option', { name: new RegExp(warmth) }).click();
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'Voltar' }).click();
    }
    await page.getByRole('button', { name: 'Adicionar alternativa' }).scrollIntoViewIfNeeded();
    await shot(page, 'views-alternatives');
    assert.deepEqual(await axeFaults(page), []);
    await page.getByRole('button', { name: 'Pronto' }).click();
    await page.getByText(/Quente.* ou .*Frio/).waitFor();
    await page.getByRole('gridcell', { name: 'Célia Reis' }).first().waitFor({ state: 'detached' });
    const rows = page.locator('[role=row][data-index]');
    assert.equal(await rows.count(), 2);
    await shot(page, 'views-alternatives-list');
  });
});

describe('win back', () => {
  test('shows who was not sold to and may want to buy by now', async () => {
    await people();
    const state = await shop.call('Session', 'State');
    const lost = state.stages.find((/** @type {any} */ stage) => stage.kind === 'lost');
    const reason = state.reasons.find((/** @type {any} */ one) => one.kind === 'lost');
    const { rows } = await shop.call('Leads', 'Query', {
      filter: { timeframes: ['now'] },
      sort: 'name',
      desc: false,
      offset: 0,
      limit: 10,
    });
    await shop.call('Leads', 'Move', {
      ids: [rows[0].id],
      stageId: lost.id,
      afterId: '',
      beforeId: '',
      toTop: true,
      reasonId: reason.id,
      reasonNote: '',
    });
    await open('/list');
    await page.getByRole('gridcell', { name: 'Ana Prado' }).first().waitFor();
    await tab('Retomar').click();
    // It was lost just now: its time has yet to come.
    await page.getByText('Nenhum lead', { exact: false }).first().waitFor();
    assert.equal(await page.getByRole('gridcell', { name: 'Ana Prado' }).count(), 0);
    await shot(page, 'views-winback');
  });
});
