import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { axeFaults } from './lib/axe.mjs';
import { launch } from './lib/browser.mjs';
import { openHub } from './lib/hub.mjs';
import { addLead, enter, openShop } from './lib/shop.mjs';

/** @typedef {import('./lib/shop.mjs').Shop} Shop */

/** @type {Awaited<ReturnType<typeof launch>>} */ let chromium;
/** @type {Shop} */ let shop;

before(async () => {
  chromium = await launch();
  shop = await openShop(['Carla Souza']);
});
after(async () => {
  await chromium.close();
  await shop.close();
});

/**
 * @param {Shop} at
 * @param {string} id
 */
const contactOf = async (at, id) => (await at.call('Leads', 'Get', id)).contact;

test('two of one person are found, compared field by field, merged, and separated again', async () => {
  const ana = await addLead(shop, {
    name: 'Ana Prado',
    phone: '11 98765-4321',
    vehicle: 'Onix LT',
  });
  const again = await addLead(shop, {
    name: 'Ana Maria Prado',
    phone: '11 8765-4321',
    email: 'ana@example.com',
    vehicle: 'Tracker',
  });
  await addLead(shop, { name: 'Bia Reis', phone: '62 99111-2222' });
  await addLead(shop, { name: 'Caio Reis', phone: '62 99111-2222' });
  const { page } = await enter(chromium.browser, shop, '/settings/data');
  await page.getByRole('button', { name: 'Procurar duplicados' }).click();
  await page.getByText('2 pares para rever').waitFor();
  const table = page.getByRole('group', { name: 'Ana Prado e Ana Maria Prado' });
  await page.getByRole('heading', { name: 'São a mesma pessoa?' }).waitFor();
  await page.getByText('mesmo telefone', { exact: true }).first().waitFor();
  // The fuller name is suggested; the person knows better.
  const name = table.getByRole('radiogroup', { name: 'Qual fica: Nome' });
  assert.ok(await name.getByRole('radio', { name: 'Ana Maria Prado' }).isChecked());
  await name.getByRole('radio', { name: 'Ana Maria Prado' }).focus();
  await page.keyboard.press('ArrowLeft');
  assert.ok(await name.getByRole('radio', { name: 'Ana Prado', exact: true }).isChecked());
  await page.keyboard.press('ArrowRight');
  assert.deepEqual(await axeFaults(page), []);
  await page.getByRole('button', { name: 'Unir' }).click();
  await page.getByText('Ana Maria Prado: contatos unidos').first().waitFor();
  await page.getByText('1 par para rever').waitFor();

  // The next pair is there, and its names differ: they are two.
  await page.getByText('podem ser da mesma família').waitFor();
  await page.getByRole('button', { name: 'Não são a mesma pessoa' }).click();
  await page.getByText('Nenhum cliente duplicado').waitFor();
  assert.deepEqual(await axeFaults(page), []);
  await page.getByRole('button', { name: 'Procurar de novo' }).click();
  await page.getByText('Nenhum cliente duplicado').waitFor();

  for (const id of [ana, again]) {
    const contact = await contactOf(shop, id);
    assert.equal(contact.name, 'Ana Maria Prado');
    assert.equal(contact.emails.length, 1);
  }
  await page.goto(`${shop.url}#/lead/${ana}`);
  await page.getByText('uniu Ana Maria Prado a Ana Prado').waitFor();
  await page.getByRole('link', { name: /Tracker/ }).waitFor();
  await page.getByRole('heading', { name: 'Contatos unidos a este' }).waitFor();
  assert.deepEqual(await axeFaults(page), []);
  await page.getByRole('button', { name: 'Separar Ana Maria Prado' }).press('Enter');
  await page.getByRole('heading', { name: 'Ana Prado', exact: true }).waitFor();
  assert.equal((await contactOf(shop, again)).emails[0].key, 'ana@example.com');
  assert.equal((await contactOf(shop, ana)).emails.length, 0);
  // One more step back: they are one again.
  await page.keyboard.press('Control+z');
  await page.getByRole('heading', { name: 'Ana Maria Prado', exact: true }).waitFor();
});

