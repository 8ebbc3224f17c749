import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { axeFaults } from './lib/axe.mjs';
import { launch } from './lib/browser.mjs';
import { addLead, enter, openShop } from './lib/shop.mjs';

/** @type {Awaited<ReturnType<typeof launch>>} */ let chromium;
/** @type {import('./lib/shop.mjs').Shop} */ let shop;
/** @type {import('playwright-core').Page} */ let page;
/** @type {string[]} */ let troubles;

const SECTIONS = [
  'shop',
  'people',
  'sources',
  'tags',
  'fields',
  'reasons',
  'pipelines',
  'rules',
  'appearance',
  'data',
  'backups',
  'about',
];

before(async () => {
  chromium = await launch();
  shop = await openShop(['Carla Souza', 'Tiago Melo']);
});
after(async () => {
  await chromium.close();
  await shop.close();
});

/**
 * @param {string} section
 * @param {Parameters<typeof enter>[3]} [options]
 */
async function settings(section, options) {
  ({ page, troubles } = await enter(chromium.browser, shop, `/settings/${section}`, options));
  await page.getByRole('navigation', { name: /ajustes|settings/i }).waitFor();
}

afterEach(async () => {
  await page.context().close();
  assert.deepEqual(troubles, []);
});

const toast = (/** @type {string | RegExp} */ text) =>
  page.locator('[data-sonner-toast]').filter({ hasText: text });
const undo = (/** @type {string | RegExp} */ text) =>
  toast(text).getByRole('button', { name: 'Desfazer' }).click();
const name = (/** @type {string} */ text) => page.getByRole('button', { name: text, exact: true });
const list = (/** @type {string | RegExp} */ label) => page.getByRole('list', { name: label });

describe('the shop', () => {
  test('is renamed by Enter, and Escape brings back what was there', async () => {
    await settings('shop');
    const field = page.getByLabel('Nome da loja');
    await field.fill('Auto Sul');
    await page.keyboard.press('Escape');
    assert.equal(await field.inputValue(), 'Auto Norte');
    await field.fill('Auto Sul');
    await page.keyboard.press('Enter');
    await undo('Auto Sul: loja salva');
    await page.waitForFunction(
      () => document.querySelector('main input')?.getAttribute('aria-invalid') === null,
    );
    await page.reload();
    assert.equal(await page.getByLabel('Nome da loja').inputValue(), 'Auto Norte');
  });

  test('says beside the field what is wrong with a phone, and shows a good one as people write it', async () => {
    await settings('shop');
    const phone = page.getByLabel('Telefone');
    await phone.fill('12');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').getByText('Escreva com DDD').waitFor();
    assert.match(troubles.splice(0).join(), /422/);
    await phone.fill('1132345678');
    await page.keyboard.press('Tab');
    await toast('loja salva').waitFor();
    assert.equal(await phone.inputValue(), '(11) 3234-5678');
  });
});

describe('people', () => {
  test('are added, renamed and given a role by key', async () => {
    await settings('people');
    await page.getByRole('textbox', { name: 'Adicionar pessoa' }).focus();
    await page.keyboard.type('Nádia Cunha');
    await page.keyboard.press('Enter');
    await name('Nádia Cunha').waitFor();
    await name('Nádia Cunha').focus();
    await page.keyboard.press('Enter');
    await page.keyboard.type('Nádia Lima');
    await page.keyboard.press('Enter');
    await name('Nádia Lima').waitFor();
    await page.waitForFunction(() => document.activeElement?.textContent === 'Nádia Lima');
    await page.getByLabel('Função de Nádia Lima').focus();
    await page.keyboard.press('Enter');
    await page.getByRole('option', { name: 'Gerente' }).click();
    await toast('Nádia Lima agora é: Gerente').waitFor();
  });

  test('leave the list, come back, and an undo says so', async () => {
    await settings('people');
    await page.getByRole('button', { name: 'Tirar Tiago Melo da lista' }).click();
    await toast('Tiago Melo saiu da lista').waitFor();
    await page.getByText('1 fora de uso').click();
    await page.getByRole('button', { name: 'Trazer Tiago Melo de volta' }).click();
    await undo('Tiago Melo voltou');
    await toast('Desfeito').waitFor();
    await page.getByText('1 fora de uso').waitFor();
    await page.getByRole('textbox', { name: 'Adicionar pessoa' }).fill('tiago melo');
    await page.keyboard.press('Enter');
    await toast('Tiago Melo voltou').waitFor();
    await name('Tiago Melo').waitFor();
  });

  test('a double click takes one off the list, not the next one, too', async () => {
    await settings('sources');
    const rows = page.locator('main ul').first().locator('li');
    await rows.first().waitFor();
    const before = await rows.count();
    await rows.nth(1).getByRole('button').last().dblclick();
    await toast('saiu da lista').waitFor();
    await page.getByText('1 fora de uso').waitFor();
    assert.equal(await rows.count(), before - 1);
    await undo('saiu da lista');
    await page.getByText('1 fora de uso').waitFor({ state: 'detached' });
  });

  test('who is using the program can’t be taken off', async () => {
    await settings('people');
    await page.getByRole('button', { name: 'Tirar Carla Souza da lista' }).click();
    await toast('está usando o Pátio agora').waitFor();
    assert.match(troubles.splice(0).join(), /422/);
    await name('Carla Souza').waitFor();
  });
});

