import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { axeFaults } from './lib/axe.mjs';
import { launch } from './lib/browser.mjs';
import { addLead, addLeads, enter, openShop } from './lib/shop.mjs';
import { until } from './lib/until.mjs';

/** @type {Awaited<ReturnType<typeof launch>>} */ let chromium;
/** @type {import('./lib/shop.mjs').Shop} */ let shop;
/** @type {import('playwright-core').Page} */ let page;
/** @type {string[]} */ let troubles;

/** Enough for several windows of rows. */
const LEADS = 260;

before(async () => {
  chromium = await launch();
  shop = await openShop(['Carla Souza', 'Tiago Melo']);
  await addLeads(shop, LEADS);
});
after(async () => {
  await chromium.close();
  await shop.close();
});

/**
 * @param {string} [address]
 * @param {Parameters<typeof enter>[3]} [options]
 */
async function list(address = '/list', options = {}) {
  ({ page, troubles } = await enter(chromium.browser, shop, address, {
    device: { 'list.sort': { sort: 'name', desc: false } },
    ...options,
  }));
  await page.getByRole('grid').waitFor();
}

afterEach(async () => {
  await page.context().close();
  assert.deepEqual(troubles, []);
});

const grid = () => page.getByRole('grid');
const row = (/** @type {string | RegExp} */ name) => page.getByRole('row', { name });
// The name alone, or followed by "não lido".
const cell = (/** @type {string} */ name) =>
  page.getByRole('gridcell', { name: new RegExp(`^${name}`) });
const footer = () => page.locator('main footer');
const bar = () => page.getByRole('toolbar', { name: 'Ações com os selecionados' });
const toast = (/** @type {string | RegExp} */ text) =>
  page.locator('[data-sonner-toast]').filter({ hasText: text });

/** What the cell under the cursor says. */
const under = () =>
  page.evaluate(() => {
    const id = document.activeElement?.getAttribute('aria-activedescendant');
    return id ? (document.getElementById(id)?.textContent?.trim() ?? '') : '';
  });

/** Waits until the cursor is on a cell that says text. */
const cursorOn = (/** @type {string} */ text) =>
  page.waitForFunction((wanted) => {
    const id = document.activeElement?.getAttribute('aria-activedescendant');
    return id && document.getElementById(id)?.textContent?.trim().startsWith(wanted);
  }, text);

const firstNameIs = (/** @type {string} */ text) =>
  page.waitForFunction(
    (wanted) => document.querySelector('[data-index="0"] .name')?.textContent?.startsWith(wanted),
    text,
  );

