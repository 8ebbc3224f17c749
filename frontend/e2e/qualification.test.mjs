import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { axeFaults } from './lib/axe.mjs';
import { launch } from './lib/browser.mjs';
import { addLead, enter, openShop } from './lib/shop.mjs';

/** @type {Awaited<ReturnType<typeof launch>>} */ let chromium;
/** @type {import('./lib/shop.mjs').Shop} */ let shop;
/** @type {import('playwright-core').Page} */ let page;
/** @type {string[]} */ let troubles;

const QUALIFICATION = '01900000-0000-7000-8000-000000000101';
const QUALIFIED = '01900000-0000-7000-8000-000000000213';

before(async () => {
  chromium = await launch();
});
after(() => chromium.close());
beforeEach(async () => {
  shop = await openShop(['Carla Souza', 'Tiago Melo']);
});
afterEach(async () => {
  await page.context().close();
  await shop.close();
  assert.deepEqual(troubles, []);
});

/**
 * @param {string} address
 * @param {Parameters<typeof enter>[3]} [options]
 */
async function open(address, options) {
  ({ page, troubles } = await enter(chromium.browser, shop, address, options));
}

/**
 * Takes in leads that somebody has read, in the stage Qualificado.
 * @param {string[]} names
 * @param {Record<string, unknown>} [more]
 * @returns {Promise<string[]>}
 */
async function qualified(names, more = {}) {
  const ids = [];
  for (const name of names) {
    const id = await addLead(shop, { name, stageId: QUALIFIED, ...more });
    await shop.call('Leads', 'Seen', id);
    ids.push(id);
  }
  return ids;
}

const stage = (/** @type {string} */ name) => page.getByRole('region', { name, exact: true });
const card = (/** @type {string} */ name) => page.locator('[data-card]').filter({ hasText: name });
const button = (/** @type {string} */ name) => page.getByRole('button', { name, exact: true });
const toast = (/** @type {string | RegExp} */ text) =>
  page.locator('[data-sonner-toast]').filter({ hasText: text });

/** Waits until the head of a stage says how many it holds. */
const holds = (/** @type {string} */ name, /** @type {number} */ n) =>
  stage(name)
    .locator('.count')
    .filter({ hasText: new RegExp(`^${n}$`) })
    .waitFor();

/**
 * Drags a card onto something and lets go there.
 * @param {import('playwright-core').Locator} from
 * @param {import('playwright-core').Locator} to
 */
async function drag(from, to) {
  await from.and(page.locator('[draggable=true]')).waitFor();
  const box = await from.boundingBox();
  assert.ok(box);
  await page.mouse.move(box.x + 40, box.y + 20);
  await page.mouse.down();
  await page.mouse.move(box.x + 48, box.y + 28, { steps: 3 });
  const there = await to.boundingBox();
  assert.ok(there);
  await page.mouse.move(there.x + there.width / 2, there.y + there.height / 2, { steps: 8 });
  await page.locator('.line, .target, .zone.over').first().waitFor();
  await page.mouse.up();
}

