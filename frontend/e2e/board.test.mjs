import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { axeFaults } from './lib/axe.mjs';
import { launch } from './lib/browser.mjs';
import { faultsOpened, menu, overlays } from './lib/openings.mjs';
import { addLead, addLeads, enter, openShop, openStages } from './lib/shop.mjs';
import { wordsOf } from './lib/words.mjs';

/** @type {Awaited<ReturnType<typeof launch>>} */ let chromium;
/** @type {import('./lib/shop.mjs').Shop} */ let shop;
/** @type {import('playwright-core').Page} */ let page;
/** @type {string[]} */ let troubles;

before(async () => {
  chromium = await launch();
});
after(() => chromium.close());

/** Closes the page, which should have had no trouble; then the shop may close. */
async function leave() {
  await page.context().close();
  assert.deepEqual(troubles, []);
}

/**
 * @param {Parameters<typeof enter>[3]} [options]
 * @param {string} [address]
 */
async function board(options = { device: {} }, address = '/board') {
  ({ page, troubles } = await enter(chromium.browser, shop, address, options));
}

const stage = (/** @type {string} */ name) => page.getByRole('region', { name, exact: true });
const cards = (/** @type {string} */ name) => stage(name).locator('[data-card]');
const card = (/** @type {string} */ name) => page.locator('[data-card]').filter({ hasText: name });
const names = (/** @type {string} */ of, n = 4) =>
  cards(of).evaluateAll(
    (all, most) =>
      all
        .map((one) => ({
          at: Number(one.dataset.index),
          name: one.querySelector('.name')?.firstChild?.textContent?.trim(),
        }))
        .sort((a, b) => a.at - b.at)
        .slice(0, most)
        .map(({ name }) => name),
    n,
  );
const toast = (/** @type {string | RegExp} */ text) =>
  page.locator('[data-sonner-toast]').filter({ hasText: text });

/** Waits until a card of that name has the focus. */
const on = (/** @type {string} */ name) =>
  page.waitForFunction(
    (wanted) =>
      document.activeElement?.matches('[data-card]') &&
      document.activeElement.querySelector('.name')?.firstChild?.textContent?.trim() === wanted,
    name,
  );

/** Waits until the head of a stage says how many it holds. */
const holds = (/** @type {string} */ name, /** @type {number} */ n) =>
  stage(name)
    .locator('.count')
    .filter({ hasText: new RegExp(`^${n}$`) })
    .waitFor();

/** Waits until a live region says so. */
const said = (/** @type {string} */ text) =>
  page.waitForFunction(
    (wanted) =>
      [...document.querySelectorAll('[role=status], [aria-live]')].some((one) =>
        one.textContent?.includes(wanted),
      ),
    text,
  );

/** Waits until this device has kept something, which it does a moment after. */
async function kept(/** @type {string} */ text) {
  while (!(await shop.call('Device', 'Get', 'ui')).includes(text)) await page.evaluate(() => 0);
}

/**
 * Drags by hand from the middle of one thing to a place, and stays there.
 * @param {import('playwright-core').Locator} from
 * @param {{x: number, y: number}} to
 */
async function carry(from, to) {
  await from.and(page.locator('[draggable=true]')).waitFor(); // a moment after the first picture
  const box = await from.boundingBox();
  assert.ok(box);
  await page.mouse.move(box.x + 40, box.y + 20);
  await page.mouse.down();
  await page.mouse.move(box.x + 48, box.y + 28, { steps: 3 });
  await page.mouse.move(to.x, to.y, { steps: 8 });
}

/** Lets go, once the board shows where it would land. */
async function drop() {
  await page.locator('.line, .target').first().waitFor();
  await page.mouse.up();
}

/** @param {import('playwright-core').Locator} thing */
async function topOf(thing) {
  const box = await thing.boundingBox();
  assert.ok(box);
  return { x: box.x + 60, y: box.y + 6 };
}

/** @param {import('playwright-core').Locator} thing */
async function middleOf(thing) {
  const box = await thing.boundingBox();
  assert.ok(box);
  return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
}