describe('by keyboard', () => {
  beforeEach(() => list());

  test('the cursor walks, pages and jumps; rows come as they are reached', async () => {
    await grid().focus();
    await page.keyboard.press('Home');
    await cursorOn('Antônio d’Ávila 001');
    await page.keyboard.press('ArrowDown');
    await cursorOn('Antônio d’Ávila 006');
    await page.keyboard.press('ArrowRight');
    await cursorOn('Chevrolet');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('End');
    await cursorOn('Zilda Muñoz 259');
    await page.keyboard.press('PageUp');
    assert.notEqual(await under(), 'Zilda Muñoz 259');
    const nodes = await page.evaluate(() => document.querySelectorAll('*').length);
    assert.ok(nodes <= 1500, `${nodes} nodes`);
  });

  test('the cell of the cursor is never under the name that stays in sight', async () => {
    await grid().focus();
    await page.keyboard.press('Home');
    for (let i = 0; i < 11; i++) await page.keyboard.press('ArrowRight');
    await cursorOn('(11)');
    await page.waitForFunction(() => {
      const box = document.activeElement;
      return box && box.scrollLeft + box.clientWidth >= box.scrollWidth - 1;
    });
    for (let i = 0; i < 8; i++) await page.keyboard.press('ArrowLeft');
    await cursorOn('R$');
    await page.waitForFunction(() => {
      const id = document.activeElement?.getAttribute('aria-activedescendant') ?? '';
      const at = document.getElementById(id);
      const name = at?.closest('[role=row]')?.querySelector('.name');
      if (!at || !name) return false;
      return at.getBoundingClientRect().left >= name.getBoundingClientRect().right - 0.5;
    });
  });

  test('Enter opens the lead, Escape comes back to the same row', async () => {
    await grid().focus();
    await page.keyboard.press('Home');
    for (let i = 0; i < 60; i++) await page.keyboard.press('ArrowDown');
    const before = await under();
    const scroll = await grid().evaluate((element) => element.scrollTop);
    assert.ok(scroll > 0);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { level: 2, name: before.split(',')[0] }).waitFor();
    await page.keyboard.press('Escape');
    await cursorOn(before.split(',')[0] ?? '');
    assert.equal(await grid().evaluate((element) => element.scrollTop), scroll);
  });

  test('Space peeks, arrows walk with the panel open, Escape closes it', async () => {
    await grid().focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('Space');
    await page.getByRole('complementary', { name: 'Antônio d’Ávila 001' }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.getByRole('complementary', { name: 'Antônio d’Ávila 006' }).waitFor();
    assert.match(await under(), /006/);
    await page.keyboard.press('F6');
    await page.waitForFunction(() => document.activeElement?.tagName === 'ASIDE');
    await page.keyboard.press('Escape');
    await page.getByRole('complementary').waitFor({ state: 'detached' });
    await cursorOn('Antônio d’Ávila 006');
  });

  test('X, Shift and Ctrl+A pick; Escape lets go', async () => {
    await grid().focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('x');
    await bar().getByText('1 selecionado').waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Shift+ArrowDown');
    await page.keyboard.press('Shift+ArrowDown');
    await bar().getByText('4 selecionados').waitFor();
    await page.keyboard.press('Shift+ArrowUp');
    await bar().getByText('3 selecionados').waitFor();
    await page.keyboard.press('Control+a');
    await bar().getByText(`${LEADS} selecionados`).waitFor();
    await page.keyboard.press('Escape');
    await bar().waitFor({ state: 'detached' });
  });

  test('Ctrl+C copies the cell', async () => {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await grid().focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowRight');
    const text = await under();
    await page.keyboard.press('Control+c');
    await toast(`Copiado: ${text}`).waitFor();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), text);
  });

  test('the row’s menu opens at the row and acts', async () => {
    await grid().focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('Shift+F10');
    const menu = page.getByRole('menu').first();
    await menu.waitFor();
    assert.deepEqual(await axeFaults(page), []);
    await menu.getByRole('menuitem', { name: 'Espiar' }).click();
    await page.getByRole('complementary', { name: 'Antônio d’Ávila 001' }).waitFor();
  });
});

