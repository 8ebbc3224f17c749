import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { axeFaults } from './lib/axe.mjs';
import { launch } from './lib/browser.mjs';
import { addLead, addLeads, enter, openShop, openStages } from './lib/shop.mjs';

/** @type {Awaited<ReturnType<typeof launch>>} */ let chromium;
/** @type {import('./lib/shop.mjs').Shop} */ let shop;
/** @type {import('playwright-core').Page} */ let page;
/** @type {string[]} */ let troubles;

before(async () => {
  chromium = await launch();
});
after(() => chromium.close());

/** @param {{leads?: number}} [options] */
async function open({ leads = 0 } = {}) {
  shop = await openShop(['Carla Souza']);
  if (leads > 0) await addLeads(shop, leads);
}

/** @param {string} address */
async function go(address) {
  ({ page, troubles } = await enter(chromium.browser, shop, address));
}

afterEach(async () => {
  await page.context().close();
  await shop.close();
  assert.deepEqual(troubles, []);
});

const toast = (/** @type {string | RegExp} */ text) =>
  page.locator('[data-sonner-toast]').filter({ hasText: text });
const undo = (/** @type {string | RegExp} */ text) =>
  toast(text).getByRole('button', { name: 'Desfazer' }).click();
const pipeline = (/** @type {string} */ name) => page.getByRole('region', { name, exact: true });
const row = (/** @type {string} */ name) =>
  page
    .getByRole('listitem')
    .filter({ has: page.getByRole('button', { name: `Mudar ${name} de lugar` }) });
const menu = (/** @type {string} */ name) =>
  page.getByRole('button', { name: `Mais ações de ${name}`, exact: true });
const item = (/** @type {string} */ name) => page.getByRole('menuitem', { name });

/**
 * Waits until the stages of a pipeline stand in an order.
 * @param {string} name
 * @param {string[]} want
 */
async function order(name, want) {
  await page.waitForFunction(
    ([label, names]) =>
      [...document.querySelectorAll(`[aria-label="${label}"] > li`)]
        .map((li) => li.querySelector('button[title^="Mudar o nome"]')?.textContent)
        .join() === names,
    [`Etapas de ${name}`, want.join()],
  );
}

/** The heads of the board's stages, in their order. */
const heads = () => page.locator('main section[data-stage] h2').allTextContents();

const SALES = [
  'Nova proposta',
  'Em negociação',
  'Aguardando visita',
  'Visita realizada',
  'Vendidos',
  'Não vendidos',
];

describe('pipelines', () => {
  test('are shown and put away; one stays', async () => {
    await open();
    await go('/settings/pipelines');
    const shown = (/** @type {string} */ name) =>
      pipeline(name).getByRole('checkbox', { name: 'Mostrar no kanban' });
    await shown('Assuntos').check();
    await toast('Assuntos aparece no kanban').waitFor();
    await row('Prospecção').waitFor();
    await shown('Assuntos').uncheck();
    await undo('Assuntos saiu do kanban');
    await row('Prospecção').waitFor();
    for (const name of ['Assuntos', 'Qualificação']) {
      await shown(name).uncheck();
      await toast(`${name} saiu`).waitFor();
    }
    assert.equal(await shown('Vendas').isDisabled(), true);
  });

  test('are added with stages to begin with, renamed, and put in order by key', async () => {
    await open();
    await go('/settings/pipelines');
    const field = page.getByRole('textbox', { name: 'Adicionar funil' });
    await field.fill('vendas');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('Já existe').waitFor();
    assert.match(troubles.splice(0).join(), /422|409/);
    await field.fill('Seminovos');
    await page.keyboard.press('Enter');
    await toast('Seminovos: funil criado').waitFor();
    await order('Seminovos', SALES);
    await pipeline('Seminovos').getByRole('button', { name: 'Seminovos', exact: true }).click();
    await page.keyboard.type('Usados');
    await page.keyboard.press('Enter');
    await toast('Nome mudado para Usados').waitFor();
    const grip = page.getByRole('button', { name: 'Mudar Usados de lugar' });
    await grip.focus();
    for (const place of [3, 2, 1]) {
      await page.keyboard.press('ArrowUp');
      await toast(`Usados: agora em ${place} de 4`).waitFor();
    }
    assert.equal(await grip.evaluate((button) => button === document.activeElement), true);
    await go('/board');
    await page.getByRole('heading', { name: 'Nova proposta' }).waitFor();
    const state = await shop.call('Session', 'State');
    assert.equal(state.pipelines[0].name, 'Usados');
  });
});