describe('a board of leads', () => {
  // Ranked, seen leads in known places: A1…A5 in the first stage, B1…B3 in the second.
  beforeEach(async () => {
    shop = await openShop(['Carla Souza', 'Tiago Melo']);
    const [first, second] = openStages(await shop.call('Session', 'State'));
    for (const [letter, n, at] of [
      ['A', 5, first],
      ['B', 3, second],
    ]) {
      for (let i = n; i >= 1; i--) {
        const id = await addLead(shop, {
          name: `${letter}${i} Silva`,
          stageId: at.id,
          phone: `11 98527-05${letter === 'A' ? 1 : 2}${i}`,
          valueCents: 1_000_000,
          ownerId: i % 2 === 0 ? (await shop.call('Session', 'State')).users[1].id : '',
        });
        await shop.call('Leads', 'Seen', id);
      }
    }
    await board();
    await card('A1 Silva').waitFor();
  });
  afterEach(leave);
  afterEach(() => shop.close());

  test('shows the six stages of sales with counts and sums', async () => {
    for (const name of [
      'Nova proposta',
      'Em negociação',
      'Aguardando visita',
      'Visita realizada',
      'Vendidos',
      'Não vendidos',
    ]) {
      await stage(name).waitFor();
    }
    await holds('Nova proposta', 5);
    assert.match(
      (await stage('Nova proposta').locator('.sum').textContent()) ?? '',
      /R\$\s50\smil/,
    );
    // Five open stages on a small screen, and the lost as a strip that fits beside them.
    const last = await stage('Vendidos').boundingBox();
    assert.ok(last && last.x + last.width <= 1366);
  });

  test('is one Tab stop; arrows walk between cards and stages', async () => {
    await card('A1 Silva').focus();
    await page.keyboard.press('ArrowDown');
    await on('A2 Silva');
    await page.keyboard.press('ArrowRight');
    await on('B2 Silva');
    await page.keyboard.press('End');
    await on('B3 Silva');
    await page.keyboard.press('Home');
    await on('B1 Silva');
    assert.equal(await page.locator('.board [tabindex="0"]').count(), 1);
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Tab');
    await on('B1 Silva');
  });

  test('Alt and an arrow moves, the focus follows, and the place is said', async () => {
    await card('A3 Silva').focus();
    await page.keyboard.press('Alt+ArrowUp');
    await said('A3 Silva em Nova proposta, 2 de 5');
    assert.deepEqual(await names('Nova proposta', 3), ['A1 Silva', 'A3 Silva', 'A2 Silva']);
    await page.keyboard.press('Alt+ArrowRight');
    await said('A3 Silva em Em negociação, 1 de 4');
    await on('A3 Silva');
    await page.keyboard.press('Alt+ArrowDown');
    await said('A3 Silva em Em negociação, 2 de 4');
    await page.keyboard.press('Control+z');
    await page.keyboard.press('Control+z');
    await holds('Nova proposta', 5);
    await on('A3 Silva');
    await page.keyboard.press('Control+Shift+z');
    await holds('Em negociação', 4);
    await page.reload();
    await card('A3 Silva').waitFor();
    assert.equal((await names('Em negociação'))[0], 'A3 Silva');
  });

  test('nobody waits for a dialog: what is typed after Ctrl+K, N or M is kept for it', async () => {
    await card('A1 Silva').focus();
    await page.keyboard.press('Control+k');
    await page.keyboard.type('b2');
    await page.keyboard.press('Enter');
    await page.waitForURL(/#\/lead\//);
    await page.getByRole('heading', { name: 'B2 Silva' }).waitFor();
    await page.goBack();
    await on('A1 Silva');
    await page.keyboard.press('m');
    await page.keyboard.type('ag');
    await page.keyboard.press('Enter');
    await holds('Aguardando visita', 1);
    await page.keyboard.press('n');
    await page.keyboard.type('Max Feliz');
    await page.waitForFunction(() => {
      const field = document.activeElement;
      return field instanceof HTMLInputElement && field.value === 'Max Feliz';
    });
    assert.equal(await page.getByRole('toolbar').count(), 0);
  });

  test('a card whose lead is deleted hands the keyboard on, and nobody asks for it again', async () => {
    await card('A2 Silva').focus();
    const id = (await card('A2 Silva').getAttribute('data-card')) ?? '';
    /** @type {string[]} */
    const asked = [];
    page.on('request', (request) => {
      if (request.url().endsWith('/Board/Locate')) asked.push(request.postData() ?? '');
    });
    await shop.call('Leads', 'Delete', { ids: [id], filter: null });
    await on('A3 Silva');
    await kept((await card('A3 Silva').getAttribute('data-card')) ?? '');
    await page.reload();
    await on('A3 Silva');
    assert.deepEqual(
      asked.filter((one) => one.includes(id)),
      [],
    );
  });

  test('the board is made once, of what came with the page', async () => {
    /** @type {string[]} */
    const asked = [];
    await kept('"Board","Load"');
    page.on('request', (request) => asked.push(request.url().split('/api/')[1] ?? ''));
    await page.reload();
    await card('A1 Silva').waitFor();
    await page.locator('[draggable=true]').first().waitFor();
    const first = ['Device/Get', 'Session/State', 'Board/Load', 'Board/Tabs'];
    assert.deepEqual(
      asked.filter((one) => first.includes(one)),
      [],
    );
  });

  test('Enter opens the lead’s page, and going back stands on its card', async () => {
    await card('B2 Silva').focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(/#\/lead\//);
    await page.goBack();
    await on('B2 Silva');
  });

  test('Space shows the panel, arrows walk with it, Escape closes it', async () => {
    await card('A1 Silva').focus();
    await page.keyboard.press('Space');
    await page.getByRole('complementary', { name: 'A1 Silva' }).waitFor();
    await on('A1 Silva');
    await page.keyboard.press('ArrowDown');
    await page.getByRole('complementary', { name: 'A2 Silva' }).waitFor();
    assert.deepEqual(await axeFaults(page), []);
    await page.keyboard.press('Escape');
    await page.getByRole('complementary').waitFor({ state: 'detached' });
    await on('A2 Silva');
  });

  test('M asks where to, by letter and Enter; a sale asks why, by a number', async () => {
    await card('A1 Silva').focus();
    await page.keyboard.press('m');
    await page.getByRole('menuitem', { name: 'Em negociação' }).waitFor();
    await page.keyboard.press('v');
    await page.keyboard.press('e');
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog', { name: 'Por que vendeu?' });
    await dialog.waitFor();
    await page.keyboard.press('Escape');
    await on('A1 Silva');
    await holds('Nova proposta', 5);
    await page.keyboard.press('m');
    await page.getByRole('menuitem', { name: 'Vendidos', exact: true }).click();
    await dialog.waitFor();
    assert.deepEqual(await axeFaults(page), []);
    await page.keyboard.press('1');
    await holds('Vendidos', 1);
    await on('A1 Silva');
    await card('A1 Silva')
      .getByText(/^Vendido \d\d\/\d\d$/)
      .waitFor();
  });

  test('“Mover para…” is a click away on the card under the pointer', async () => {
    await card('A2 Silva').hover();
    const button = page.getByRole('button', { name: 'Mover A2 Silva para…' });
    const box = await button.boundingBox();
    assert.ok(box && box.width >= 24 && box.height >= 24);
    await button.click();
    assert.deepEqual(await axeFaults(page), []);
    await page.getByRole('menuitem', { name: 'Aguardando visita' }).click();
    await holds('Aguardando visita', 1);
    await on('A2 Silva');
    await toast('A2 Silva foi para Aguardando visita')
      .getByRole('button', { name: 'Desfazer' })
      .click();
    await holds('Aguardando visita', 0);
    await holds('Nova proposta', 5);
  });

  test('a drag shows where the card will land, and it lands there', async () => {
    await carry(card('A4 Silva'), await topOf(card('B2 Silva')));
    await stage('Em negociação').locator('.line').waitFor();
    await drop();
    await holds('Em negociação', 4);
    assert.deepEqual(await names('Em negociação'), [
      'B1 Silva',
      'A4 Silva',
      'B2 Silva',
      'B3 Silva',
    ]);
    await on('A4 Silva');
    await page.reload();
    await card('A4 Silva').waitFor();
    assert.deepEqual(await names('Em negociação'), [
      'B1 Silva',
      'A4 Silva',
      'B2 Silva',
      'B3 Silva',
    ]);
  });

  test('Escape ends a drag and leaves everything as it was', async () => {
    await carry(card('A1 Silva'), await topOf(card('B3 Silva')));
    await stage('Em negociação').locator('.line').waitFor();
    await page.keyboard.press('Escape');
    await stage('Em negociação').locator('.line').waitFor({ state: 'detached' });
    await page.mouse.up();
    await said('Movimento cancelado');
    await holds('Nova proposta', 5);
    assert.deepEqual(await names('Em negociação'), ['B1 Silva', 'B2 Silva', 'B3 Silva']);
  });

  test('sold and not sold are places to drop while something is dragged', async () => {
    assert.equal(await page.locator('[data-end]').count(), 0);
    await carry(card('A1 Silva'), await middleOf(stage('Aguardando visita')));
    const lost = page.locator('[data-end]').filter({ hasText: 'Não vendidos' });
    const { x, y } = await middleOf(lost);
    await page.mouse.move(x, y, { steps: 5 });
    await page.mouse.up();
    await page
      .getByRole('dialog', { name: 'Por que não vendeu?' })
      .getByRole('button', { name: 'Crédito negado' })
      .click();
    await page.getByRole('button', { name: /^1 Não vendidos/ }).waitFor();
    assert.equal(await page.locator('[data-end]').count(), 0);
  });

  test('a stage without a shown card takes a drop, a collapsed one too', async () => {
    await carry(card('A1 Silva'), await middleOf(stage('Visita realizada')));
    await drop();
    await holds('Visita realizada', 1);
    await stage('Em negociação')
      .getByRole('button', { name: 'Etapa Em negociação: opções' })
      .click();
    await page.getByRole('menuitem', { name: 'Recolher etapa' }).click();
    const strip = page.getByRole('button', { name: /^3 Em negociação/ });
    await strip.waitFor();
    await carry(card('A2 Silva'), await middleOf(strip));
    await drop();
    await page.getByRole('button', { name: /^4 Em negociação/ }).waitFor();
    await page.reload();
    await page.getByRole('button', { name: /^4 Em negociação/ }).click();
    await holds('Em negociação', 4);
    await on('A2 Silva');
  });

  test('a drag at the edge scrolls the board, and a long stage', async () => {
    await page.setViewportSize({ width: 900, height: 480 });
    const scrolled = () => page.locator('.board').evaluate((element) => element.scrollLeft);
    assert.equal(await scrolled(), 0);
    await carry(card('A1 Silva'), { x: 890, y: 240 });
    while ((await scrolled()) < 100) await page.mouse.move(890, 240 + (Date.now() % 2));
    const down = () =>
      stage('Nova proposta')
        .locator('.viewport')
        .evaluate((list) => list.scrollTop);
    await page.mouse.move(70, 240, { steps: 5 });
    while ((await scrolled()) > 0) await page.mouse.move(70, 240 + (Date.now() % 2));
    const list = await stage('Nova proposta').locator('.viewport').boundingBox();
    assert.ok(list);
    const y = list.y + list.height - 12;
    while ((await down()) < 40) await page.mouse.move(list.x + 60, y + (Date.now() % 2));
    await page.keyboard.press('Escape');
    await page.mouse.up();
  });

  test('hidden stages come back from the menu beside the pipeline', async () => {
    await stage('Aguardando visita')
      .getByRole('button', { name: /opções/ })
      .click();
    await page.getByRole('menuitem', { name: 'Ocultar etapa neste computador' }).click();
    await stage('Aguardando visita').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Funis e etapas' }).click();
    await page.getByRole('menuitem', { name: 'Etapas mostradas' }).hover();
    await page.getByRole('menuitemcheckbox', { name: 'Aguardando visita' }).click();
    await stage('Aguardando visita').waitFor();
  });

  test('several are picked by X, Ctrl and Shift, and moved as one', async () => {
    await card('A1 Silva').focus();
    await page.keyboard.press('x');
    await page.keyboard.press('Shift+ArrowDown');
    await page.getByRole('toolbar').getByText('2 selecionados').waitFor();
    await card('A4 Silva').click({ modifiers: ['Control'] });
    await page.getByRole('toolbar').getByText('3 selecionados').waitFor();
    assert.equal(await page.getByRole('option', { selected: true }).count(), 3);
    assert.deepEqual(await axeFaults(page), []);
    await carry(card('A2 Silva'), await topOf(card('B2 Silva')));
    await drop();
    await holds('Em negociação', 6);
    assert.deepEqual(await names('Em negociação', 6), [
      'B1 Silva',
      'A1 Silva',
      'A2 Silva',
      'A4 Silva',
      'B2 Silva',
      'B3 Silva',
    ]);
    await page.keyboard.press('Control+z');
    await holds('Nova proposta', 5);
    await holds('Em negociação', 3);
  });

  test('the bar moves, assigns, archives and lets go', async () => {
    await card('A1 Silva').click({ modifiers: ['Control'] });
    await card('A3 Silva').click({ modifiers: ['Shift'] });
    const bar = page.getByRole('toolbar');
    await bar.getByText('3 selecionados').waitFor();
    await bar.getByRole('button', { name: 'Responsável' }).click();
    await page.getByRole('menuitem', { name: 'Tiago Melo' }).click();
    await toast('2 leads agora são com Tiago Melo').waitFor();
    await bar.getByRole('button', { name: 'Mover para…' }).click();
    await page.getByRole('menuitem', { name: 'Visita realizada' }).click();
    await holds('Visita realizada', 3);
    await bar.waitFor({ state: 'detached' });
    // The bar took the focus with it: the board has it again.
    await page.waitForFunction(() => document.activeElement?.closest('[data-stage]'));
    await stage('Visita realizada')
      .getByRole('button', { name: /opções/ })
      .click();
    await page.getByRole('menuitem', { name: 'Selecionar os 3' }).click();
    await bar.getByText('3 selecionados').waitFor();
    await bar.getByRole('button', { name: 'Arquivar' }).click();
    await holds('Visita realizada', 0);
    await toast('3 leads foram para o arquivo').getByRole('button', { name: 'Desfazer' }).click();
    await holds('Visita realizada', 3);
    await card('B1 Silva').click({ modifiers: ['Control'] });
    await page.keyboard.press('Escape');
    await bar.waitFor({ state: 'detached' });
  });

  test('a right click offers what can be done; a reply lies on top, in bold', async () => {
    await card('A4 Silva').click({ button: 'right' });
    await page.getByRole('menuitem', { name: 'Arquivar' }).waitFor();
    assert.deepEqual(await axeFaults(page), []);
    await page.getByRole('menuitem', { name: 'Cliente respondeu' }).click();
    await page.locator('.card.fresh').filter({ hasText: 'A4 Silva' }).waitFor();
    assert.equal((await names('Nova proposta'))[0], 'A4 Silva');
    await page.getByRole('link', { name: 'Não lidos 1' }).waitFor();
    // A seen card dropped above it lands below: what is new stays on top.
    await carry(card('B1 Silva'), await topOf(card('A4 Silva')));
    await drop();
    await holds('Nova proposta', 6);
    assert.deepEqual(await names('Nova proposta', 2), ['A4 Silva', 'B1 Silva']);
  });

  test('filters narrow cards, counts and sums, and are there after a restart', async () => {
    await page.keyboard.press('f');
    await page.getByRole('dialog', { name: 'Filtros' }).waitFor();
    await page.getByRole('combobox', { name: 'Responsável' }).fill('tiago');
    await page.getByRole('option', { name: 'Tiago Melo', exact: true }).click();
    await holds('Nova proposta', 2);
    assert.match(
      (await stage('Nova proposta').locator('.sum').textContent()) ?? '',
      /R\$\s20\smil/,
    );
    assert.deepEqual(await axeFaults(page), []);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Remover Tiago Melo' }).waitFor();
    await kept('ownerIds');
    await page.close();
    await shop.restart();
    await board({});
    await holds('Nova proposta', 2);
    await page.getByRole('button', { name: 'Limpar filtros' }).click();
    await holds('Nova proposta', 5);
  });

  test('views are tabs; one that holds nothing leads back to the whole board', async () => {
    await page.getByRole('link', { name: 'Sem atividade 8' }).click();
    await holds('Nova proposta', 5);
    await page.getByRole('link', { name: 'Atrasados 0' }).click();
    await page.getByRole('heading', { name: 'Nenhum lead com estes filtros' }).waitFor();
    assert.deepEqual(await axeFaults(page), []);
    await page.getByRole('button', { name: 'Ver o quadro inteiro' }).click();
    await holds('Nova proposta', 5);
  });

  test('the other pipelines are a menu away; a lead moves over by “Mover para…”', async () => {
    await card('A1 Silva').focus();
    await page.keyboard.press('m');
    await page.getByRole('menuitem', { name: 'Qualificação' }).hover();
    await page.getByRole('menuitem', { name: 'Contactado' }).click();
    await holds('Nova proposta', 4);
    await page.getByRole('button', { name: 'Funis e etapas' }).click();
    await page.getByRole('menuitemcheckbox', { name: 'Qualificação' }).click();
    await card('A1 Silva').waitFor();
    await holds('Contactado', 1);
    await carry(card('A1 Silva'), await middleOf(stage('Convertido')));
    await drop();
    await page.getByRole('dialog', { name: 'Converter em oportunidade' }).waitFor();
    await page.keyboard.press('Enter');
    await toast('A1 Silva foi convertido: agora em Nova proposta').waitFor();
    await holds('Contactado', 0);
  });

  test('a board is printed as tables, with what it was narrowed to', async () => {
    await page.evaluate(() => {
      window.print = () => document.body.setAttribute('data-printed', 'yes');
    });
    await page.keyboard.press('Control+p');
    await page.locator('body[data-printed]').waitFor();
    await page.emulateMedia({ media: 'print' });
    await page.getByRole('cell', { name: 'A1 Silva' }).waitFor();
    assert.equal(await page.locator('.board').isVisible(), false);
    await page.evaluate(() => window.dispatchEvent(new Event('afterprint')));
    await page.emulateMedia({ media: 'screen' });
    await page.getByRole('cell').first().waitFor({ state: 'detached' });
  });
});

describe('a new lead', () => {
  beforeEach(async () => {
    shop = await openShop();
    await board();
    await page.getByRole('button', { name: 'Novo lead' }).first().waitFor();
  });
  afterEach(leave);
  afterEach(() => shop.close());

  const dialog = () => page.getByRole('dialog', { name: 'Novo lead' });

  test('is added from anywhere by N, in a row, checked field by field', async () => {
    await page.keyboard.press('n');
    await dialog().waitFor();
    await page.waitForFunction(() => document.activeElement?.getAttribute('name') === 'name');
    assert.deepEqual(await axeFaults(page), []);
    await page.keyboard.press('Enter');
    await dialog().getByText('Preencha este campo.').waitFor();
    await page.keyboard.type('Íris Gonçalves');
    await page.keyboard.press('Enter');
    await dialog().getByText('Informe um telefone ou um e-mail.').waitFor();
    await page.waitForFunction(() => document.activeElement?.getAttribute('name') === 'phone');
    await page.keyboard.type('1198');
    await page.keyboard.press('Enter');
    await dialog()
      .getByText(/Este telefone não é válido/)
      .waitFor();
    await page.keyboard.type('5270593');
    await dialog().getByRole('button', { name: 'Criar e adicionar outro' }).click();
    await toast('Lead Íris Gonçalves criado').waitFor();
    await page.waitForFunction(() => document.activeElement?.getAttribute('name') === 'name');
    await page.keyboard.type('Zilda Muñoz');
    await dialog().getByLabel('E-mail').fill('zilda@exemplo.com');
    await page.keyboard.press('Enter');
    await dialog().waitFor({ state: 'detached' });
    await holds('Nova proposta', 2);
    // A refused form is an answer with a status, which the console counts.
    assert.equal(troubles.splice(0).filter((one) => !one.includes('422')).length, 0);
    // New ones lie on top until somebody opened them.
    assert.equal(await page.locator('.card.fresh').count(), 2);
  });

  test('keeps what was written when its dialog is closed, and over a restart', async () => {
    await page.keyboard.press('n');
    await dialog().getByLabel('Nome').fill('Raimundo Lopes');
    await dialog().getByRole('button', { name: 'Mais campos' }).click();
    await dialog().getByLabel('Nota').fill('prefere sábado');
    await page.keyboard.press('Escape');
    await dialog().waitFor({ state: 'detached' });
    await kept('prefere sábado');
    await page.close();
    await shop.restart();
    await board({});
    await page.getByRole('button', { name: 'Novo lead' }).first().click();
    await dialog().getByText('Continuamos de onde você parou.').waitFor();
    assert.equal(await dialog().getByLabel('Nome').inputValue(), 'Raimundo Lopes');
    assert.equal(await dialog().getByLabel('Nota').inputValue(), 'prefere sábado');
    await dialog().getByRole('button', { name: 'Começar do zero' }).click();
    assert.equal(await dialog().getByLabel('Nome').inputValue(), '');
  });

  test('an empty program offers the sheet, a lead, and a sample', async () => {
    await page.getByRole('heading', { name: 'O pátio está vazio' }).waitFor();
    assert.deepEqual(await axeFaults(page), []);
    await page.getByRole('button', { name: 'Importar planilha' }).waitFor();
    await page.getByRole('button', { name: 'Ver com exemplos' }).click();
    await page.locator('[data-card]').first().waitFor();
    await page.getByRole('heading', { name: 'O pátio está vazio' }).waitFor({ state: 'detached' });
  });
});

describe('a long board', () => {
  /** More than fits: several windows a stage. */
  const LEADS = 480;

  before(async () => {
    shop = await openShop(['Carla Souza', 'Tiago Melo']);
    await addLeads(shop, LEADS);
  });
  afterEach(leave);
  after(() => shop.close());

  test('draws only what is seen, and fetches the rest on the way', async () => {
    await board({ device: {} });
    await holds('Nova proposta', LEADS / 4);
    await cards('Nova proposta').first().focus();
    await page.keyboard.press('End');
    await page.waitForFunction(
      (last) => document.activeElement?.getAttribute('aria-posinset') === String(last),
      LEADS / 4,
    );
    await page.waitForFunction(() => document.activeElement?.hasAttribute('data-card'));
    const nodes = await page.evaluate(() => document.querySelectorAll('*').length);
    assert.ok(nodes <= 1500, `${nodes} nodes`);
    await page.setViewportSize({ width: 1920, height: 1080 });
    const large = await page.evaluate(() => document.querySelectorAll('*').length);
    assert.ok(large <= 1500, `${large} nodes`);
  });

  test('scroll and focus are where they were after a restart', async () => {
    await board({ device: {} });
    await cards('Em negociação').first().focus();
    for (let i = 0; i < 40; i++) await page.keyboard.press('ArrowDown');
    const name = await page.evaluate(
      () =>
        document.activeElement?.querySelector(':scope > .name')?.firstChild?.textContent?.trim() ??
        '',
    );
    const scroll = () =>
      stage('Em negociação')
        .locator('.viewport')
        .evaluate((list) => list.scrollTop);
    const before = await scroll();
    assert.ok(before > 0);
    await kept(String(before));
    await page.close();
    await shop.restart();
    await board({});
    await on(name);
    assert.equal(await scroll(), before);
  });

  test('Tab passes the board in one step, however much of it scrolls', async () => {
    await board({ device: {} });
    await page.locator('[data-card]').first().waitFor();
    await page.getByRole('button', { name: 'Novo lead' }).focus();
    await page.keyboard.press('Tab');
    await page.waitForFunction(() => document.activeElement?.matches('[data-card]'));
    await page.keyboard.press('Tab');
    await page.waitForFunction(() => !document.activeElement?.closest('.board'));
    await page.keyboard.press('Shift+Tab');
    await page.waitForFunction(() => document.activeElement?.matches('[data-card]'));
    // A click beside the cards loses nothing: an arrow goes on from there.
    const place = await page.evaluate(() => document.activeElement?.getAttribute('data-card'));
    await page.evaluate(() => /** @type {HTMLElement} */ (document.activeElement).blur());
    await page.keyboard.press('ArrowDown');
    await page.waitForFunction(
      (id) => document.activeElement?.getAttribute('data-card') === id,
      place,
    );
  });

  test('a stage is collapsed and opened by key, and keeps the focus', async () => {
    await board({ device: {} });
    await cards('Em negociação').first().focus();
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem', { name: 'Recolher etapa' }).press('Enter');
    await page
      .getByRole('button', { name: `${LEADS / 4} Em negociação` })
      .and(page.locator(':focus'))
      .waitFor();
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => document.activeElement?.matches('[data-card]'));
  });

  test('a key scrolled out of sight is still there: the card keeps the focus', async () => {
    await board({ device: {} });
    await cards('Nova proposta').first().focus();
    const list = stage('Nova proposta').locator('.viewport');
    await list.evaluate((element) => (element.scrollTop = 6000));
    await cards('Nova proposta').nth(3).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.waitForFunction(() => document.activeElement?.getAttribute('aria-posinset') === '2');
    assert.ok((await list.evaluate((element) => element.scrollTop)) < 200);
  });

  for (const theme of ['light', 'dark']) {
    for (const language of ['pt-BR', 'en', 'es']) {
      test(`axe finds nothing in ${theme}, ${language}, menus and dialogs included`, async () => {
        await board({ device: { theme, language } });
        const t = await wordsOf(language);
        const first = page.locator('[data-card]').first();
        await first.waitFor();
        assert.deepEqual(await axeFaults(page), []);
        const onCard = (/** @type {string} */ key) => async () => {
          await first.focus();
          await page.keyboard.press(key);
        };
        const bar = page.getByRole('toolbar', { name: t('leads.bulk.label') });
        const opened = [
          menu(page, 'move', onCard('m')),
          menu(page, 'card', onCard('Shift+F10'), [
            t('leads.action.move'),
            t('leads.action.assign'),
            t('leads.action.tag'),
          ]),
          {
            name: 'reason',
            open: async () => {
              await onCard('m')();
              await page.getByRole('menu').waitFor();
              await page.keyboard.press('End');
              await page.keyboard.press('ArrowUp');
              await page.keyboard.press('Enter');
            },
            shown: page.getByRole('dialog'),
          },
          { name: 'picked', open: onCard('x'), shown: bar },
          ...overlays(page, t),
        ];
        assert.deepEqual(await faultsOpened(page, opened), []);
      });
    }
  }

  test('forced colours keep every mark, and reduced motion every move', async () => {
    await board({
      device: {},
      context: { forcedColors: 'active', reducedMotion: 'reduce' },
    });
    await cards('Nova proposta').first().focus();
    const style = await page.evaluate(() => {
      const marked = /** @type {Element} */ (document.querySelector('.card .mark'));
      return {
        icon: getComputedStyle(marked, '::before').backgroundColor,
        ground: getComputedStyle(/** @type {Element} */ (marked.closest('.card'))).backgroundColor,
        ring: getComputedStyle(/** @type {Element} */ (document.activeElement)).outlineStyle,
      };
    });
    assert.notEqual(style.icon, style.ground);
    assert.equal(style.ring, 'solid');
    await page.keyboard.press('Alt+ArrowRight');
    await holds('Em negociação', LEADS / 4 + 1);
    await page.keyboard.press('Control+z');
    await holds('Em negociação', LEADS / 4);
  });
});