describe('sort and columns', () => {
  test('a click on a header sorts, again the other way; keys do, too; it is kept', async () => {
    await list('/list', { device: {} });
    const value = page.getByRole('columnheader', { name: 'Valor' });
    await value.click();
    await firstNameIs('Zilda Muñoz 259');
    assert.equal(await value.getAttribute('aria-sort'), 'descending');
    await value.click();
    await firstNameIs('Juliana Ramos 000');
    assert.equal(await value.getAttribute('aria-sort'), 'ascending');
    await page.getByRole('columnheader', { name: 'Nome' }).focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('Enter');
    await firstNameIs('Antônio d’Ávila 001');
    await page.reload();
    await firstNameIs('Antônio d’Ávila 001');
    const name = page.getByRole('columnheader', { name: 'Nome' });
    assert.equal(await name.getAttribute('aria-sort'), 'ascending');
  });

  test('columns are chosen, ordered and sized, and stay so after a restart', async () => {
    await list('/list', { device: {} });
    await page.getByRole('button', { name: 'Colunas' }).click();
    const picker = page.getByRole('dialog', { name: 'Colunas' });
    await picker.getByRole('checkbox', { name: 'Etapa', exact: true }).uncheck();
    await picker.getByRole('checkbox', { name: 'E-mail' }).check();
    await picker.getByRole('button', { name: 'Mover Valor para a esquerda' }).click();
    assert.deepEqual(await axeFaults(page), []);
    await page.keyboard.press('Escape');
    await picker.waitFor({ state: 'detached' });
    const titles = () =>
      page
        .getByRole('columnheader')
        .evaluateAll((heads) => heads.map((head) => head.textContent?.trim()).filter(Boolean));
    assert.deepEqual((await titles()).slice(0, 4), ['Nome', 'Valor', 'Veículo', 'Responsável']);
    assert.ok((await titles()).includes('E-mail'));

    const head = () => page.getByRole('columnheader', { name: 'Veículo' });
    const width = async () => (await head().boundingBox())?.width ?? 0;
    const before = await width();
    const box = await head().boundingBox();
    assert.ok(box);
    await page.mouse.move(box.x + box.width, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width + 64, box.y + box.height / 2, { steps: 4 });
    await page.mouse.up();
    assert.equal(await width(), before + 64);
    assert.equal(await head().getAttribute('aria-sort'), null);
    await head().focus();
    await page.keyboard.press('Shift+ArrowLeft');
    await page.keyboard.press('Shift+ArrowLeft');
    const after = await width();
    assert.equal(after, before + 64 - 32);

    // Kept shortly after.
    const rem = after / 16;
    await until(async () => {
      const kept = JSON.parse(await shop.call('Device', 'Get', 'ui'));
      return kept['list.columns'].widths.vehicle === rem;
    });
    await page.context().close();
    assert.deepEqual(troubles, []);
    await shop.restart();
    ({ page, troubles } = await enter(chromium.browser, shop, '/list'));
    await grid().waitFor();
    assert.deepEqual((await titles()).slice(0, 3), ['Nome', 'Valor', 'Veículo']);
    assert.equal(await width(), after);
  });
});