describe('a stage', () => {
  test('is renamed, painted and put elsewhere, and the board shows it', async () => {
    await open({ leads: 4 });
    await go('/settings/pipelines');
    await row('Em negociação').getByRole('button', { name: 'Em negociação', exact: true }).click();
    await page.keyboard.type('Na mesa');
    await page.keyboard.press('Enter');
    await toast('Nome mudado para Na mesa').waitFor();
    await page.getByRole('button', { name: 'Cor de Na mesa' }).click();
    await page.getByRole('button', { name: 'Violeta' }).click();
    await toast('Na mesa: cor trocada').waitFor();
    const chance = page.getByLabel('Chance de venda em Na mesa, em %');
    await chance.fill('40');
    await page.keyboard.press('Enter');
    await toast('Na mesa: etapa salva').waitFor();
    await page.getByLabel('Dias até um lead ficar parado em Na mesa').fill('9');
    await page.keyboard.press('Tab');
    // By key from any control of the row; the grip has the focus then.
    await chance.focus();
    await page.keyboard.press('Alt+ArrowUp');
    await order('Vendas', ['Na mesa', 'Nova proposta', ...SALES.slice(2)]);
    const grip = page.getByRole('button', { name: 'Mudar Na mesa de lugar' });
    await page.waitForFunction(
      () => document.activeElement?.getAttribute('aria-label') === 'Mudar Na mesa de lugar',
    );
    // And by drag, behind the third.
    const target = await row('Aguardando visita').boundingBox();
    assert.ok(target);
    await grip.hover();
    await page.mouse.down();
    await page.mouse.move(target.x + 40, target.y + target.height / 2, { steps: 6 });
    await page.mouse.move(target.x + 40, target.y + target.height - 4, { steps: 4 });
    await page.mouse.up();
    const want = ['Nova proposta', 'Aguardando visita', 'Na mesa', ...SALES.slice(3)];
    await order('Vendas', want);
    const stage = (await shop.call('Session', 'State')).stages.find(
      (/** @type {any} */ one) => one.name === 'Na mesa',
    );
    assert.deepEqual(
      [stage.color, stage.probability, stage.staleDays, stage.pos],
      ['violet', 40, 9, 3],
    );
    assert.deepEqual(await axeFaults(page), []);
    await page.goto(`${shop.url}#/board`);
    await page.getByRole('heading', { name: 'Na mesa' }).waitFor();
    assert.deepEqual((await heads()).slice(0, 4), want.slice(0, 4));
    const column = page.locator(`section[data-stage="${stage.id}"]`);
    await column.locator('header .dot.violet').waitFor();
    assert.match((await column.locator('.sum').getAttribute('title')) ?? '', /chance de 40%/);
  });

  test('is refused beside what was typed: a chance over 100, the eleventh, the last open one', async () => {
    await open();
    await go('/settings/pipelines');
    const chance = page.getByLabel('Chance de venda em Nova proposta, em %');
    await chance.fill('120');
    await page.keyboard.press('Enter');
    await row('Nova proposta').getByRole('alert').getByText('de 0 a 100').waitFor();
    await page.keyboard.press('Escape');
    assert.equal(await chance.inputValue(), '');
    await page.getByRole('alert').getByText('de 0 a 100').waitFor({ state: 'detached' });
    const field = pipeline('Vendas').getByRole('textbox', { name: 'Adicionar etapa' });
    for (const name of ['Um', 'Dois', 'Três', 'Quatro']) {
      await field.fill(name);
      await page.keyboard.press('Enter');
      await row(name).waitFor();
    }
    await pipeline('Vendas').getByText('10 de 10').waitFor();
    await field.fill('Onze');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('no máximo 10 etapas').waitFor();
    await page.keyboard.press('Escape');
    // Each empty one goes at once and can be brought back.
    for (const name of ['Um', 'Dois', 'Três', 'Quatro', ...SALES.slice(1, 4)]) {
      await menu(name).click();
      await item('Excluir…').click();
      await row(name).waitFor({ state: 'detached' });
    }
    await menu('Nova proposta').click();
    await item('Excluir…').click();
    await toast('última etapa aberta').waitFor();
    await page.getByLabel('Tipo de Nova proposta').click();
    await page.getByRole('option', { name: 'Vendidos', exact: true }).click();
    await row('Nova proposta').getByRole('alert').getByText('última etapa aberta').waitFor();
    assert.match(await page.getByLabel('Tipo de Nova proposta').innerText(), /Aberta/);
    assert.equal(troubles.splice(0).filter((text) => /422|409/.test(text)).length, 4);
  });

  test('with leads asks where they go; one undo brings all back', async () => {
    await open({ leads: 8 });
    const archived = await addLead(shop, { name: 'Rui Prado' });
    const state = await shop.call('Session', 'State');
    const [first, second] = openStages(state);
    await shop.call('Leads', 'Move', { ids: [archived], stageId: second.id });
    await shop.call('Leads', 'Archive', { ids: [archived], filter: null });
    await go('/settings/pipelines');
    await page.getByRole('button', { name: 'Mudar Em negociação de lugar' }).focus();
    await menu('Em negociação').focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Excluir a etapa Em negociação?' });
    await dialog.getByText('2 leads estão nesta etapa. Mais 1 no arquivo.').waitFor();
    assert.deepEqual(await axeFaults(page), []);
    await dialog.getByLabel('Mover para').click();
    // What asks for a reason is no place to send them to.
    await page.getByRole('option', { name: 'Aguardando visita' }).waitFor();
    assert.equal(await page.getByRole('option', { name: 'Vendidos' }).count(), 0);
    await page.keyboard.press('Escape');
    await dialog.getByRole('button', { name: 'Mover 3 leads e excluir' }).click();
    await toast('Etapa Em negociação excluída, 3 leads foram para Nova proposta').waitFor();
    await order('Vendas', [SALES[0] ?? '', ...SALES.slice(2)]);
    await page.waitForFunction(
      () =>
        document.activeElement?.getAttribute('aria-label') === 'Mudar Aguardando visita de lugar',
    );
    await page.goto(`${shop.url}#/board`);
    await page.getByRole('heading', { name: 'Nova proposta' }).waitFor();
    assert.deepEqual((await heads()).slice(0, 2), ['Nova proposta', 'Aguardando visita']);
    await page.locator(`section[data-stage="${first.id}"] .count`).getByText('4').waitFor();
    await page.keyboard.press('Control+z');
    await toast('Desfeito').waitFor();
    await page.getByRole('heading', { name: 'Em negociação' }).waitFor();
    await page.locator(`section[data-stage="${second.id}"] .count`).getByText('2').waitFor();
    assert.equal((await shop.call('Leads', 'Get', archived)).lead.stageId, second.id);
  });
});