test('a source that exists is refused beside the field', async () => {
  await settings('sources');
  const field = page.getByRole('textbox', { name: 'Adicionar origem' });
  await field.fill('webmotors');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').getByText('Já existe').waitFor();
  assert.match(troubles.splice(0).join(), /422|409/);
  await page.keyboard.press('Escape');
  assert.equal(await field.inputValue(), '');
});

test('a tag is made and painted', async () => {
  await settings('tags');
  await page.getByRole('textbox', { name: 'Adicionar etiqueta' }).fill('Consórcio');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Cor de Consórcio' }).click();
  assert.deepEqual(await axeFaults(page), []);
  await page.getByRole('button', { name: 'Violeta' }).click();
  await toast('Consórcio: cor trocada').waitFor();
  const state = await shop.call('Session', 'State');
  assert.equal(
    state.tags.find((/** @type {any} */ tag) => tag.name === 'Consórcio').color,
    'violet',
  );
});

test('a reason is added where it belongs', async () => {
  await settings('reasons');
  await page
    .getByRole('textbox', { name: 'Adicionar motivo' })
    .nth(1)
    .fill('Comprou de particular');
  await page.keyboard.press('Enter');
  await list('Por que não vendeu').getByText('Comprou de particular').waitFor();
  // The order is the one in which a lost lead asks for it.
  await page.getByRole('button', { name: 'Mudar Comprou de particular de lugar' }).focus();
  await page.keyboard.press('ArrowUp');
  await toast('Comprou de particular: agora em 6 de 7').waitFor();
  await page.waitForFunction(() =>
    document.activeElement?.getAttribute('aria-label')?.includes('Comprou de particular'),
  );
  await page.reload();
  const rows = list('Por que não vendeu').getByRole('listitem');
  await rows.nth(5).getByText('Comprou de particular').waitFor();
});

test('appearance and language change at once and stay on this device', async () => {
  await settings('appearance');
  const root = page.locator('html');
  await page.getByText('Escuro', { exact: true }).click();
  await page.getByText('Compacto', { exact: true }).click();
  await page.getByRole('button', { name: 'Texto maior' }).click();
  assert.equal(await root.getAttribute('data-theme'), 'dark');
  assert.equal(await root.getAttribute('data-density'), 'compact');
  assert.equal(await root.evaluate((html) => html.style.fontSize), '110%');
  await page.getByText('Español', { exact: true }).click();
  await page.getByRole('heading', { name: 'Apariencia' }).waitFor();
  await page.reload();
  await page.getByRole('heading', { name: 'Apariencia' }).waitFor();
  assert.equal(await root.getAttribute('data-theme'), 'dark');
  assert.equal(await root.evaluate((html) => html.style.fontSize), '110%');
  await page.getByText('Português (Brasil)', { exact: true }).click();
  await page.getByRole('button', { name: 'Voltar a 100%' }).click();
  await page.getByText('Do sistema', { exact: true }).click();
  await page.getByText('Confortável', { exact: true }).click();
  await page.reload();
  await page.getByRole('heading', { name: 'Aparência' }).waitFor();
});

test('a copy is made, shown, and brings back what was changed since', async () => {
  await settings('backups');
  await page.getByRole('button', { name: 'Fazer cópia agora' }).click();
  await toast('Cópia feita').waitFor();
  await addLead(shop, { name: 'Depois da cópia' });
  await page
    .getByRole('button', { name: /^Restaurar a cópia de/ })
    .first()
    .click();
  const dialog = page.getByRole('dialog', { name: /^Restaurar a cópia de/ });
  await dialog.getByText('Agora há 1 lead no Pátio.').waitFor();
  await dialog.getByText(/^[^·]+ · [^·]+ · [\d,]+\s[kM]B$/).waitFor();
  assert.deepEqual(await axeFaults(page), []);
  await dialog.getByRole('button', { name: 'Restaurar' }).click();
  await toast('Restaurado').waitFor();
  await page.getByText('Antes de restaurar outra').waitFor();
  const { hits } = await shop.call('Search', 'Find', 'Depois da copia', 5);
  assert.equal(hits.length, 0);
});