describe('converting', () => {
  const dialog = () => page.getByRole('dialog', { name: 'Converter em oportunidade' });

  test('a card that is dropped on “Convertido” goes on in sales, and is listed there', async () => {
    const [id] = await qualified(['Ana Prado'], { vehicle: 'Onix', valueCents: 5_000_000 });
    await open(`/board/${QUALIFICATION}`);
    await drag(card('Ana Prado'), stage('Convertido'));
    await dialog().getByText('Ana Prado segue para vendas.').waitFor();
    assert.match(await dialog().getByLabel('Valor').inputValue(), /50\.000/);
    assert.equal(await dialog().getByLabel('Veículo').inputValue(), 'Onix');
    assert.deepEqual(await axeFaults(page), []);
    await dialog().getByLabel('Veículo').fill('Onix Plus 2024');
    await dialog().getByLabel('Valor').fill('82.900');
    await page.keyboard.press('Enter');
    await toast('Ana Prado foi convertido: agora em Nova proposta').waitFor();
    await holds('Qualificado', 0);
    await holds('Convertido', 1);
    const { lead } = await shop.call('Leads', 'Get', id);
    assert.equal(lead.convertedFrom, QUALIFICATION);
    assert.equal(lead.valueCents, 8_290_000);
    assert.equal(lead.vehicle, 'Onix Plus 2024');
    // It lies there to be looked at, and can't be dragged out.
    const box = await card('Ana Prado').boundingBox();
    assert.ok(box);
    await page.mouse.move(box.x + 40, box.y + 20);
    await page.mouse.down();
    await page.mouse.move(box.x + 400, box.y + 60, { steps: 5 });
    assert.equal(await page.locator('.zones').count(), 0);
    await page.mouse.up();
    await toast('foi convertido').getByRole('button', { name: 'Desfazer' }).click();
    await holds('Qualificado', 1);
    await holds('Convertido', 0);
  });

  test('the zone at the foot does the same; Escape leaves the lead where it was', async () => {
    await qualified(['Ana Prado']);
    await open(`/board/${QUALIFICATION}`);
    const box = await card('Ana Prado').boundingBox();
    assert.ok(box);
    await card('Ana Prado').and(page.locator('[draggable=true]')).waitFor();
    await page.mouse.move(box.x + 40, box.y + 20);
    await page.mouse.down();
    await page.mouse.move(box.x + 48, box.y + 28, { steps: 3 });
    const zone = await page.locator('.zone.converted').boundingBox();
    assert.ok(zone);
    await page.mouse.move(zone.x + 40, zone.y + 20, { steps: 8 });
    await page.locator('.zone.over').waitFor();
    await page.mouse.up();
    await dialog().waitFor();
    await page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'detached' });
    await holds('Qualificado', 1);
    await page.waitForFunction(() => document.activeElement?.matches('[data-card]'));
  });

  test('by the keyboard: one by V, then those that are picked', async () => {
    await qualified(['Caio Lima', 'Bia Reis', 'Ana Prado']);
    await open(`/board/${QUALIFICATION}`);
    await card('Ana Prado').focus();
    await page.keyboard.press('v');
    await dialog().waitFor();
    await page.keyboard.press('Enter');
    await toast('Ana Prado foi convertido').waitFor();
    await holds('Qualificado', 2);
    await page.waitForFunction(() => document.activeElement?.matches('[data-card]'));
    await page.keyboard.press('x');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('x');
    await page.keyboard.press('v');
    await dialog().getByText('2 leads seguem para vendas.').waitFor();
    assert.equal(await dialog().getByLabel('Valor').count(), 0);
    await dialog().getByRole('button', { name: 'Converter' }).press('Enter');
    await toast('2 leads foram convertidos').waitFor();
    await holds('Convertido', 3);
    await page.keyboard.press('Control+z');
    await holds('Convertido', 1);
  });

  test('the lead’s own page offers it, and a further opportunity of the same customer', async () => {
    const [id] = await qualified(['Ana Prado']);
    await open(`/lead/${id}`);
    await button('Converter…').click();
    await dialog().getByRole('button', { name: 'Converter' }).press('Enter');
    await toast('Ana Prado foi convertido').waitFor();
    await button('Converter…').waitFor({ state: 'detached' });
    await button('Nova oportunidade').click();
    await page
      .getByRole('dialog', { name: 'Nova oportunidade' })
      .getByLabel('Veículo')
      .fill('Tracker');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Ana Prado' }).waitFor();
    await page.waitForFunction((first) => !location.hash.includes(String(first)), id);
    const made = await page.evaluate(() => location.hash.split('/').at(-1));
    assert.equal((await shop.call('Leads', 'Get', made)).lead.originLeadId, id);
  });
});

describe('temperature and level', () => {
  test('are said on the lead, shown on card and list, narrow both, and are counted', async () => {
    const [ana, bia] = await qualified(['Ana Prado', 'Bia Reis', 'Caio Lima']);
    await shop.call('Leads', 'Update', ana, { timeframe: 'now', qualification: 'sql' });
    await shop.call('Leads', 'Update', bia, { timeframe: 'later' });
    await open(`/lead/${bia}`);
    await page.getByLabel('Qualificação', { exact: true }).press('Enter');
    await page.getByRole('option', { name: 'MQL · interessado' }).click();
    await page.getByText('Qualificação: MQL · interessado').waitFor();
    assert.deepEqual(await axeFaults(page), []);

    await page.evaluate((id) => (location.hash = `/board/${id}`), QUALIFICATION);
    await card('Ana Prado').getByText('quente').waitFor();
    await card('Ana Prado').getByText('SQL').waitFor();
    await card('Bia Reis').getByText('MQL').waitFor();
    await page.keyboard.press('f');
    await page.getByRole('combobox', { name: 'Temperatura' }).click();
    await page.getByRole('option', { name: /^Quente/ }).click();
    await card('Bia Reis').waitFor({ state: 'detached' });
    await holds('Qualificado', 1);
    await button('Limpar filtros').first().click();
    await button('Pronto').click();
    await holds('Qualificado', 3);

    await page.evaluate((id) => (location.hash = `/list/${id}`), QUALIFICATION);
    await page.getByRole('gridcell', { name: 'Bia Reis', exact: true }).waitFor();
    await button('Temperatura e qualificação').press('Enter');
    const counts = page.getByRole('dialog', { name: 'Temperatura e qualificação' });
    await counts.getByRole('button', { name: /^Frio · mais para a frente 1/ }).waitFor();
    assert.deepEqual(await axeFaults(page), []);
    await counts.getByRole('button', { name: /^SQL · pronto para vendas 1/ }).press('Enter');
    await page.getByText('1 lead', { exact: true }).waitFor();
    await page.getByRole('gridcell', { name: 'Ana Prado', exact: true }).waitFor();
  });
});