describe('several at once', () => {
  beforeEach(() => list());

  test('boxes pick by mouse, with Shift up to theirs, and show what is picked', async () => {
    const check = (/** @type {string} */ name) =>
      page.getByRole('checkbox', { name: `Selecionar ${name}` });
    // The cell takes the pointer; the box shows.
    const click = (/** @type {string} */ name, /** @type {'Shift'[]} */ modifiers = []) =>
      row(new RegExp(name)).locator('.check').click({ modifiers });
    await click('Antônio d’Ávila 001');
    await click('Antônio d’Ávila 011', ['Shift']);
    await bar().getByText('3 selecionados').waitFor();
    await click('Antônio d’Ávila 011', ['Shift']);
    await bar().getByText('3 selecionados').waitFor();
    for (const name of ['Antônio d’Ávila 001', 'Antônio d’Ávila 006', 'Antônio d’Ávila 011'])
      assert.equal(await check(name).isChecked(), true, name);
    await click('Antônio d’Ávila 006');
    await bar().getByText('2 selecionados').waitFor();
    assert.equal(await check('Antônio d’Ávila 006').isChecked(), false);
    // Rows that come in at the other end of a scroll say what is picked, too.
    await grid().evaluate((element) => (element.scrollTop = 5000));
    await cell('Marcos Vieira').first().waitFor();
    assert.equal(await grid().locator('[data-index] input:checked').count(), 0);
    await grid().evaluate((element) => (element.scrollTop = 0));
    await cell('Antônio d’Ávila 001').waitFor();
    assert.equal(await check('Antônio d’Ávila 001').isChecked(), true);
    assert.equal(await grid().locator('[data-index] input:checked').count(), 2);
  });

  test('Ctrl and Shift+click pick; a move asks why, is said and undone as one', async () => {
    await cell('Antônio d’Ávila 001').click({ modifiers: ['Control'] });
    await cell('Antônio d’Ávila 016').click({ modifiers: ['Shift'] });
    await bar().getByText('4 selecionados').waitFor();
    await bar().getByRole('button', { name: 'Mover para…' }).click();
    await page.getByRole('menuitem', { name: 'Não vendidos' }).click();
    const dialog = page.getByRole('dialog', { name: 'Por que não vendeu?' });
    await dialog.getByRole('button', { name: 'Desistiu da compra' }).click();
    await row(/Antônio d’Ávila 001/)
      .getByText('Não vendidos')
      .waitFor();
    await row(/Antônio d’Ávila 016/)
      .getByText('Não vendidos')
      .waitFor();
    await bar().waitFor({ state: 'detached' });
    await toast('4').getByRole('button', { name: 'Desfazer' }).click();
    await row(/Antônio d’Ávila 001/)
      .getByText('Não vendidos')
      .waitFor({ state: 'detached' });
    const { count } = await query({});
    assert.equal(count, LEADS);
  });

  test('all that match get an owner, fetched or not, and lose it by one undo', async () => {
    const before = await query({ ownerIds: [await userId('Tiago Melo')] });
    await page.getByRole('checkbox', { name: `Selecionar todos os ${LEADS} leads` }).check();
    await bar().getByText(`${LEADS} selecionados`).waitFor();
    await bar().getByRole('button', { name: 'Responsável' }).click();
    await page.getByRole('menuitem', { name: 'Tiago Melo' }).click();
    await toast(/Tiago Melo/).waitFor();
    assert.equal((await query({ ownerIds: [await userId('Tiago Melo')] })).count, LEADS);
    await bar().getByRole('button', { name: 'Limpar seleção' }).click();
    await grid().focus();
    await page.keyboard.press('Control+z');
    await toast(/Desfeito/).waitFor();
    assert.equal((await query({ ownerIds: [await userId('Tiago Melo')] })).count, before.count);
  });

  test('a tag is put on and taken off', async () => {
    await shop.call('Settings', 'SaveTag', { id: '', name: 'feirão', color: 'slate' });
    await cell('Antônio d’Ávila 001').click({ modifiers: ['Control'] });
    await bar().getByRole('button', { name: 'Etiquetas' }).click();
    await page.getByRole('menuitem', { name: 'Pôr etiqueta' }).hover();
    await page.getByRole('menuitem', { name: 'feirão' }).click();
    await toast(/etiqueta/i).waitFor();
    const state = await shop.call('Session', 'State');
    const tagIds = [state.tags.find((/** @type {any} */ tag) => tag.name === 'feirão').id];
    assert.equal((await query({ tagIds })).count, 1);
    await bar().getByRole('button', { name: 'Etiquetas' }).click();
    await page.getByRole('menuitem', { name: 'Tirar etiqueta' }).hover();
    await page.getByRole('menuitem', { name: 'feirão' }).click();
    await until(async () => (await query({ tagIds })).count === 0);
  });

  test('archived leads go to the archive and come back; deleted ones by undo', async () => {
    await grid().focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('e');
    await firstNameIs('Antônio d’Ávila 006');
    await footer()
      .getByText(`${LEADS - 1} leads`)
      .waitFor();
    await footer().getByRole('button', { name: 'Arquivados' }).click();
    await page.getByRole('grid', { name: 'Arquivados de Vendas' }).waitFor();
    await footer().getByText('1 lead').waitFor();
    await cell('Antônio d’Ávila 001').click({ modifiers: ['Control'] });
    await bar().getByRole('button', { name: 'Tirar do arquivo' }).click();
    await page.getByRole('heading', { name: 'O arquivo está vazio' }).waitFor();
    assert.deepEqual(await axeFaults(page), []);
    await page.getByRole('button', { name: 'Voltar aos leads' }).first().click();
    await firstNameIs('Antônio d’Ávila 001');
    await grid().focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('Delete');
    await firstNameIs('Antônio d’Ávila 006');
    await page.keyboard.press('Control+z');
    await firstNameIs('Antônio d’Ávila 001');
  });
});