test('a file that is no copy is refused in plain words', async () => {
  await settings('backups');
  const chosen = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Restaurar de um arquivo' }).click();
  await (await chosen).setFiles({ name: 'foto.db', mimeType: '', buffer: Buffer.from('no') });
  const dialog = page.getByRole('dialog', { name: 'Restaurar foto.db?' });
  await dialog.getByRole('button', { name: 'Restaurar' }).click();
  await dialog.getByText('não é uma cópia de segurança do Pátio').waitFor();
  assert.match(troubles.splice(0).join(), /4\d\d/);
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
});

test('about shows the version, the folder, licences and the shortcuts', async () => {
  await settings('about');
  await page.getByRole('heading', { name: /^Pátio \d/ }).waitFor();
  await page.getByText(/^Ver os \d+$/).click();
  await page.getByText('modernc.org/sqlite').waitFor();
  await page.getByRole('button', { name: /Ver atalhos/ }).click();
  await page.getByRole('dialog').waitFor();
});

test('sections are walked by key, and what was pressed keeps the focus', async () => {
  await settings('shop');
  const link = page.locator('nav a[href="#/settings/backups"]');
  await link.focus();
  await page.keyboard.press('Enter');
  const make = page.getByRole('button', { name: 'Fazer cópia agora' });
  await make.waitFor();
  assert.ok(await link.evaluate((one) => one === document.activeElement));
  await make.press('Enter');
  await toast('Cópia feita').waitFor();
  await make.and(page.locator(':focus')).waitFor();
});

test('sections are found by command', async () => {
  await settings('shop');
  await page.keyboard.press('Control+k');
  await page.getByRole('dialog').getByRole('combobox').fill('copias de seg');
  await page.getByRole('option', { name: 'Cópias de segurança' }).waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Cópias de segurança' }).waitFor();
});

/**
 * What opens in the settings: the section, how it is opened, what is there then.
 * @type {readonly [string, () => Promise<void>, string][]}
 */
const OPENED = [
  ['shop', () => page.locator('main [aria-haspopup=listbox]').first().click(), '[role=listbox]'],
  ['shop', () => page.keyboard.press('Control+k'), '[role=dialog]:has([role=option])'],
  ['shop', () => page.locator('nav button[aria-haspopup=menu]').click(), '[role=menu]'],
  [
    'people',
    () => page.locator('main li [aria-haspopup=listbox]').first().click(),
    '[role=listbox]',
  ],
  ['tags', () => page.locator('main li button.dot').first().click(), '[role=dialog]'],
  ['sources', () => page.locator('main li button').first().click(), 'main li:has(input)'],
  ['reasons', () => page.locator('main details summary').first().click(), 'main details[open]'],
  ['data', () => page.locator('main section button').nth(1).click(), '[role=dialog]'],
  ['backups', () => page.locator('main li button').first().click(), '[role=dialog]'],
  ['about', () => page.locator('main details summary').click(), 'main details[open]'],
  ['about', () => page.keyboard.press('F1'), '[role=dialog]'],
];

describe('with 200 leads', () => {
  let other = shop;
  before(async () => {
    other = shop;
    shop = await openShop(['Carla Souza'], { leads: 200 });
    await shop.call('Backups', 'Make');
    const { reasons } = await shop.call('Session', 'State');
    await shop.call('Settings', 'SaveReason', { ...reasons[0], retired: true });
  });
  after(async () => {
    await shop.close();
    shop = other;
  });

  for (const theme of ['light', 'dark']) {
    for (const language of ['pt-BR', 'en', 'es']) {
      test(`every section and what opens in it pass axe in ${theme}, ${language}`, async () => {
        await settings('shop', { device: { theme, language } });
        for (const section of SECTIONS) {
          await show(section);
          assert.deepEqual(await axeFaults(page), [], section);
          for (const [, act, part] of OPENED.filter(([where]) => where === section)) {
            await act();
            await page.locator(part).first().waitFor();
            assert.deepEqual(await axeFaults(page, part), [], `${section}: ${part}`);
            await page.keyboard.press('Escape');
          }
        }
      });
    }
  }
});

async function show(/** @type {string} */ section) {
  await page.evaluate((id) => (location.hash = `#/settings/${id}`), section);
  await page.locator(`nav a[href="#/settings/${section}"][aria-current=page]`).waitFor();
}
