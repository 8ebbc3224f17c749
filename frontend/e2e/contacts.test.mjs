import assert from 'node:assert/strict';
import { after, afterEach, beforeEach, describe, test } from 'node:test';
import { axeFaults } from './lib/axe.mjs';
import { launch } from './lib/browser.mjs';
import { addLead, enter, openShop } from './lib/shop.mjs';

/** @type {Awaited<ReturnType<typeof launch>>} */ let chromium;
/** @type {import('./lib/shop.mjs').Shop} */ let shop;
/** @type {import('playwright-core').Page} */ let page;
/** @type {string[]} */ let troubles;
/** @type {string} */ let lead;
/** @type {string} */ let contact;

beforeEach(async () => {
  chromium ??= await launch();
  shop = await openShop(['Carla Souza', 'Tiago Melo']);
  lead = await addLead(shop, { name: 'Patrícia Assunção', vehicle: 'Jeep Compass 2021' });
  contact = (await shop.call('Leads', 'Get', lead)).contact.id;
});
afterEach(async () => {
  await page.context().close();
  await shop.close();
  // A browser says of its own accord that something was not found.
  assert.deepEqual(
    troubles.filter((line) => !/status of 404/.test(line)),
    [],
  );
});
after(() => chromium.close());

/**
 * @param {string} address
 * @param {Parameters<typeof enter>[3]} [options]
 */
async function open(address, options = {}) {
  ({ page, troubles } = await enter(chromium.browser, shop, address, { device: {}, ...options }));
  await page.getByRole('main').waitFor();
}

const toast = (/** @type {string | RegExp} */ text) =>
  page.locator('[data-sonner-toast]').filter({ hasText: text });
const card = (/** @type {string} */ name) => page.getByRole('region', { name, exact: true });
const won = async () => {
  const state = await shop.call('Session', 'State');
  const stage = state.stages.find((/** @type {any} */ one) => one.kind === 'won');
  const reason = state.reasons.find((/** @type {any} */ one) => one.kind === 'won');
  return { stageId: stage.id, reasonId: reason.id };
};
const sell = async (/** @type {string} */ id) =>
  shop.call('Leads', 'Move', {
    ids: [id],
    ...(await won()),
    afterId: '',
    beforeId: '',
    toTop: true,
    reasonNote: '',
  });

