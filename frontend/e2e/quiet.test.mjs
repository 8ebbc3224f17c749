import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { launch } from './lib/browser.mjs';
import { enter, openShop } from './lib/shop.mjs';

/** @type {Awaited<ReturnType<typeof launch>>} */ let chromium;
/** @type {import('./lib/shop.mjs').Shop} */ let shop;

before(async () => {
  chromium = await launch();
  shop = await openShop(['Carla Souza'], { leads: 80 });
});
after(async () => {
  await chromium.close();
  await shop.close();
});

const WEEK_MS = 7 * 24 * 3_600_000;

test('leads that nobody spoke to for a week are found on list and board', async () => {
  const state = await shop.call('Session', 'State');
  const pipelineId = state.pipelines[0].id;
  const ask = (/** @type {object} */ filter) =>
    shop.call('Leads', 'Query', {
      filter: { pipelineId, ...filter },
      sort: 'name',
      desc: false,
      offset: 0,
      limit: 200,
    });
  const open = new Set(
    state.stages
      .filter((/** @type {any} */ stage) => stage.kind === 'open')
      .map((/** @type {any} */ stage) => stage.id),
  );
  const { rows } = await ask({});
  const quiet = rows.filter(
    (/** @type {any} */ card) =>
      open.has(card.stageId) && (card.lastContact || card.createdAt) < Date.now() - WEEK_MS,
  );
  assert.ok(quiet.length > 0 && quiet.length < rows.length, `${quiet.length} of ${rows.length}`);
  assert.equal((await ask({ quiet: true })).count, quiet.length);

  const { page, troubles } = await enter(chromium.browser, shop, '/list', { device: {} });
  await page.getByRole('grid').waitFor();
  await page.keyboard.press('f');
  await page.getByLabel('Sem interação há 7 dias').check();
  const count = quiet.length === 1 ? '1 lead' : `${quiet.length} leads`;
  await page.locator('main footer').getByText(count, { exact: true }).waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('link', { name: 'Kanban' }).click();
  const chip = page.getByRole('button', { name: /Sem interação há 7 dias/ });
  await chip.waitFor();
  await chip.click();
  await chip.waitFor({ state: 'detached' });
  await page.context().close();
  assert.deepEqual(troubles, []);
});