describe('what a new lead needs', () => {
  test('is asked for beside the field in quick add', async () => {
    await open();
    await go('/settings/rules');
    await page.getByRole('checkbox', { name: 'Veículo' }).check();
    await toast('Regra salva').waitFor();
    await page.getByRole('checkbox', { name: 'Origem' }).check();
    await page.waitForFunction(() => document.querySelectorAll('input:checked').length === 2);
    assert.deepEqual(await axeFaults(page), []);
    await page.goto(`${shop.url}#/board`);
    await page.getByRole('button', { name: 'Novo lead' }).first().click();
    const dialog = page.getByRole('dialog', { name: 'Novo lead' });
    await dialog.getByLabel('Nome').fill('Nádia Cunha');
    await dialog.getByLabel('Telefone').fill('11 98527-0593');
    await page.keyboard.press('Control+Enter');
    const vehicle = dialog.getByLabel('Veículo de interesse');
    await dialog.getByRole('alert').getByText('Preencha este campo').waitFor();
    assert.equal(await vehicle.evaluate((input) => input === document.activeElement), true);
    assert.equal(await vehicle.getAttribute('aria-invalid'), 'true');
    await vehicle.fill('Gol');
    await page.keyboard.press('Control+Enter');
    const source = dialog.getByLabel('Origem');
    await page.waitForFunction(() => document.activeElement?.getAttribute('name') === 'sourceId');
    assert.equal(await source.getAttribute('aria-invalid'), 'true');
    await source.click();
    await page.getByRole('option', { name: 'OLX' }).click();
    await page.keyboard.press('Control+Enter');
    await toast('Nádia Cunha').waitFor();
    assert.equal(troubles.splice(0).filter((text) => /422/.test(text)).length, 2);
  });

  test('days and currency are checked beside the field', async () => {
    await open({ leads: 1 });
    await go('/settings/rules');
    const days = page.getByLabel('Dias sem interação');
    assert.equal(await days.inputValue(), '7');
    await days.fill('0');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('de 1 a 3650').waitFor();
    await days.fill('10');
    await page.keyboard.press('Enter');
    await toast('Regra salva').waitFor();
    await page.getByLabel('Moeda', { exact: true }).click();
    await page.getByRole('option', { name: /EUR/ }).click();
    await page.getByRole('alert').getByText('Há leads com valor em BRL').waitFor();
    assert.match(await page.getByLabel('Moeda', { exact: true }).innerText(), /BRL/);
    assert.equal(troubles.splice(0).filter((text) => /422|409/.test(text)).length, 2);
    const { settings } = await shop.call('Session', 'State');
    assert.deepEqual([settings.idle_days, settings.currency], ['10', 'BRL']);
  });
});