test('whoever types a number that is known is told, and may make a further lead', async () => {
  const rui = await addLead(shop, { name: 'Rui Sá', phone: '48 99111-5555', vehicle: 'Gol' });
  const { page } = await enter(chromium.browser, shop, '/board');
  await page.getByRole('button', { name: 'Novo lead' }).first().click();
  const dialog = page.getByRole('dialog', { name: 'Novo lead' });
  await dialog.getByLabel('Nome').fill('Rui');
  await dialog.getByLabel('Telefone').pressSequentially('4899111555');
  assert.equal(await dialog.getByText('Já existe').count(), 0);
  await dialog.getByLabel('Telefone').press('5');
  await dialog.getByText('Já existe: Rui Sá').waitFor();
  await dialog.getByText('Gol · Nova proposta').waitFor();
  assert.deepEqual(await axeFaults(page), []);
  await dialog.getByLabel('Veículo').fill('Polo');
  await dialog.getByRole('button', { name: 'Outro lead de Rui Sá' }).press('Enter');
  await dialog.waitFor({ state: 'detached' });
  await page.locator('[data-card]').filter({ hasText: 'Polo' }).waitFor();
  const view = await shop.call('Leads', 'Get', rui);
  assert.equal(view.others[0].vehicle, 'Polo');
  // Or goes to what is there.
  await page.getByRole('button', { name: 'Novo lead' }).first().click();
  await dialog.getByLabel('Telefone').fill('48 99111-5555');
  await dialog.getByRole('button', { name: 'Abrir Rui Sá' }).click();
  await page.getByRole('heading', { name: 'Rui Sá', exact: true }).waitFor();
});

test('all of it goes by keyboard', async () => {
  for (const name of ['Davi Melo', 'Davi Mello', 'D. Melo'])
    await addLead(shop, { name, phone: '21 99111-3333' });
  const { page } = await enter(chromium.browser, shop, '/duplicates');
  await page.getByText('2 pares para rever').waitFor();
  const list = page.getByRole('list', { name: 'Pares parecidos' });
  await list.getByRole('button').first().focus();
  await page.keyboard.press('ArrowDown');
  const current = list.locator('[aria-current="true"]');
  assert.match((await current.textContent()) ?? '', /D\. Melo/);
  assert.ok(await current.evaluate((node) => node === document.activeElement));
  await page.keyboard.press('Shift+Delete');
  await page.getByText('D. Melo não são a mesma pessoa').first().waitFor();
  // Whoever is two with the first is asked about the second at the next search only.
  await page.getByText('1 par para rever').waitFor();
  await page.keyboard.press('Control+Enter');
  await page.getByText('Davi Mello: contatos unidos').first().waitFor();
  await page.getByText('Nenhum cliente duplicado').waitFor();
  await page.keyboard.press('Control+z');
  await page.getByText('1 par para rever').waitFor();
});

test('what one PC merges another edits meanwhile, and both agree, separated too', async () => {
  const hub = await openHub();
  const desk = await openShop(['Carla Souza']);
  const yard = await openShop(['Tiago Melo']);
  try {
    await desk.call('Sync', 'Join', await hub.code(), 'PC do balcão', false);
    await yard.call('Sync', 'Join', await hub.code(), 'PC do pátio', false);
    const ana = await addLead(desk, { name: 'Ana Prado', phone: '11 98765-4321' });
    const again = await addLead(desk, { name: 'Ana P.', phone: '11 98765-4321' });
    const there = await enter(chromium.browser, yard, '/board');
    await there.page.locator('[data-card]').filter({ hasText: 'Ana P.' }).waitFor();

    await hub.stop();
    const here = await enter(chromium.browser, desk, '/duplicates');
    await here.page.getByRole('button', { name: 'Unir' }).click();
    await here.page.getByText('Nenhum cliente duplicado').waitFor();
    const { id } = await contactOf(yard, again);
    await yard.call('Leads', 'UpdateContact', id, { city: 'Anápolis' });
    await yard.call('Leads', 'Update', again, { vehicle: 'Tracker' });
    await hub.start();
    for (const at of [desk, yard, desk]) await at.call('Sync', 'Now');

    await there.page
      .locator('[data-card]')
      .filter({ hasText: 'Ana Prado' })
      .filter({ hasText: 'Tracker' })
      .waitFor();
    const city = async (/** @type {Shop} */ at) =>
      (await at.call('Leads', 'Get', again)).merged[0]?.city;
    for (const at of [desk, yard]) {
      for (let i = 0; i < 50 && (await city(at)) !== 'Anápolis'; i += 1)
        await at.call('Sync', 'Now');
      const view = await at.call('Leads', 'Get', again);
      assert.equal(view.contact.name, 'Ana Prado');
      assert.equal(view.merged[0].city, 'Anápolis');
      assert.equal(view.others[0].id, ana);
    }
    // After the sync, on the other PC.
    await there.page.goto(`${yard.url}#/lead/${again}`);
    await there.page.getByRole('button', { name: 'Separar Ana P.' }).click();
    await there.page.getByRole('heading', { name: 'Ana P.', exact: true }).waitFor();
    await here.page.goto(`${desk.url}#/lead/${again}`);
    for (const at of [yard, desk]) await at.call('Sync', 'Now');
    await here.page.getByRole('heading', { name: 'Ana P.', exact: true }).waitFor();
    for (const at of [desk, yard]) {
      assert.equal((await contactOf(at, again)).city, 'Anápolis');
      assert.equal((await contactOf(at, ana)).name, 'Ana Prado');
    }
  } finally {
    await desk.close();
    await yard.close();
    await hub.close();
  }
});
