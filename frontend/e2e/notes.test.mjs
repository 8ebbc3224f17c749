import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { axeFaults } from './lib/axe.mjs';
import { launch } from './lib/browser.mjs';
import { addLead, enter, openShop } from './lib/shop.mjs';

/** @type {Awaited<ReturnType<typeof launch>>} */ let chromium;
/** @type {import('./lib/shop.mjs').Shop} */ let shop;
/** @type {import('playwright-core').Page} */ let page;
/** @type {string[]} */ let troubles = [];

before(async () => {
  chromium = await launch();
  shop = await openShop();
});
after(async () => {
  await chromium.close();
  await shop.close();
});
afterEach(async () => {
  await page.context().close();
  assert.deepEqual(troubles, []);
});

const palette = () => page.getByRole('combobox', { name: 'Buscar ou comandar' });
const notes = () => page.getByRole('group', { name: 'Anotações e atividades' });

for (const theme of ['light', 'dark']) {
  test(`what was written of a lead leads to it, in ${theme}`, async () => {
    const name = theme === 'light' ? 'Marina Sá' : 'Otávio Reis';
    const lead = await addLead(shop, {
      name,
      phone: theme === 'light' ? '11985270001' : '11985270002',
    });
    ({ page, troubles } = await enter(chromium.browser, shop, `/lead/${lead}`, {
      device: { theme },
    }));
    // Written on the page: found before any index is made.
    await page
      .locator('.write textarea')
      .fill(`Chegou de bicicleta e só fecha se a ${name} puder trocar a direção elétrica`);
    await page.keyboard.press('Control+Enter');
    await page.getByRole('region', { name: 'Linha do tempo' }).getByText('bicicleta').waitFor();
    await page.goto(`${shop.url}#/list`);
    await page.getByRole('grid').waitFor();

    await page.keyboard.press('Control+k');
    await palette().fill('DIRECAO trocar');
    const hit = notes().getByRole('option', { name });
    await hit.waitFor();
    assert.deepEqual(await hit.locator('mark').allTextContents(), ['trocar', 'direção']);
    assert.match(await hit.innerText(), /Nota · hoje/);
    assert.deepEqual(await axeFaults(page), []);
    await palette().fill('bicicleta fecha');
    await hit.filter({ has: page.locator('mark', { hasText: 'bicicleta' }) }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 2 }).waitFor();
    assert.ok(page.url().includes('/lead/'));

    await page.keyboard.press('Control+k');
    await palette().fill('bicicleta patinete');
    await page.getByText('Nada encontrado').waitFor();
    // Leads come first, what was written below them.
    await palette().fill(name);
    await notes().waitFor();
    const groups = await page
      .getByRole('listbox')
      .getByRole('group')
      .evaluateAll((list) => list.map((group) => group.textContent));
    assert.match(groups[0] ?? '', /^Leads/);
    assert.match(groups[1] ?? '', /^Anotações e atividades/);
    await hit.click();
    await page.getByRole('heading', { level: 2, name }).waitFor();
    assert.ok(page.url().endsWith(lead));
  });
}
