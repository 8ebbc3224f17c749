import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { axeFaults } from './lib/axe.mjs';
import { launch } from './lib/browser.mjs';
import { openHub } from './lib/hub.mjs';
import { drawPhoto } from './lib/photos.mjs';
import { addLead, enter, openShop } from './lib/shop.mjs';
import { wordsOf } from './lib/words.mjs';

/** @typedef {import('./lib/shop.mjs').Shop} Shop */
/** @typedef {Awaited<ReturnType<typeof enter>>} Opened */
/** @typedef {import('playwright-core').Page} Page */

/** @type {Awaited<ReturnType<typeof launch>>} */ let chromium;
/** @type {import('./lib/hub.mjs').Hub} */ let hub;
/** @type {Shop} */ let desk;
/** @type {Shop} */ let yard;
/** @type {Opened[]} */ let pages = [];

before(async () => {
  chromium = await launch();
  hub = await openHub();
  desk = await openShop(['Carla Souza']);
  yard = await openShop(['Tiago Melo']);
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
 * @param {Parameters<typeof enter>[3]} [options]
 */
async function open(shop, address, options) {
  const opened = await enter(chromium.browser, shop, address, options);
  pages.push(opened);
  return opened;
}

const chip = (/** @type {Page} */ page, /** @type {RegExp | string} */ text) =>
  page.getByRole('banner').getByRole('button', { name: text });
const button = (/** @type {Page} */ page, /** @type {string} */ name) =>
  page.getByRole('button', { name, exact: true });

/**
 * @param {Page} page
 * @param {string} code
 * @param {string} name
 */
async function join(page, code, name) {
  await page.getByLabel('Código').fill(code);
  await page.getByLabel('Nome deste PC').fill(name);
  await button(page, 'Conectar').click();
}

/**
 * Waits until Go says of a shop what is looked for.
 * @param {Shop} shop
 * @param {(status: any) => boolean} holds
 */
async function until(shop, holds) {
  const { page } = pages.at(-1) ?? (await open(shop, '/board'));
  for (;;) {
    const status = await shop.call('Sync', 'Status');
    if (await holds(status)) return status;
    await page.evaluate(() => new Promise(requestAnimationFrame));
  }
}

describe('a PC that works alone', () => {
  test('says so, and leads to where it is connected', async () => {
    const { page } = await open(desk, '/board');
    await chip(page, 'Salvo aqui').click();
    const panel = page.getByRole('dialog', { name: 'Sincronização' });
    await panel.getByText('Tudo está gravado neste computador.').waitFor();
    await panel.getByRole('link', { name: 'Conectar a um servidor…' }).click();
    await page.getByRole('heading', { name: 'Sincronização' }).waitFor();
    await panel.waitFor({ state: 'detached' });
  });

  test('says under the field what is wrong with a code, and keeps what was typed', async () => {
    const { page, troubles } = await open(desk, '/settings/sync');
    await button(page, 'Conectar').click();
    assert.equal(await page.getByRole('alert').count(), 2);
    await join(page, 'PATIO1-NADA', 'PC do balcão');
    await page.getByRole('alert').getByText('Isto não é um código').waitFor();
    assert.equal(await page.getByLabel('Nome deste PC').inputValue(), 'PC do balcão');
    assert.match(troubles.splice(0).join(), /422/);
  });
});

describe('two PCs and a hub', () => {
  /** @type {string} */ let lead;

  test('join by a code that is typed in', async () => {
    lead = await addLead(desk, { name: 'Rui Prado', vehicle: 'Fiat Strada 2022' });
    for (const [shop, name] of /** @type {const} */ ([
      [desk, 'PC do balcão'],
      [yard, 'PC do pátio'],
    ])) {
      const { page } = await open(shop, '/settings/sync');
      await join(page, await hub.code(), name);
      await chip(page, 'Tudo sincronizado').waitFor();
      await page.getByText(`Servidor: ${hub.address}`).waitFor();
      await page.getByText(`Este PC: ${name}`).waitFor();
    }
    const { page } = await open(yard, '/list');
    await page.getByRole('gridcell', { name: 'Selecionar Rui Prado' }).waitFor();
  });

  test('go on without it, count what waits, and agree once it is back', async () => {
    const here = await open(desk, '/board');
    const there = await open(yard, '/board');
    await chip(here.page, 'Tudo sincronizado').waitFor();
    await chip(there.page, 'Tudo sincronizado').waitFor();
    await hub.stop();
    await desk.call('Leads', 'Update', lead, { vehicle: 'Fiat Toro 2023', valueCents: 9_000_000 });
    await yard.call('Leads', 'Update', lead, { plate: 'ABC1D23', valueCents: 9_500_000 });
    for (const { page } of [here, there]) {
      await chip(page, /^Sem conexão · \d+ espera/).click();
      const panel = page.getByRole('dialog', { name: 'Sincronização' });
      await panel.getByText(/^\d+ registros? esperam? para ir, desde hoje/).waitFor();
    }
    await hub.start();
    for (const { page } of [here, there]) await button(page, 'Sincronizar agora').click();
    for (const { page } of [here, there]) await chip(page, /1 para decidir/).waitFor();
    const [a, b] = await Promise.all(
      [desk, yard].map((shop) => shop.call('Leads', 'Cards', [lead])),
    );
    assert.deepEqual({ ...a[0], fresh: 0 }, { ...b[0], fresh: 0 });
    assert.equal(a[0].vehicle, 'Fiat Toro 2023');
    assert.equal(a[0].plate, 'ABC1D23');
    const cards = [here, there].map(({ page }) =>
      page.getByRole('main').getByText('Rui Prado').first().textContent(),
    );
    assert.deepEqual(await cards[0], await cards[1]);
  });

  for (const theme of ['light', 'dark']) {
    for (const language of ['pt-BR', 'en', 'es']) {
      test(`axe finds nothing in ${theme}, ${language}`, async () => {
        const t = await wordsOf(language);
        const device = { theme, language };
        const { page } = await open(desk, '/settings/sync', { device });
        await button(page, t('settings.sync.leave_do')).waitFor();
        assert.deepEqual(await axeFaults(page), []);
        await button(page, t('settings.sync.leave_do')).click();
        await page.getByRole('alertdialog').waitFor();
        assert.deepEqual(await axeFaults(page), []);
        await page.keyboard.press('Escape');
        await chip(page, new RegExp(t('sync.chip.synced'))).click();
        await page.getByRole('dialog', { name: t('sync.panel') }).waitFor();
        assert.deepEqual(await axeFaults(page), []);
        await page.keyboard.press('Escape');
        await page.getByRole('link', { name: t('settings.sync.decide') }).click();
        await page.getByRole('heading', { name: 'Rui Prado' }).waitFor();
        assert.deepEqual(await axeFaults(page), []);
      });
    }
  }

  test('show both values, and the one that is kept is everywhere', async () => {
    const there = await open(yard, '/conflicts');
    await there.page.getByRole('heading', { name: 'Rui Prado' }).waitFor();
    const { page } = await open(desk, '/board', {
      device: { theme: 'light', language: 'pt-BR' },
    });
    await chip(page, /1 para decidir/).click();
    await page.getByRole('link', { name: '1 conflito para decidir' }).click();
    await page.getByText('Este PC, Carla Souza').waitFor();
    await page.getByText('admin, PC do pátio').waitFor();
    await page.getByRole('button', { name: /^Manter este: R\$\s90\.000/ }).press('Enter');
    for (const shown of [page, there.page])
      await shown.getByRole('heading', { name: 'Nada para decidir' }).waitFor();
    assert.equal((await yard.call('Leads', 'Get', lead)).lead.valueCents, 9_000_000);
    assert.equal((await until(desk, (status) => status.conflicts === 0)).refused, 0);
    await page
      .locator('[data-sonner-toast]')
      .filter({ hasText: 'Conflito resolvido' })
      .getByRole('button', { name: 'Desfazer' })
      .waitFor();
  });

  test('what one converts or discards, the other sees, and brings back', async () => {
    const QUALIFICATION = '01900000-0000-7000-8000-000000000101';
    const QUALIFIED = '01900000-0000-7000-8000-000000000213';
    for (const name of ['Ana Prado', 'Bia Reis'])
      await desk.call('Leads', 'Seen', await addLead(desk, { name, stageId: QUALIFIED }));
    const device = { theme: 'light', language: 'pt-BR' };
    const there = await open(yard, `/board/${QUALIFICATION}`, { device });
    const here = await open(desk, `/board/${QUALIFICATION}`, { device });
    const stage = (/** @type {Page} */ page, /** @type {string} */ name) =>
      page.getByRole('region', { name, exact: true });
    const card = (/** @type {Page} */ page, /** @type {string} */ name) =>
      page.locator('[data-card]').filter({ hasText: name });
    await stage(there.page, 'Qualificado').getByText('Bia Reis').waitFor();

    await card(here.page, 'Ana Prado').focus();
    await here.page.keyboard.press('v');
    await here.page.getByRole('dialog', { name: 'Converter em oportunidade' }).waitFor();
    await here.page.keyboard.press('Enter');
    await stage(there.page, 'Convertido').getByText('Ana Prado').waitFor();

    await card(here.page, 'Bia Reis').focus();
    await here.page.keyboard.press('m');
    await here.page.getByRole('menuitem', { name: 'Descartado' }).click();
    await here.page.getByRole('dialog', { name: 'Por que descartar?' }).waitFor();
    await here.page.keyboard.press('1');
    await stage(there.page, 'Descartado').getByText('Bia Reis').waitFor();

    // The other knows by the history where it stood.
    await card(there.page, 'Bia Reis').dblclick();
    await button(there.page, 'Tirar do arquivo').click();
    await stage(here.page, 'Qualificado').getByText('Bia Reis').waitFor();
  });

  test('what one plans, the other moves and completes, and both agendas agree', async () => {
    const id = await addLead(desk, { name: 'Agenda Dividida', phone: '11 98888-7766' });
    const plan = {
      leadId: id,
      kind: 'visit',
      title: 'Ver o carro',
      body: '',
      dueAt: 0,
      dueDay: '2027-03-10',
      done: false,
      userId: '',
      outcome: '',
      channel: '',
      remind: 60,
    };
    const agenda = async (/** @type {Shop} */ shop) => {
      const { days } = await shop.call('Agenda', 'Load', {
        from: '2027-03-08',
        days: 7,
        userIds: [],
        shopIds: [],
        kinds: [],
        perDay: 10,
      });
      return days.flatMap((/** @type {any} */ day) =>
        day.entries.map(
          (/** @type {any} */ one) => `${day.day} ${one.name} ${one.remind} ${one.doneAt > 0}`,
        ),
      );
    };
    const { page } = await open(yard, '/board');
    const both = async (/** @type {string} */ entry) => {
      const end = Date.now() + 10_000;
      for (const shop of [desk, yard]) {
        while ((await agenda(shop)).join() !== entry) {
          if (Date.now() > end) assert.equal((await agenda(shop)).join(), entry);
          await page.evaluate(() => new Promise(requestAnimationFrame));
        }
      }
    };
    await desk.call('Activities', 'Add', plan);
    await both('2027-03-10 Agenda Dividida 60 false');
    const [made] = (await yard.call('Leads', 'Get', id)).planned;
    await yard.call('Activities', 'Update', made.id, { dueDay: '2027-03-11' });
    await both('2027-03-11 Agenda Dividida 60 false');
    await yard.call('Activities', 'Complete', made.id, 'Veio à loja');
    await both('2027-03-11 Agenda Dividida 60 true');
  });

  test('what one attaches, the other sees, offline too', async () => {
    const device = { theme: 'light', language: 'pt-BR' };
    const there = await open(yard, `/lead/${lead}`, { device });
    const here = await open(desk, `/lead/${lead}`, { device });
    const files = (/** @type {Page} */ page) =>
      page.getByRole('region', { name: 'Fotos e documentos' });
    const tile = (/** @type {Page} */ page, /** @type {string} */ name) =>
      files(page).getByRole('button', { name: new RegExp(`^${name}`) });
    const drawn = async (/** @type {Page} */ page, /** @type {string} */ name) => {
      const picture = tile(page, name).locator('img');
      await picture.waitFor();
      await page.waitForFunction(
        (img) => /** @type {HTMLImageElement} */ (img).naturalWidth > 0,
        await picture.elementHandle(),
      );
    };
    const chooser = here.page.waitForEvent('filechooser');
    await files(here.page)
      .getByRole('button', { name: /escolha um arquivo/ })
      .click();
    const buffer = await drawPhoto(chromium.browser);
    await (await chooser).setFiles({ name: 'frente.jpg', mimeType: 'image/jpeg', buffer });
    await drawn(there.page, 'frente.jpg');

    await hub.stop();
    const other = await drawPhoto(chromium.browser, { color: '#b83232' });
    await yard.call('Attachments', 'Paste', lead, 'lado.jpg', other.toString('base64'));
    await drawn(there.page, 'lado.jpg');
    assert.equal((await desk.call('Attachments', 'Of', lead)).length, 1);
    await hub.start();
    for (const { page } of [here, there]) await chip(page, 'Tudo sincronizado').waitFor();
    await drawn(here.page, 'lado.jpg');

    await tile(here.page, 'lado.jpg').hover();
    await button(here.page, 'Mais ações com lado.jpg').click();
    await here.page.getByRole('menuitem', { name: 'Excluir' }).click();
    await tile(there.page, 'lado.jpg').waitFor({ state: 'detached' });
  });

  test('see each other, with when each was last heard of', async () => {
    for (const [shop, own, other] of /** @type {const} */ ([
      [desk, 'PC do balcão', 'PC do pátio'],
      [yard, 'PC do pátio', 'PC do balcão'],
    ])) {
      const { page } = await open(shop, '/settings/sync');
      const list = page.getByRole('list', { name: 'PCs da empresa' });
      await list.getByRole('listitem').filter({ hasText: own }).getByText('este PC').waitFor();
      await list
        .getByRole('listitem')
        .filter({ hasText: other })
        .getByText(/^admin · /)
        .waitFor();
      assert.equal(await button(page, `Tirar o acesso de ${own}`).count(), 0);
      assert.equal(await button(page, `Tirar o acesso de ${other}`).count(), 1);
    }
  });

  test('part without losing anything', async () => {
    const { page } = await open(yard, '/settings/sync');
    await button(page, 'Desconectar este PC').click();
    await page.getByRole('alertdialog').getByText('Nada se perde').waitFor();
    await page
      .getByRole('alertdialog')
      .getByRole('button', { name: 'Desconectar este PC' })
      .press('Enter');
    await page.getByRole('alert').getByText('Peça um novo código').waitFor();
    await chip(page, 'Não conectado').waitFor();
    assert.equal((await yard.call('Leads', 'Get', lead)).contact.name, 'Rui Prado');
    await join(page, await hub.code(), 'PC do pátio');
    await chip(page, 'Tudo sincronizado').waitFor();
  });

  test('an owner’s PC ends the access of another, asked first, by the keyboard', async () => {
    const there = await open(yard, '/board');
    await chip(there.page, 'Tudo sincronizado').waitFor();
    const { page } = await open(desk, '/settings/sync');
    const end = button(page, 'Tirar o acesso de PC do pátio');
    await end.press('Enter');
    const dialog = page.getByRole('alertdialog', { name: 'Tirar o acesso de PC do pátio?' });
    await dialog.getByText('também o que ainda não enviou').waitFor();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    assert.equal(await end.count(), 1);
    await end.press('Enter');
    await dialog.getByRole('button', { name: 'Tirar o acesso' }).press('Enter');
    await page.getByText('1 sem acesso').waitFor();
    assert.equal(await end.count(), 0);
    assert.deepEqual(await axeFaults(page), []);
    await yard.call('Leads', 'Update', lead, { plate: 'XYZ1A23' });
    await chip(there.page, 'Parado: peça um novo código').waitFor();
    assert.equal((await yard.call('Leads', 'Get', lead)).lead.plate, 'XYZ1A23');
  });
});

describe('a seller’s PC', () => {
  /** @type {Shop} */ let pocket;
  before(async () => {
    pocket = await openShop(['Rosa Lima']);
  });
  after(() => pocket.close());

  test('is told what the hub did not take, and takes it off the list', async () => {
    const { page } = await open(pocket, '/settings/sync');
    await join(page, await hub.code('seller'), 'Celular da Rosa');
    await page.getByRole('link', { name: 'Ver e decidir' }).click();
    await page.getByRole('heading', { name: 'Mudanças recusadas' }).waitFor();
    await page.getByText('Sua função não permite esta mudança').first().waitFor();
    assert.deepEqual(await axeFaults(page), []);
    const articles = page.getByRole('article');
    const { refused } = await until(pocket, (status) => status.phase === 'idle');
    await page.waitForFunction((n) => document.querySelectorAll('article').length === n, refused);
    await button(page, 'Dispensar').first().click();
    await page.waitForFunction(
      (n) => document.querySelectorAll('article').length === n - 1,
      refused,
    );
    assert.equal(await articles.count(), refused - 1);
  });
});