describe('a contact’s page', () => {
  test('shows all its leads, what it bought, what is planned and what was', async () => {
    await sell(lead);
    await addLead(shop, { contactId: contact, vehicle: 'Fiat Pulse' });
    await shop.call('Activities', 'Add', {
      leadId: lead,
      kind: 'call',
      title: 'Oferecer revisão',
      body: '',
      dueAt: 0,
      dueDay: '2030-01-10',
      done: false,
      userId: '',
      outcome: '',
      channel: '',
    });
    await shop.call('Activities', 'Add', {
      leadId: lead,
      kind: 'note',
      title: '',
      body: 'Gosta de café sem açúcar',
      dueAt: 0,
      dueDay: '',
      done: true,
      userId: '',
      outcome: '',
      channel: '',
    });
    await open(`/contact/${contact}`);
    await page.getByRole('heading', { name: /Patrícia Assunção/ }).waitFor();
    await card('Compras')
      .getByRole('link', { name: /Jeep Compass/ })
      .waitFor();
    await card('Negociações')
      .getByRole('link', { name: /Fiat Pulse/ })
      .waitFor();
    await card('Próximas atividades').getByText('Oferecer revisão').waitFor();
    await card('Histórico').getByText('Gosta de café sem açúcar').waitFor();
    await card('Negociações')
      .getByRole('link', { name: /Fiat Pulse/ })
      .press('Enter');
    await page.waitForURL(/#\/lead\//);
  });

  test('is opened from the lead, and a field changed here is changed there', async () => {
    await open(`/lead/${lead}`);
    await page.getByRole('button', { name: 'Mais ações' }).first().click();
    await page.getByRole('menuitem', { name: 'Abrir o contato' }).click();
    await page.waitForURL(/#\/contact\//);
    await page.getByLabel('Cidade', { exact: true }).fill('Santos');
    await page.keyboard.press('Enter');
    await toast(/Cidade/).waitFor();
    assert.equal((await shop.call('Leads', 'Get', lead)).contact.city, 'Santos');
    await page.keyboard.press('Escape');
    await page.waitForURL(/#\/lead\//);
  });

  test('a further deal begins there', async () => {
    await open(`/contact/${contact}`);
    await card('Negociações').getByRole('button', { name: 'Nova oportunidade' }).click();
    await page.getByRole('dialog').getByLabel('Veículo').fill('VW Nivus');
    await page.keyboard.press('Enter');
    await page.waitForURL(/#\/lead\//);
    assert.equal((await shop.call('Contacts', 'Get', contact)).leads.length, 2);
  });

  test('whom it was merged with is separated there', async () => {
    const other = await addLead(shop, { name: 'Paty Assunção', phone: '11 98888-0009' });
    const twin = (await shop.call('Leads', 'Get', other)).contact.id;
    const [into, from] = [contact, twin].sort();
    await shop.call('Duplicates', 'Merge', { contactId: from, otherId: into, keep: {} });
    await open(`/contact/${from}`);
    await card('Negociações').getByRole('link').nth(1).waitFor();
    await page.getByRole('button', { name: /^Separar/ }).click();
    await card('Negociações').getByRole('link').nth(1).waitFor({ state: 'detached' });
    assert.equal((await shop.call('Contacts', 'Get', twin)).leads.length, 1);
  });

  test('one that is gone says so', async () => {
    await open('/contact/01900000-0000-7000-8000-00000000dead');
    await page.getByText('Este contato não está mais aqui').waitFor();
    await page.getByRole('main').getByRole('button', { name: 'Voltar' }).click();
    await page.waitForURL(/#\/contacts/);
  });
});

describe('companies', () => {
  test('one is made for a person, and finds who has its name', async () => {
    await addLead(shop, { name: 'Bia Rocha', phone: '11 98888-0001', company: 'Padaria São João' });
    await open(`/contact/${contact}`);
    await page.getByRole('button', { name: /^Trabalha em/ }).click();
    const field = page.getByRole('dialog').getByRole('combobox');
    await field.fill('Padaria São João');
    await page.getByRole('option', { name: /Criar/ }).waitFor();
    await page.keyboard.press('Enter');
    await toast('Empresa do cliente alterada').waitFor();
    await page.getByRole('button', { name: 'Abrir o contato Padaria São João' }).click();
    await page.getByRole('heading', { name: /Padaria São João/ }).waitFor();
    const people = card('Pessoas da empresa');
    await people.getByRole('link', { name: /Patrícia/ }).waitFor();
    await people.getByRole('button', { name: 'Vincular', exact: true }).click();
    await people.getByText('tem “Padaria São João” como empresa').waitFor({ state: 'detached' });
    await people.getByRole('link', { name: /Bia Rocha/ }).waitFor();
    // Undone, she is offered again.
    await page.keyboard.press('Control+z');
    await people.getByText('tem “Padaria São João” como empresa').waitFor();
    await page.goto(page.url().replace(/#.*/, '#/contacts/companies'));
    await page.getByRole('link', { name: /Padaria São João/ }).waitFor();
  });
});

describe('referrals', () => {
  test('who brought a lead is asked with its source, and counted', async () => {
    await addLead(shop, { name: 'Bia Rocha', phone: '11 98888-0001' });
    await open(`/lead/${lead}`);
    await page.getByLabel('Origem', { exact: true }).click();
    await page.getByRole('option', { name: 'Indicação' }).click();
    await page.getByRole('button', { name: /^Indicado por/ }).click();
    await page.getByRole('dialog').getByRole('combobox').fill('bia');
    await page.getByRole('option', { name: /Bia Rocha/ }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Indicado por: Bia Rocha' }).waitFor();
    // The history names her.
    await page
      .getByText(/Bia Rocha/)
      .nth(1)
      .waitFor();
    await sell(lead);
    await page.goto(page.url().replace(/#.*/, '#/contacts/referrals'));
    const row = page.getByRole('link', { name: /Bia Rocha/ });
    await row.waitFor();
    assert.match(await row.innerText(), /1 indicado[\s\S]*1 venda/);
    await row.press('Enter');
    await card('Quem veio por indicação')
      .getByRole('link', { name: /Patrícia/ })
      .waitFor();
  });

  test('a new lead is told who brought it', async () => {
    await open('/contacts');
    await page.keyboard.press('n');
    const form = page.getByRole('dialog', { name: 'Novo lead' });
    await form.getByLabel('Nome').fill('Caio Reis');
    await form.getByLabel('Telefone').fill('11977770000');
    await form.getByLabel('Origem').click();
    await page.getByRole('option', { name: 'Indicação' }).click();
    await form.getByRole('button', { name: /^Indicado por/ }).click();
    await page.getByRole('dialog', { name: 'Quem indicou?' }).getByRole('combobox').fill('patr');
    await page.getByRole('option', { name: /Patrícia/ }).waitFor();
    await page.keyboard.press('Enter');
    await form.getByRole('button', { name: 'Indicado por: Patrícia Assunção' }).waitFor();
    await page.keyboard.press('Control+Enter');
    await form.waitFor({ state: 'detached' });
    await page.goto(page.url().replace(/#.*/, `#/contact/${contact}`));
    await card('Quem veio por indicação')
      .getByRole('link', { name: /Caio Reis/ })
      .waitFor();
  });

  test('nobody is offered to bring themselves, and one is taken off again', async () => {
    const other = await addLead(shop, { name: 'Bia Rocha', phone: '11 98888-0001' });
    const bia = (await shop.call('Leads', 'Get', other)).contact.id;
    await shop.call('Leads', 'Update', lead, { referredBy: bia });
    await open(`/lead/${lead}`);
    await page.getByRole('button', { name: 'Indicado por: Bia Rocha' }).click();
    await page.getByRole('dialog').getByRole('combobox').fill('Patrícia');
    await page.getByText('Ninguém encontrado.').waitFor();
    await page.getByRole('button', { name: 'Deixar em branco' }).click();
    await page.getByRole('button', { name: /Quem indicou/ }).waitFor();
    assert.equal((await shop.call('Leads', 'Get', lead)).lead.referredBy, '');
  });
});

describe('the list of contacts', () => {
  test('is searched and walked by keyboard', async () => {
    await addLead(shop, { name: 'Ana Lima', phone: '11 98888-0002' });
    await addLead(shop, { name: 'Zeca Prado', phone: '11 98888-0003' });
    await open('/contacts');
    const search = page.getByRole('textbox', { name: /Buscar/ });
    await page.getByRole('link', { name: /Zeca Prado/ }).waitFor();
    await search.press('ArrowDown');
    await page.keyboard.press('End');
    assert.match(await page.locator(':focus').innerText(), /Zeca Prado/);
    await search.fill('ana li');
    await page.getByRole('link', { name: /Zeca Prado/ }).waitFor({ state: 'detached' });
    await search.press('Enter');
    await page.waitForURL(/#\/contact\//);
    await page.getByRole('heading', { name: /Ana Lima/ }).waitFor();
    await page.keyboard.press('Escape');
    await page.waitForURL(/#\/contacts/);
    await search.fill('qqqq');
    await page.getByText('Nenhum contato encontrado').waitFor();
  });

  test('birthdays stand by day', async () => {
    const today = new Date(Date.now() - 3 * 3_600_000).toISOString().slice(5, 10);
    await shop.call('Leads', 'UpdateContact', contact, { birthday: `1990-${today}` });
    await open('/contacts/birthdays');
    const region = page.getByRole('list', { name: 'Hoje' });
    await region.getByRole('link', { name: /Patrícia.*anos/s }).waitFor();
  });

  test('an empty one says how to begin', async () => {
    await shop.call('Leads', 'Delete', { ids: [lead] });
    await open('/contacts');
    await page.getByText('Ainda não há contatos').waitFor();
  });
});

describe('axe finds nothing', () => {
  for (const theme of /** @type {const} */ (['light', 'dark'])) {
    for (const place of ['contact', 'contacts', 'companies', 'birthdays', 'referrals']) {
      test(`${place}, ${theme}`, async () => {
        await shop.call('Contacts', 'Employ', {
          contactIds: [contact],
          companyId: '',
          name: 'ACME',
        });
        const address =
          place === 'contact'
            ? `/contact/${contact}`
            : `/contacts/${place === 'contacts' ? 'all' : place}`;
        await open(address, { device: { theme } });
        await page.getByRole('main').locator('h2, a').first().waitFor();
        assert.deepEqual(await axeFaults(page), []);
      });
    }
  }
});
