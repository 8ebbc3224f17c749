import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { axeFaults } from './lib/axe.mjs';
import { launch } from './lib/browser.mjs';
import { addLead, enter, openShop } from './lib/shop.mjs';
import { wordsOf } from './lib/words.mjs';

/** @typedef {import('./lib/shop.mjs').Shop} Shop */
/** @typedef {Awaited<ReturnType<typeof enter>>} Opened */
/** @typedef {import('playwright-core').Page} Page */

/** @type {Awaited<ReturnType<typeof launch>>} */ let chromium;
/** @type {Shop} */ let desk;
/** @type {Shop} */ let yard;
/** @type {Opened[]} */ let pages = [];

before(async () => {
  chromium = await launch();
  desk = await openShop(['Carla Souza', 'Rosa Lima']);
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
});

/**
 * @param {Shop} shop
 * @param {string} [address]
 * @param {Parameters<typeof enter>[3]} [options]
 */
async function open(shop, address = '/settings/sync', options = undefined) {
  const opened = await enter(chromium.browser, shop, address, options);
  pages.push(opened);
  return opened;
}

const chip = (/** @type {Page} */ page, /** @type {RegExp | string} */ text) =>
  page.getByRole('banner').getByRole('button', { name: text });
const button = (/** @type {Page} */ page, /** @type {string} */ name) =>
  page.getByRole('button', { name, exact: true });
const heading = (/** @type {Page} */ page, /** @type {string} */ name) =>
  page.getByRole('heading', { name, exact: true });

/**
 * @param {Page} page
 * @param {string} code
 */
async function join(page, code) {
  await page.getByLabel('Código').fill(code);
  await page.getByLabel('Nome deste PC').fill('PC do pátio');
  await button(page, 'Conectar').click();
}

/**
 * Presses Tab until something of that name has the focus.
 * @param {Page} page
 * @param {string} name
 */
async function tabTo(page, name) {
  for (let i = 0; i < 60; i++) {
    await page.keyboard.press('Tab');
    const at = await page.evaluate(() => {
      const element = document.activeElement;
      const label = element?.id && document.querySelector(`label[for="${element.id}"]`);
      return (label || element)?.textContent?.replace('*', '').trim();
    });
    if (at === name) return;
  }
  throw new Error(`Tab never comes to ${name}`);
}

const code = (/** @type {Page} */ page) => page.locator('[data-code]').getAttribute('data-code');

describe('a PC that works alone', () => {
  test('becomes the server of its shop', async () => {
    const { page } = await open(desk);
    await button(page, 'Usar este PC como servidor…').click();
    const dialog = page.getByRole('dialog', { name: 'Este PC será o servidor da loja' });
    const name = dialog.getByLabel('Nome deste PC');
    assert.notEqual(await name.inputValue(), '');
    await name.fill('');
    await dialog.getByRole('button', { name: 'Começar' }).click();
    await dialog.getByRole('alert').waitFor();
    pages[0]?.troubles.splice(0); // the refusal, as the browser tells it
    await name.fill('PC do balcão');
    await name.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    await heading(page, 'Este PC é o servidor da loja').waitFor();
    await page.getByText('Só este PC está conectado').waitFor();
    await page.getByText('Servidor: este PC').waitFor();
    await chip(page, 'Tudo sincronizado').waitFor();
    assert.equal(await page.getByLabel('Código').count(), 0);
    assert.equal(await button(page, 'Desconectar este PC').count(), 0);
  });

  test('is told what to look at when no server answers', async () => {
    const { page, troubles } = await open(yard);
    await join(page, 'ABCD-EFGH');
    await page.getByRole('alert').getByText('Nenhum servidor respondeu').waitFor();
    await page.getByText('Confira nos dois PCs').waitFor();
    await page.getByText('sudo ufw allow 27473:27476/udp').waitFor();
    assert.equal(await page.getByLabel('Código').inputValue(), 'ABCD-EFGH');
    assert.deepEqual(await axeFaults(page), []);
    assert.match(troubles.splice(0).join(), /422/);
  });
});