describe('discarding', () => {
  const reasons = () => page.getByRole('dialog', { name: 'Por que descartar?' });

  test('takes a reason, rests in the archive, and comes back where it stood', async () => {
    const [id] = await qualified(['Ana Prado', 'Bia Reis']);
    await open(`/board/${QUALIFICATION}`);
    await drag(card('Ana Prado'), stage('Descartado'));
    await reasons()
      .getByRole('button', { name: /Sem interesse/ })
      .click();
    await toast('Ana Prado foi para Descartado').waitFor();
    await holds('Descartado', 1);
    await card('Ana Prado')
      .getByText(/^Descartado .+ · até /)
      .waitFor();
    assert.ok((await shop.call('Leads', 'Get', id)).lead.archivedAt > 0);

    await page.evaluate((of) => (location.hash = `/list/${of}`), QUALIFICATION);
    await page.getByText('1 lead', { exact: true }).waitFor();
    await button('Arquivados').click();
    await page.getByRole('gridcell', { name: 'Ana Prado', exact: true }).click();
    await page
      .getByText(/· até /)
      .first()
      .waitFor();
    assert.deepEqual(await axeFaults(page), []);
    await page.keyboard.press('e');
    await toast('Ana Prado voltou do arquivo').waitFor();
    await page.evaluate((of) => (location.hash = `/board/${of}`), QUALIFICATION);
    await holds('Qualificado', 2);
    await holds('Descartado', 0);
    await page.keyboard.press('Control+z');
    await holds('Descartado', 1);
  });

  test('by the keyboard, several at once; one is dragged back out, one is brought back on its page', async () => {
    const [, bia] = await qualified(['Ana Prado', 'Bia Reis']);
    await open(`/board/${QUALIFICATION}`);
    await card('Ana Prado').focus();
    await page.keyboard.press('x');
    await card('Bia Reis').focus();
    await page.keyboard.press('x');
    await page.keyboard.press('m');
    await page.getByRole('menuitem', { name: 'Descartado' }).click();
    await reasons().getByText('2 leads').waitFor();
    await page.keyboard.press('1');
    await holds('Descartado', 2);
    await drag(card('Ana Prado'), stage('Novo'));
    await holds('Novo', 1);
    await holds('Descartado', 1);
    await page.evaluate((id) => (location.hash = `/lead/${id}`), bia);
    await button('Tirar do arquivo').press('Enter');
    await toast('Bia Reis voltou do arquivo').waitFor();
    await button('Converter…').waitFor();
  });
});

describe('purging', () => {
  test('by hand, in the archive: asks, says how many, and nothing brings them back', async () => {
    const ids = await qualified(['Ana Prado', 'Bia Reis', 'Caio Lima']);
    await shop.call('Leads', 'Archive', { ids, filter: null });
    await open(`/list/${QUALIFICATION}`);
    await button('Arquivados').click();
    await page.getByRole('gridcell', { name: 'Ana Prado', exact: true }).waitFor();
    await page.getByRole('grid').focus();
    await page.keyboard.press('x');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('x');
    await button('Excluir definitivamente…').press('Enter');
    const dialog = page.getByRole('alertdialog', { name: 'Excluir 2 leads definitivamente?' });
    await dialog.getByText('Não dá para desfazer').waitFor();
    assert.deepEqual(await axeFaults(page), []);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await page.getByText('3 leads', { exact: true }).waitFor();
    await button('Excluir definitivamente…').press('Enter');
    await dialog.getByRole('button', { name: 'Excluir definitivamente' }).press('Enter');
    await toast('2 leads excluídos definitivamente').waitFor();
    await page.getByText('1 lead', { exact: true }).waitFor();
    await assert.rejects(shop.call('Leads', 'Get', ids[1]), /not_found/);
  });
});
