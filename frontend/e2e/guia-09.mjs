/** Draws the pictures of the guide's chapter on contacts. */
import { launch } from './lib/browser.mjs';
import { addLead, enter, openShop } from './lib/shop.mjs';

const out = new URL('../../docs/guia/imagens/', import.meta.url).pathname;
const { browser, close } = await launch();
const shop = await openShop(['Carla Souza'], { leads: 200 });
const state = await shop.call('Session', 'State');
const { rows } = await shop.call('Contacts', 'List', '', 60);
const [first, ...others] = rows.filter((/** @type {any} */ row) => row.type !== 'company');
const bought = (await shop.call('Contacts', 'Get', first.id)).leads[0].id;
await addLead(shop, { contactId: first.id, vehicle: 'Fiat Pulse Drive 2023' });
await shop.call('Contacts', 'Employ', {
  contactIds: [first.id],
  companyId: '',
  name: 'Padaria São João',
});
const of = (/** @type {string} */ kind, /** @type {string} */ list) =>
  state[list].find((/** @type {any} */ one) => one.kind === kind).id;
await shop.call('Leads', 'Move', {
  ...{ ids: [bought], stageId: of('won', 'stages'), reasonId: of('won', 'reasons') },
  ...{ afterId: '', beforeId: '', toTop: true, reasonNote: '' },
});
for (const [i, row] of others.slice(0, 24).entries()) {
  const lead = (await shop.call('Contacts', 'Get', row.id)).leads[0];
  const by = [first, ...others.slice(30, 33)][i % 7 < 4 ? 0 : i % 7 === 6 ? 1 : (i % 3) + 1];
  await shop.call('Leads', 'Update', lead.id, { referredBy: by.id });
}

/**
 * @param {string} address
 * @param {string} name
 */
async function draw(address, name) {
  const { page } = await enter(browser, shop, address, {
    device: { theme: 'light' },
    context: { viewport: { width: 1366, height: 768 } },
  });
  await page.getByRole('main').getByRole('link').first().waitFor();
  await page.screenshot({ path: `${out}${name}.png` });
  await page.context().close();
}

await draw(`/contact/${first.id}`, '09-contato');
await draw('/contacts/referrals', '09-indicacoes');
await close();
await shop.close();