describe('what is listed', () => {
  test('follows the view and the filter, which can be shown away', async () => {
    await list();
    await footer().getByText(`${LEADS} leads`).waitFor();
    const { sumCents } = await query({});
    const sum = (sumCents / 100).toLocaleString('pt-BR', { style: 'currency', currency: 'BRL' });
    await footer().getByText(sum).waitFor();
    await page.getByRole('link', { name: /Meus leads/ }).click();
    await footer()
      .getByText(`${LEADS / 2} leads`)
      .waitFor();
    await page.getByRole('link', { name: /Atrasados/ }).click();
    await page.getByRole('heading', { name: 'Nenhum lead com estes filtros' }).waitFor();
    assert.deepEqual(await axeFaults(page), []);
    await page.getByRole('button', { name: 'Mostrar todos' }).click();
    await footer().getByText(`${LEADS} leads`).waitFor();
  });

  test('follows what is done elsewhere, and keeps its place', async () => {
    await list();
    await grid().focus();
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowDown');
    const id = await addLead(shop, { name: 'Aaron Aranha' });
    await firstNameIs('Aaron Aranha');
    await cursorOn('Antônio d’Ávila 006');
    await shop.call('Leads', 'Delete', { ids: [id], filter: null });
    await firstNameIs('Antônio d’Ávila 001');
    await cursorOn('Antônio d’Ávila 006');
  });

  test('is printed with its columns', async () => {
    await list();
    await page.emulateMedia({ media: 'print' });
    await page.evaluate(() => {
      const wide = /** @type {any} */ (window);
      window.print = () => {
        wide.printed = {
          seen: document.querySelector('.sheet td')?.checkVisibility(),
          page: document.querySelector('main')?.checkVisibility(),
          rows: document.querySelectorAll('.sheet tbody tr').length,
          heads: [...document.querySelectorAll('.sheet th')].map((head) => head.textContent),
          // What a printer would get: the sheet instead of the page.
          root: document.documentElement.hasAttribute('data-print'),
        };
      };
    });
    await page.keyboard.press('Control+p');
    await page.waitForFunction(() => /** @type {any} */ (window).printed);
    const printed = await page.evaluate(() => /** @type {any} */ (window).printed);
    assert.equal(printed.rows, LEADS);
    assert.equal(printed.root, true);
    assert.equal(printed.seen, true);
    assert.equal(printed.page, false);
    assert.deepEqual(printed.heads.slice(0, 2), ['Nome', 'Veículo']);
    await page.locator('.sheet').waitFor({ state: 'detached' });
    assert.equal(await page.locator('html[data-print]').count(), 0);
  });

  test('an empty pipeline says what can be done', async () => {
    const empty = await openShop();
    try {
      ({ page, troubles } = await enter(chromium.browser, empty, '/list'));
      await page.getByRole('heading', { name: /Ainda não há leads/ }).waitFor();
      assert.deepEqual(await axeFaults(page), []);
      await page.getByRole('main').getByRole('button', { name: 'Novo lead' }).click();
      await page.getByRole('dialog', { name: 'Novo lead' }).waitFor();
    } finally {
      await page.context().close();
      await empty.close();
    }
  });
});

/**
 * What a list of the sales pipeline holds.
 * @param {object} filter
 */
async function query(filter) {
  const state = await shop.call('Session', 'State');
  return shop.call('Leads', 'Query', {
    filter: { pipelineId: state.pipelines[0].id, ...filter },
    sort: 'name',
    desc: false,
    offset: 0,
    limit: 1,
  });
}

/** @param {string} name */
async function userId(name) {
  const state = await shop.call('Session', 'State');
  return state.users.find((/** @type {any} */ user) => user.name === name).id;
}
