import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { axeFaults } from './lib/axe.mjs';
import { launch, openPage } from './lib/browser.mjs';
import { openHub } from './lib/hub.mjs';
import { dataFolder, serve } from './lib/patio.mjs';
import { addLead, caller, enter, openShop } from './lib/shop.mjs';

/** @typedef {import('./lib/shop.mjs').Shop} Shop */
/** @typedef {import('playwright-core').Page} Page */

/** @type {Awaited<ReturnType<typeof launch>>} */ let chromium;
/** @type {import('./lib/hub.mjs').Hub} */ let hub;
/** @type {Shop} */ let desk;
/** @type {Shop} */ let yard;
/** @type {Awaited<ReturnType<typeof enter>>[]} */ let pages = [];

before(async () => {
  chromium = await launch();
  hub = await openHub();
  desk = await openShop(['Carla Souza']);
  yard = await openShop(['Tiago Melo']);
  await desk.call('Sync', 'Join', await hub.code(), 'PC do balcão', false);
  await yard.call('Sync', 'Join', await hub.code(), 'PC do pátio', false);
});
afterEach(async () => {
  const opened = pages;
  pages = [];
  for (const { page } of opened) await page.context().close();
  assert.deepEqual(
    opened.flatMap(({ troubles }) => troubles),
    [],
  );
});
after(async () => {
  await chromium.close();
  await desk.close();
  await yard.close();
  await hub.close();
});

/**
 * @param {Shop} shop
 * @param {string} address
 * @returns {Promise<Page>}
 */
async function open(shop, address) {
  const opened = await enter(chromium.browser, shop, address);
  pages.push(opened);
  return opened.page;
}

const chip = (/** @type {Page} */ page, /** @type {RegExp | string} */ text) =>
  page.getByRole('banner').getByRole('button', { name: text });
const card = (/** @type {Page} */ page, /** @type {string} */ name) =>
  page.locator('[data-card]').filter({ hasText: name });

/** Waits until both have told the hub all, and have the same board. */
async function agreed() {
  const { page } = pages.at(-1) ?? { page: await open(desk, '/board') };
  for (const shop of [desk, yard]) await shop.call('Sync', 'Now');
  const late = Date.now() + 60_000;
  for (;;) {
    const [a, b] = await Promise.all([desk, yard].map((shop) => shop.call('Sync', 'Status')));
    const idle = [a, b].every(({ phase, waiting }) => phase === 'idle' && waiting === 0);
    const [here, there] = await Promise.all([board(desk), board(yard)]);
    if (idle && isDeepStrictEqual(here, there)) return;
    if (Date.now() > late) assert.deepEqual({ ...a, rows: here }, { ...b, rows: there });
    await page.evaluate(() => new Promise(requestAnimationFrame));
  }
}

/**
 * The leads of a shop as the board has them: where, in which order, and what
 * their cards say.
 * @param {Shop} shop
 */
async function board(shop) {
  const { rows } = await shop.call('Leads', 'Query', {
    filter: null,
    sort: 'name',
    desc: false,
    offset: 0,
    limit: 200,
  });
  return rows.map((/** @type {any} */ row) => ({ ...row, fresh: 0 }));
}

describe('two PCs that were apart', () => {
  /** @type {Record<string, string>} */ const ids = {};
  const people = ['Ana Prado', 'Bruno Reis', 'Célia Nunes', 'Davi Rocha'];

  test('start from the same board', async () => {
    for (const [i, name] of people.entries())
      ids[name] = await addLead(desk, { name, phone: `11 98765-432${i}`, vehicle: 'Gol 2020' });
    const there = await open(yard, '/board');
    for (const name of people) await card(there, name).waitFor();
    await agreed();
    assert.deepEqual(await board(desk), await board(yard));
  });

  test('edit, move and delete, each for itself', async () => {
    await hub.stop();
    const here = await open(desk, '/board');
    const there = await open(yard, '/board');

    // The same card goes one stage on here, two there.
    await card(here, 'Ana Prado').focus();
    await here.keyboard.press('Alt+ArrowRight');
    await card(there, 'Ana Prado').focus();
    await there.keyboard.press('Alt+ArrowRight');
    await there.keyboard.press('Alt+ArrowRight');

    // One deletes what the other edits.
    await card(here, 'Bruno Reis').click({ button: 'right' });
    await here.getByRole('menuitem', { name: 'Excluir' }).click();
    await card(here, 'Bruno Reis').waitFor({ state: 'detached' });
    await field(there, ids['Bruno Reis'] ?? '', 'Veículo', 'Kombi 1998');

    // Different fields of one lead, and the same field of another.
    await field(here, ids['Célia Nunes'] ?? '', 'Veículo', 'Uno 2012');
    await field(there, ids['Célia Nunes'] ?? '', 'Valor', '30.000');
    await field(here, ids['Davi Rocha'] ?? '', 'Valor', '40.000');
    await field(there, ids['Davi Rocha'] ?? '', 'Valor', '45.000');
    for (const page of [here, there]) await chip(page, /^Sem conexão · \d+ espera/).waitFor();
  });

  test('have equal boards once they meet, and nothing is lost', async () => {
    await hub.start();
    await agreed();
    const [a, b] = [await board(desk), await board(yard)];
    assert.deepEqual(a, b);
    const row = (/** @type {string} */ name) =>
      a.find((/** @type {any} */ one) => one.name === name);
    assert.deepEqual(
      a.map((/** @type {any} */ one) => one.name),
      people,
    );
    assert.equal(row('Célia Nunes').vehicle, 'Uno 2012');
    assert.equal(row('Célia Nunes').valueCents, 3_000_000);
    assert.equal(row('Bruno Reis').vehicle, 'Kombi 1998');
  });

  test('show each disagreement on both, and it goes from both', async () => {
    const here = await open(desk, '/conflicts');
    const there = await open(yard, '/conflicts');
    for (const page of [here, there]) {
      await page.getByRole('article').nth(2).waitFor();
      assert.equal(await page.getByRole('article').count(), 3);
      await page.getByText('Foi excluído enquanto alguém editava').waitFor();
    }

    // A stage is chosen among the two.
    const moved = here.getByRole('article').filter({ hasText: 'Ana Prado' });
    await moved
      .getByRole('button', { name: /^Manter este/ })
      .nth(1)
      .press('Enter');
    for (const page of [here, there])
      await page
        .getByRole('article')
        .filter({ hasText: 'Ana Prado' })
        .waitFor({ state: 'detached' });

    // What was deleted here and edited there stays.
    await there.getByRole('button', { name: /^Manter: .*Bruno Reis/ }).press('Enter');
    for (const page of [here, there])
      await page.getByText('Foi excluído enquanto alguém editava').waitFor({ state: 'detached' });

    // Neither value was right.
    await here.getByRole('button', { name: /^Escrever outro: Valor/ }).press('Enter');
    const value = here.getByLabel('Valor: o valor certo');
    await value.fill('nada');
    await value.press('Enter');
    await here.getByRole('alert').waitFor();
    await value.press('Escape');
    await here.getByRole('button', { name: /^Escrever outro: Valor/ }).press('Enter');
    await value.fill('42.500');
    await value.press('Enter');
    for (const page of [here, there])
      await page.getByRole('heading', { name: 'Nada para decidir' }).waitFor();

    await agreed();
    const [a, b] = [await board(desk), await board(yard)];
    assert.deepEqual(a, b);
    const davi = a.find((/** @type {any} */ one) => one.name === 'Davi Rocha');
    assert.equal(davi.valueCents, 4_250_000);
  });
});

