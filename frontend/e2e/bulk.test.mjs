import assert from 'node:assert/strict';
import { after, afterEach, beforeEach, test } from 'node:test';
import { axeFaults } from './lib/axe.mjs';
import { launch } from './lib/browser.mjs';
import { enter, openShop } from './lib/shop.mjs';

const LEADS = 1500;

/** @type {Awaited<ReturnType<typeof launch>>} */ let chromium;
/** @type {import('./lib/shop.mjs').Shop} */ let shop;
/** @type {import('playwright-core').Page} */ let page;
/** @type {string[]} */ let troubles;

beforeEach(async () => {
  chromium ??= await launch();
  shop = await openShop(['Carla Souza'], { leads: LEADS });
  ({ page, troubles } = await enter(chromium.browser, shop, '/list', { device: {} }));
  await page.getByRole('grid').waitFor();
});
afterEach(async () => {
  await page.context().close();
  await shop.close();
  assert.deepEqual(troubles, []);
});
after(() => chromium.close());

const bar = () => page.getByRole('toolbar', { name: 'Ações com os selecionados' });
const dialog = () => page.getByRole('dialog');
const toast = (/** @type {string | RegExp} */ text) =>
  page.locator('[data-sonner-toast]').filter({ hasText: text });

/** @param {object} [filter] */
async function matching(filter = {}) {
  const { pipelines } = await shop.call('Session', 'State');
  const { rows, count } = await shop.call('Leads', 'Query', {
    filter: { pipelineId: pipelines[0].id, ...filter },
    sort: 'name',
    desc: false,
    offset: 0,
    limit: 200,
  });
  return { rows, count };
}

/** Picks all that match, fetched or not. */
async function pickAll() {
  await page.getByRole('checkbox', { name: /^Selecionar todos os/ }).check();
  await bar().waitFor();
}

test('a field is changed in all that match, and one undo takes it back', async () => {
  const { count } = await matching();
  assert.ok(count > 1000, `${count} leads`);
  const { rows: before } = await matching();
  await pickAll();
  await bar().getByRole('button', { name: 'Editar…' }).click();
  await dialog().getByText('Vazio: o campo fica sem valor em todos.').waitFor();
  assert.deepEqual(await axeFaults(page), []);
  await dialog().getByLabel('Novo valor').fill('Onix LT 2022');
  await page.keyboard.press('Enter');
  await dialog().waitFor({ state: 'detached' });
  await toast(/leads alterados/).waitFor();
  const { rows } = await matching();
  assert.deepEqual(
    [...new Set(rows.map((/** @type {any} */ row) => row.vehicle))],
    ['Onix LT 2022'],
  );
  await toast(/leads alterados/)
    .getByRole('button', { name: 'Desfazer' })
    .click();
  await toast(/Desfeito/).waitFor();
  const vehicles = (/** @type {any[]} */ list) => list.map(({ id, vehicle }) => `${id} ${vehicle}`);
  assert.deepEqual(vehicles((await matching()).rows), vehicles(before));
});

test('an activity is planned with all that match, for the owner of each', async () => {
  await pickAll();
  await bar().getByRole('button', { name: 'Planejar…' }).click();
  await dialog().getByLabel('O que fazer').fill('Mandar a campanha');
  assert.match(await dialog().getByLabel('Quem faz').innerText(), /O responsável de cada lead/);
  await dialog().getByRole('button', { name: 'Amanhã' }).click();
  assert.deepEqual(await axeFaults(page), []);
  await dialog().getByRole('button', { name: 'Planejar', exact: true }).click();
  await toast(/Atividade marcada com .* leads/).waitFor();
  const { rows } = await matching();
  const { planned, lead } = await shop.call('Leads', 'Get', rows[0].id);
  const made = planned.find((/** @type {any} */ one) => one.title === 'Mandar a campanha');
  assert.ok(made && (lead.ownerId === '' || made.userId === lead.ownerId));
});

test('all that match are moved, and come back by one undo', async () => {
  const { pipelines, stages } = await shop.call('Session', 'State');
  const [, , target] = stages.filter(
    (/** @type {any} */ one) => one.pipelineId === pipelines[0].id && one.kind === 'open',
  );
  const there = async () => (await matching({ stageIds: [target.id] })).count;
  const before = await there();
  const { count } = await matching();
  await pickAll();
  await bar()
    .getByRole('button', { name: /^Mover para/ })
    .click();
  await page.getByRole('menuitem', { name: target.name }).click();
  await toast(/Desfazer/).waitFor();
  assert.ok((await there()) > before && (await there()) <= count);
  await page.keyboard.press('Control+z');
  await toast(/Desfeito/).waitFor();
  assert.equal(await there(), before);
});
