import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, test } from 'node:test';
import { axeFaults } from './lib/axe.mjs';
import { launch, openPage } from './lib/browser.mjs';
import { serveFolder } from './lib/static.mjs';

/** @type {Awaited<ReturnType<typeof launch>>} */ let chromium;
/** @type {Awaited<ReturnType<typeof serveFolder>>} */ let site;
/** @type {import('playwright-core').Page} */ let page;
/** @type {string[]} */ let troubles;

before(async () => {
  chromium = await launch();
  site = await serveFolder(new URL('../dist-gallery', import.meta.url).pathname);
});
after(async () => {
  await chromium.close();
  await site.close();
});
beforeEach(async () => {
  ({ page, troubles } = await openPage(chromium.browser));
});
afterEach(async () => {
  await page.context().close();
  assert.deepEqual(troubles, []);
});

/** @param {string} [query] */
async function gallery(query = '') {
  await page.goto(`${site.url}/gallery.html${query}`);
  await page.getByRole('heading', { name: 'Botões' }).waitFor();
}

test('the policy check notices a style that came with the markup', async () => {
  await gallery();
  await page.evaluate(() => document.body.setAttribute('style', 'color: red'));
  // The event and Chromium's own line in the console.
  while (troubles.length < 2) await page.evaluate(() => 0);
  assert.match(troubles.join('\n'), /style-src/);
  troubles.length = 0;
});

for (const theme of ['light', 'dark']) {
  for (const language of ['pt-BR', 'en', 'es']) {
    test(`every part passes axe in ${theme}, ${language}`, async () => {
      await gallery(`?theme=${theme}&lang=${language}`);
      assert.deepEqual(await axeFaults(page), []);
    });
  }
}

test('a menu opens by key, shows its second menu and performs', async () => {
  await gallery();
  await page.getByRole('button', { name: 'Menu', exact: true }).press('Enter');
  await page.getByRole('menuitem', { name: 'Mover para…' }).hover();
  await page.getByRole('menuitemcheckbox', { name: 'Em negociação' }).waitFor();
  assert.deepEqual(await axeFaults(page), []);
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Menu', exact: true }).click();
  await page.getByRole('menuitem', { name: 'Arquivar' }).click();
  await page.locator('[data-sonner-toast]').getByText('Lead arquivado').waitFor();
});

test('a dialog holds the focus, closes by Escape and gives the focus back', async () => {
  await gallery();
  await page.getByRole('button', { name: 'Diálogo' }).click();
  const dialog = page.getByRole('dialog', { name: 'Novo lead' });
  await dialog.waitFor();
  assert.deepEqual(await axeFaults(page), []);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await page.waitForFunction(() => document.activeElement?.textContent?.trim() === 'Diálogo');
});

test('a confirmation says what will happen and acts on its verb', async () => {
  await gallery();
  await page.getByRole('button', { name: 'Confirmação' }).click();
  const dialog = page.getByRole('alertdialog', { name: 'Excluir de vez?' });
  await dialog.waitFor();
  assert.deepEqual(await axeFaults(page), []);
  await dialog.getByRole('button', { name: 'Excluir de vez' }).click();
  await page.locator('[data-sonner-toast]').getByText('Lead excluído').waitFor();
});

test('masks take a paste in any common form', async () => {
  await gallery();
  const phone = page.getByLabel('Telefone');
  await phone.fill('+55 11 9.8527-0593');
  await phone.blur();
  assert.equal(await phone.inputValue(), '(11) 98527-0593');
  const money = page.getByLabel('Valor');
  await money.fill('99900.5');
  await money.blur();
  assert.equal((await money.inputValue()).replace(/\s/g, ' '), 'R$ 99.900,50');
  const day = page.getByLabel('Próximo contato');
  await day.fill('2026-12-01');
  await day.blur();
  assert.equal(await day.inputValue(), '01/12/2026');
});

test('a day is picked from the calendar', async () => {
  await gallery();
  await page.getByRole('button', { name: 'Escolher data' }).click();
  assert.deepEqual(await axeFaults(page), []);
  await page.getByRole('button', { name: /27 de novembro de 2026/ }).click();
  assert.equal(await page.getByLabel('Próximo contato').inputValue(), '27/11/2026');
});

test('a choice is made by key, a new tag by typing it', async () => {
  await gallery();
  const source = page.getByLabel('Origem');
  await source.focus();
  await page.keyboard.press('Enter');
  await page.getByRole('option', { name: 'Webmotors' }).waitFor();
  assert.deepEqual(await axeFaults(page), []);
  await page.getByRole('option', { name: 'Webmotors' }).click();
  await page.waitForFunction(() => document.activeElement?.textContent?.trim() === 'Webmotors');
  const tags = page.getByRole('combobox', { name: 'Etiquetas' });
  await tags.fill('consórcio');
  await page.getByRole('option', { name: 'Criar “consórcio”' }).click();
  await page.getByRole('button', { name: 'Remover consórcio' }).waitFor();
});

test('a row dragged onto another lands there, and Escape cancels a drag', async () => {
  await gallery();
  const row = (/** @type {number} */ i) => page.getByText(new RegExp(`^Lead ${i} `));
  await row(1).dragTo(row(4));
  await page.locator('#dropped', { hasText: '1 → 4' }).waitFor();
  await row(2).hover();
  await page.mouse.down();
  await row(3).hover();
  await page.locator('.row.line', { hasText: 'Lead 3' }).waitFor();
  await page.keyboard.press('Escape');
  await page.mouse.up();
  assert.equal(await page.locator('#dropped').textContent(), '1 → 4');
});

test('a list of 10,000 draws only what is seen', async () => {
  await gallery();
  const list = page.locator('.list');
  await list.evaluate((element) => (element.scrollTop = 5000 * 36));
  await page.getByText(/^Lead 5000 /).waitFor();
  assert.ok((await list.locator('.row').count()) < 80);
});
