import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axeFaults } from './lib/axe.mjs';
import { launch } from './lib/browser.mjs';
import { openHub } from './lib/hub.mjs';
import { addLead, enter, openShop, openStages } from './lib/shop.mjs';

/** @typedef {import('./lib/shop.mjs').Shop} Shop */

/** @type {Awaited<ReturnType<typeof launch>>} */ let chromium;
/** @type {import('./lib/hub.mjs').Hub} */ let hub;
/** @type {Shop} */ let desk;
/** @type {Shop} */ let yard;

before(async () => {
  chromium = await launch();
  hub = await openHub();
  desk = await openShop(['Carla Souza']);
  yard = await openShop(['Tiago Melo']);
  await desk.call('Sync', 'Join', await hub.code(), 'PC do balcão', false);
  await yard.call('Sync', 'Join', await hub.code(), 'PC do pátio', false);
});
after(async () => {
  await chromium.close();
  await desk.close();
  await yard.close();
  await hub.close();
});

test('a stage that one PC deletes while another moves a lead in stays in sight on both', async () => {
  const ana = await addLead(desk, { name: 'Ana Prado', phone: '11 98765-4321' });
  const there = await enter(chromium.browser, yard, '/board');
  await there.page.locator('[data-card]').filter({ hasText: 'Ana Prado' }).waitFor();
  const [first, second] = openStages(await desk.call('Session', 'State'));

  await hub.stop();
  await desk.call('Settings', 'DeleteStage', second.id, '');
  await yard.call('Leads', 'Move', { ids: [ana], stageId: second.id });
  await hub.start();
  const here = await enter(chromium.browser, desk, '/board');
  for (const shop of [desk, yard]) await shop.call('Sync', 'Now');

  for (const { page } of [here, there]) {
    const column = page.locator(`section[data-stage="${second.id}"]`);
    await column.getByText('Etapa excluída: mova estes leads').waitFor();
    await column.locator('[data-card]').filter({ hasText: 'Ana Prado' }).waitFor();
  }
  assert.deepEqual(await axeFaults(here.page), []);
  // Nothing else goes in: neither by menu nor by quick add.
  await here.page.getByRole('button', { name: 'Novo lead' }).first().click();
  const dialog = here.page.getByRole('dialog', { name: 'Novo lead' });
  await dialog.getByLabel('Etapa').click();
  await here.page.getByRole('option', { name: first.name }).waitFor();
  assert.equal(await here.page.getByRole('option', { name: second.name }).count(), 0);
  await here.page.keyboard.press('Escape');
  await here.page.keyboard.press('Escape');

  // Settings say why it is there; one click keeps it.
  await here.page.goto(`${desk.url}#/settings/pipelines`);
  const row = here.page.getByRole('listitem').filter({ hasText: 'enquanto outro movia leads' });
  await row.getByText(second.name).waitFor();
  assert.deepEqual(await axeFaults(here.page), []);
  await row.getByRole('button', { name: 'Mover os leads…' }).click();
  await here.page.getByRole('dialog').getByText('1 lead está nesta etapa').waitFor();
  await here.page.getByRole('button', { name: 'Cancelar' }).click();
  await row.getByRole('button', { name: 'Manter a etapa' }).click();
  await row.waitFor({ state: 'detached' });
  await here.page.getByRole('button', { name: `Mudar ${second.name} de lugar` }).waitFor();
  const column = there.page.locator(`section[data-stage="${second.id}"]`);
  await column.getByText('Etapa excluída').waitFor({ state: 'detached' });
  await column.getByRole('heading', { name: second.name }).waitFor();

  // Deleted once more, its lead goes along, on both.
  await here.page
    .getByRole('button', { name: `Mais ações de ${second.name}`, exact: true })
    .click();
  await here.page.getByRole('menuitem', { name: 'Excluir…' }).click();
  await here.page.getByRole('button', { name: 'Mover 1 lead e excluir' }).click();
  await column.waitFor({ state: 'detached' });
  await there.page
    .locator(`section[data-stage="${first.id}"] [data-card]`)
    .filter({ hasText: 'Ana Prado' })
    .waitFor();
  assert.deepEqual([...here.troubles, ...there.troubles], []);
});