describe('the server of a shop', () => {
  /** @type {string} */ let lead;

  test('lets another PC in by a short code, by keyboard alone', async () => {
    lead = await addLead(desk, { name: 'Rui Prado', vehicle: 'Fiat Strada 2022' });
    const { page } = await open(desk);
    await button(page, 'Adicionar um PC…').waitFor();
    await tabTo(page, 'Adicionar um PC…');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'Adicionar um PC' }).waitFor();
    await tabTo(page, 'De quem é o PC');
    await page.keyboard.press('Enter');
    await page.getByRole('option', { name: 'Outra pessoa…' }).waitFor();
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    await tabTo(page, 'Nome da pessoa');
    await page.keyboard.type('Tiago Melo');
    await page.keyboard.press('Enter');
    await page.getByText('Código para o PC de Tiago Melo').waitFor();
    await page.getByText(/^Vale por 1[45]:\d\d, para um PC$/).waitFor();
    const text = (await code(page)) ?? '';
    assert.match(text, /^[0-9A-Z]{4}-[0-9A-Z]{4}$/);

    const there = await open(yard);
    await join(there.page, text.toLowerCase().replace('-', ' '));
    await heading(there.page, 'Tudo sincronizado').waitFor();
    await page.getByText('O PC de Tiago Melo está conectado').waitFor();
    await tabTo(page, 'Fechar');
    await page.keyboard.press('Enter');
    await page.getByText('2 PCs conectados, contando com este').waitFor();
    await button(page, 'Adicionar um PC…').waitFor();
    const focused = await page.evaluate(() => document.activeElement?.textContent?.trim());
    assert.equal(focused, 'Adicionar um PC…');
  });

  test('carries edits both ways, after it was closed and opened again, too', async () => {
    const list = await open(yard, '/list');
    await list.page.getByRole('gridcell', { name: 'Selecionar Rui Prado' }).waitFor();
    await yard.call('Leads', 'Update', lead, { vehicle: 'Fiat Toro 2023' });
    const board = await open(desk, '/board');
    await board.page.getByText('Fiat Toro 2023').waitFor();
    await board.page.context().close();
    pages = pages.filter((opened) => opened !== board);
    await desk.restart();
    await desk.call('Leads', 'Update', lead, { vehicle: 'Fiat Titano 2024' });
    await yard.call('Sync', 'Now');
    await list.page.getByText('Fiat Titano 2024').waitFor();
  });

  test('says what to look at when no PC has asked for a code for a while', async () => {
    const { page } = await open(desk);
    await button(page, 'Adicionar um PC…').click();
    await page.getByText('Vendedor: leads, contatos e atividades.', { exact: false }).waitFor();
    await button(page, 'Gerar código').click();
    await page.getByText('Código para o PC de').waitFor();
    assert.equal(await page.getByText('Nenhum PC perguntou').count(), 0);
    await page.clock.setFixedTime(Date.now() + 31_000);
    await page.getByText('Nenhum PC perguntou por este código ainda').waitFor();
    await page.getByText(/sudo ufw allow \d+\/tcp/).waitFor();
    assert.deepEqual(await axeFaults(page, '[role=dialog]'), []);
    await page.clock.setFixedTime(Date.now() + 16 * 60_000);
    await page.getByText('Este código venceu').waitFor();
    await page.keyboard.press('Escape');
    await page.getByText('Há um código à espera de um PC.').waitFor();
    await button(page, 'Mostrar código').click();
    await button(page, 'Cancelar código').click();
    await button(page, 'Adicionar um PC…').waitFor();
  });

  for (const theme of ['light', 'dark']) {
    for (const language of ['pt-BR', 'en', 'es']) {
      test(`axe finds nothing in ${theme}, ${language}`, async () => {
        const t = await wordsOf(language);
        const { page } = await open(desk, '/settings/sync', { device: { theme, language } });
        await button(page, t('settings.server.add')).waitFor();
        assert.deepEqual(await axeFaults(page), []);
        await button(page, t('settings.server.add')).click();
        await button(page, t('settings.server.make')).waitFor();
        assert.deepEqual(await axeFaults(page), []);
        await button(page, t('settings.server.make')).click();
        await page.locator('[data-code]').waitFor();
        assert.deepEqual(await axeFaults(page), []);
        await button(page, t('settings.server.withdraw')).click();
        await button(page, t('settings.server.stop_do')).click();
        await page.getByRole('alertdialog').waitFor();
        assert.deepEqual(await axeFaults(page), []);
      });
    }
  }

  test('stops, and each PC keeps what it has', async () => {
    const { page } = await open(desk, '/settings/sync', {
      device: { theme: 'light', language: 'pt-BR' },
    });
    await button(page, 'Deixar de ser o servidor').click();
    const asked = page.getByRole('alertdialog');
    await asked.getByText('Nada se perde').waitFor();
    await asked.getByRole('button', { name: 'Deixar de ser o servidor' }).press('Enter');
    await heading(page, 'Este PC pode ser o servidor da loja').waitFor();
    await chip(page, 'Não conectado').waitFor();
    const there = await open(yard);
    await yard.call('Sync', 'Now');
    await chip(there.page, /^Sem conexão/).waitFor();
    for (const shop of [desk, yard])
      assert.equal((await shop.call('Leads', 'Get', lead)).lead.vehicle, 'Fiat Titano 2024');
  });

  test('goes on when it is the server again, without a new code', async () => {
    await yard.call('Leads', 'Update', lead, { vehicle: 'Fiat Pulse 2024' });
    const { page } = await open(desk);
    await button(page, 'Usar este PC como servidor…').click();
    await button(page, 'Começar').click();
    await heading(page, 'Este PC é o servidor da loja').waitFor();
    await yard.call('Sync', 'Now');
    await page.getByText('2 PCs conectados, contando com este').waitFor();
    const board = await open(desk, '/board');
    await board.page.getByText('Fiat Pulse 2024').waitFor();
  });
});