describe('a new PC of the shop', () => {
  /** @type {Awaited<ReturnType<typeof dataFolder>>} */ let folder;
  /** @type {Awaited<ReturnType<typeof serve>>} */ let served;
  before(async () => {
    folder = await dataFolder();
    served = await serve(folder.dir);
  });
  after(async () => {
    await served.stop();
    await folder.remove();
  });

  test('begins with the shop’s leads, as the person of its code', async () => {
    const opened = await openPage(chromium.browser);
    pages.push(opened);
    const { page } = opened;
    await page.goto(served.url);
    await page.getByRole('button', { name: 'A loja já usa o Pátio em outro PC' }).press('Enter');
    assert.deepEqual(await axeFaults(page), []);
    await page.keyboard.type(await hub.code());
    await page.keyboard.press('Tab');
    await page.keyboard.type('Notebook');
    await page.keyboard.press('Enter');
    await card(page, 'Ana Prado').waitFor();
    await chip(page, 'Tudo sincronizado').waitFor();
    const { actingUserId, users } = await (await caller(served.url))('Session', 'State');
    assert.equal(users.find((/** @type {any} */ user) => user.id === actingUserId)?.name, 'admin');
  });
});

describe('250 leads that both changed apart', () => {
  const many = 250;
  const money = (/** @type {number} */ cents) =>
    new Intl.NumberFormat('pt-BR', {
      style: 'currency',
      currency: 'BRL',
      maximumFractionDigits: 0,
    }).format(cents / 100);

  test('are all shown, each with both values, and none is lost', async () => {
    /** @type {string[]} */
    const ids = [];
    for (let i = 0; i < many; i++)
      ids.push(
        await addLead(desk, {
          name: `Cliente ${String(i).padStart(3, '0')}`,
          phone: `11 9${70_000_000 + i}`,
        }),
      );
    await agreed();
    await hub.stop();
    const here = (/** @type {number} */ i) => (10_000 + i) * 100;
    const there = (/** @type {number} */ i) => (50_000 + i) * 100;
    for (const [i, id] of ids.entries()) {
      await desk.call('Leads', 'Update', id, { valueCents: here(i) });
      await yard.call('Leads', 'Update', id, { valueCents: there(i) });
    }
    await hub.start();
    await agreed();
    for (const shop of [desk, yard]) {
      const page = await open(shop, '/conflicts');
      await page
        .getByRole('article')
        .nth(many - 1)
        .waitFor();
      await chip(page, /250 para decidir/).waitFor();
      const shown = await page.getByRole('article').evaluateAll((all) =>
        all.map((one) => ({
          name: one.querySelector('h3')?.textContent?.trim() ?? '',
          values: [...one.querySelectorAll('.text')].map((text) => text.textContent?.trim()).sort(),
        })),
      );
      shown.sort((a, b) => a.name.localeCompare(b.name));
      assert.deepEqual(
        shown,
        ids.map((_, i) => ({
          name: `Lead · Cliente ${String(i).padStart(3, '0')}`,
          values: [money(here(i)), money(there(i))].sort(),
        })),
      );
    }
  });
});

/**
 * Writes a field on the page of a lead, as a person does, and leaves to the board.
 * @param {Page} page
 * @param {string} id
 * @param {string} label
 * @param {string} text
 */
async function field(page, id, label, text) {
  await page.evaluate((hash) => (location.hash = hash), `#/lead/${id}`);
  const box = page.getByRole('main').getByLabel(label, { exact: true }).first();
  await box.fill(text);
  const saved = page.waitForResponse((response) => response.url().endsWith('/Leads/Update'));
  await box.press('Enter');
  await saved;
  await page.evaluate(() => (location.hash = '#/board'));
  await page.locator('[data-card]').first().waitFor();
}
