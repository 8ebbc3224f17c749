import assert from 'node:assert/strict';
import { after, afterEach, beforeEach, describe, test } from 'node:test';
import { axeFaults } from './lib/axe.mjs';
import { launch } from './lib/browser.mjs';
import { addLead, enter, openShop } from './lib/shop.mjs';
import { until } from './lib/until.mjs';

/** @type {Awaited<ReturnType<typeof launch>>} */ let chromium;
/** @type {import('./lib/shop.mjs').Shop} */ let shop;
/** @type {import('playwright-core').Page} */ let page;
/** @type {string[]} */ let troubles;
/** @type {string} */ let id;

beforeEach(async () => {
  chromium ??= await launch();
  shop = await openShop(['Carla Souza', 'Tiago Melo']);
  id = await addLead(shop);
});
afterEach(async () => {
  await page.context().close();
  await shop.close();
  assert.deepEqual(troubles, []);
});
after(() => chromium.close());

const MINUTE = 60_000;

/** @param {Record<string, unknown>} [activity] */
async function plan(activity = {}) {
  await shop.call('Activities', 'Add', {
    leadId: id,
    kind: 'call',
    title: '',
    body: '',
    dueAt: 0,
    dueDay: '',
    done: false,
    userId: '',
    outcome: '',
    channel: '',
    remind: 15,
    ...activity,
  });
}

/** Its reminder is due: in ten minutes, a quarter of an hour before. */
const due = () => plan({ dueAt: Date.now() + 10 * MINUTE, title: 'Ligar para fechar' });

/** @param {Parameters<typeof enter>[3]} [options] */
async function open(address = '/board', options = {}) {
  ({ page, troubles } = await enter(chromium.browser, shop, address, { device: {}, ...options }));
}

const reminder = (name = 'Ligar para fechar: Patrícia Assunção') =>
  page.getByRole('group', { name, exact: true });
const button = (/** @type {string} */ name) =>
  reminder().getByRole('button', { name, exact: true });
const toast = (/** @type {string | RegExp} */ text) =>
  page.locator('[data-sonner-toast]').filter({ hasText: text });
const planned = async () => (await shop.call('Leads', 'Get', id)).planned;
const focused = (/** @type {import('playwright-core').Locator} */ locator) =>
  locator.evaluate((element) => element === document.activeElement);
const pending = async () => (await shop.call('Reminders', 'Notice')).ids.length;

describe('when it is time', () => {
  test('a notice says what and when, once; it opens the lead', async () => {
    await open();
    await due();
    await reminder().waitFor();
    await reminder()
      .getByText(/Hoje|Amanhã/)
      .waitFor();
    for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
      await page.emulateMedia({ colorScheme });
      assert.deepEqual(await axeFaults(page), [], colorScheme);
    }
    await until(async () => (await pending()) === 0);
    await button('Abrir').click();
    await page.getByRole('complementary', { name: /Patrícia/ }).waitFor();
    await reminder().waitFor({ state: 'detached' });
    await page.reload();
    await page.getByText('Patrícia Assunção').first().waitFor();
    assert.equal(await pending(), 0);
  });

  test('by keyboard it is put off', async () => {
    await due();
    await open();
    await reminder().waitFor();
    await page.keyboard.press('Alt+t');
    for (let i = 0; i < 10 && !(await focused(button('Adiar'))); i++) {
      await page.keyboard.press('Tab');
    }
    await page.keyboard.press('Enter');
    assert.ok(await focused(button('10 min')));
    assert.deepEqual(await axeFaults(page), []);
    await page.keyboard.press('Tab');
    assert.ok(await focused(button('1 h')));
    await page.keyboard.press('Enter');
    await reminder().waitFor({ state: 'detached' });
    assert.equal(await pending(), 0);
    assert.equal((await planned()).length, 1);
  });

  test('it is completed there and then, and the next step is asked for', async () => {
    await due();
    await open();
    await button('Concluir').click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Falei com o cliente' }).click();
    await dialog.getByText('Qual é o próximo passo?').waitFor();
    assert.equal((await planned()).length, 0);
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await reminder().waitFor({ state: 'detached' });
  });

  test('what was done elsewhere meanwhile takes its notice away', async () => {
    await due();
    await open();
    await reminder().waitFor();
    await shop.call('Activities', 'Complete', (await planned())[0].id, '');
    await reminder().waitFor({ state: 'detached' });
  });

  test('a colleague is not told', async () => {
    const { users } = await shop.call('Session', 'State');
    const tiago = users.find((/** @type {any} */ user) => user.name === 'Tiago Melo').id;
    await plan({ dueAt: Date.now() + 10 * MINUTE, title: 'Ligar para fechar', userId: tiago });
    await plan({ dueAt: Date.now() + 10 * MINUTE, title: 'Mandar fotos' });
    await open();
    await reminder('Mandar fotos: Patrícia Assunção').waitFor();
    assert.equal(await reminder().count(), 0);
    await shop.call('Session', 'ActAs', tiago);
    await reminder().waitFor();
  });
});

