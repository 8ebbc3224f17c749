/** Draws the pictures of the guide's chapter on the timeline and on attachments. */
import { launch } from './lib/browser.mjs';
import { drawPhoto, PDF } from './lib/photos.mjs';
import { addLead, enter, openShop } from './lib/shop.mjs';

const out = new URL('../../docs/guia/imagens/', import.meta.url).pathname;
const { browser, close } = await launch();
const shop = await openShop(['Carla Souza', 'Tiago Melo']);
const state = await shop.call('Session', 'State');
const id = await addLead(shop, { ownerId: state.users[0].id });
const attach = async (/** @type {string} */ name, /** @type {Buffer} */ bytes) =>
  shop.call('Attachments', 'Paste', id, name, bytes.toString('base64'));
await attach('Proposta assinada.pdf', PDF);
await attach('Usado - lateral.jpg', await drawPhoto(browser, { color: '#b83232' }));
await attach('Usado - frente.jpg', await drawPhoto(browser, { color: '#2b6cb0' }));
for (const [kind, body] of [
  ['call', 'Pediu para ver o carro no sábado'],
  ['note', 'Prefere ligação à tarde. Vai trazer o usado para avaliar.'],
])
  await shop.call('Activities', 'Add', {
    ...{ leadId: id, kind, title: '', body, dueAt: 0, dueDay: '' },
    ...{ done: true, userId: '', outcome: '', channel: '', remind: -2 },
  });
await shop.call('Leads', 'Update', id, { valueCents: 13_900_000 });

const { page } = await enter(browser, shop, `/lead/${id}`, { device: { theme: 'light' } });
const past = page.getByRole('region', { name: 'Linha do tempo' });
const files = page.getByRole('region', { name: 'Fotos e documentos' });
await past.getByText('Prefere ligação').waitFor();
await files.locator('img').nth(1).waitFor();
await page.waitForFunction(() =>
  [...document.images].every((img) => img.complete && img.naturalWidth > 0),
);
await page.screenshot({ path: `${out}05-lead.png` });
await page.keyboard.press('h');
await page.keyboard.type('tarde');
await past.getByText('Pediu para ver').waitFor({ state: 'detached' });
await past.screenshot({ path: `${out}05-filtro.png` });
await page.keyboard.press('Escape');
await files.getByRole('button', { name: /^Usado - frente/ }).click();
const photo = page.getByRole('dialog', { name: 'Usado - frente.jpg' });
await photo.getByRole('img').waitFor();
await page.waitForFunction(() =>
  [...document.images].every((img) => img.complete && img.naturalWidth > 0),
);
await photo.screenshot({ path: `${out}05-foto.png` });
await close();
await shop.close();