describe('several', () => {
  test('what was missed is said as one, and leads to what is late', async () => {
    const dueAt = Date.now() + 500;
    for (let i = 0; i < 3; i++) await plan({ dueAt });
    await until(async () => Date.now() > dueAt);
    await open();
    await toast('3 lembretes perdidos').waitFor();
    await toast('3 lembretes perdidos').getByRole('button', { name: 'Ver atrasadas' }).click();
    await page.getByRole('heading', { name: /Atrasadas 3/ }).waitFor();
    assert.equal(await pending(), 0);
  });

  test('many at once are one notice, too', async () => {
    for (let i = 0; i < 4; i++) await due();
    await open();
    await toast('4 lembretes agora').getByRole('button', { name: 'Ver agenda' }).click();
    await page.getByRole('heading', { name: /Atrasadas/ }).waitFor();
  });
});

describe('planning', () => {
  const form = () => page.getByRole('group', { name: 'Planejar próxima ação' });
  const remind = () => form().getByLabel('Lembrete');

  test('a reminder is offered as the rule says, chosen, and stays when it moves', async () => {
    await open(`/lead/${id}`);
    await page
      .getByRole('button', { name: /Planejar/ })
      .first()
      .click();
    await form().getByRole('button', { name: 'Amanhã' }).click();
    assert.match(await remind().innerText(), /No dia, às 09:00/);
    await form().getByLabel('Hora').fill('15:00');
    assert.match(await remind().innerText(), /15 min antes/);
    await remind().click();
    await page.getByRole('option', { name: '1 h antes' }).click();
    await form().getByRole('button', { name: 'Planejar', exact: true }).click();
    await until(async () => (await planned()).length === 1);
    const [made] = await planned();
    assert.equal(made.remind, 60);
    await shop.call('Activities', 'Update', made.id, { dueDay: '2027-03-10' });
    const [moved] = await planned();
    assert.equal(moved.remind, 60);
    assert.equal(moved.dueDay, '2027-03-10');
  });

  test('one whose time has passed is said to come at once', async () => {
    await open(`/lead/${id}`);
    await page
      .getByRole('button', { name: /Planejar/ })
      .first()
      .click();
    await form().getByRole('button', { name: 'Amanhã' }).click();
    await form().getByLabel('Hora').fill('00:01');
    await remind().click();
    await page.getByRole('option', { name: '1 dia antes' }).click();
    await form().getByText('Essa hora já passou: o aviso vem assim que salvar.').waitFor();
    assert.deepEqual(await axeFaults(page), []);
    await form().getByRole('button', { name: 'Planejar', exact: true }).click();
    await reminder('Ligação: Patrícia Assunção').waitFor();
  });

  test('the rule is changed in the settings', async () => {
    await open('/settings/rules');
    await page.getByLabel('Avisar, se ninguém disser outra coisa').click();
    await page.getByRole('option', { name: '30 min antes' }).click();
    await toast('Regra salva').waitFor();
    await page.getByLabel('Hora da manhã').fill('8h30');
    await page.keyboard.press('Enter');
    await until(
      async () => (await shop.call('Session', 'State')).settings.morning === String(8 * 60 + 30),
    );
    await page.getByLabel('Hora da manhã').fill('cedo');
    await page.keyboard.press('Enter');
    await page.getByRole('alert').first().waitFor();
    assert.match(troubles.splice(0).join(), /422/);
    await page.keyboard.press('Escape');
    await page.goto(`${shop.url}#/lead/${id}`);
    await page
      .getByRole('button', { name: /Planejar/ })
      .first()
      .click();
    await form().getByRole('button', { name: 'Amanhã' }).click();
    assert.match(await remind().innerText(), /No dia, às 08:30/);
    await form().getByLabel('Hora').fill('15:00');
    assert.match(await remind().innerText(), /30 min antes/);
  });
});
