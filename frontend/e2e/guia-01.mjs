/** Draws the pictures of the guide's chapters on the board and on qualification. */
import { launch } from './lib/browser.mjs';
import { addLead, enter, openShop } from './lib/shop.mjs';

const out = new URL('../../docs/guia/imagens/', import.meta.url).pathname;
const { browser, close } = await launch();
const shop = await openShop(['Carla Souza'], { leads: 300 });
const state = await shop.call('Session', 'State');
const pipeline = (/** @type {string} */ kind) =>
  state.pipelines.find((/** @type {any} */ one) => one.kind === kind);

/** @param {string} kind */
async function board(kind) {
  const { page } = await enter(browser, shop, `/board/${pipeline(kind).id}`, {
    device: { theme: 'light' },
    context: { viewport: { width: 1366, height: 768 } },
  });
  await page.locator('[data-card]').first().waitFor();
  return page;
}

const sales = await board('sales');
await sales.screenshot({ path: `${out}01-quadro.png` });
await sales.context().close();
await shop.call('Settings', 'ShowPipeline', pipeline('qualification').id, true);
const arrivals = state.stages.filter(
  (/** @type {any} */ stage) =>
    stage.pipelineId === pipeline('qualification').id && stage.kind === 'open',
);
const timeframes = ['now', 'months', 'later', ''];
for (const [i, name] of [
  'Juliana Ramos',
  'Marcos Vieira',
  'Beatriz Conceição',
  'Antônio d’Ávila',
  'Zilda Muñoz',
  'Paulo Teixeira',
  'Lívia Prado',
].entries())
  await addLead(shop, {
    name,
    phone: `11 9${60000000 + i * 37}`,
    stageId: arrivals[i % 3].id,
    timeframe: timeframes[i % 4],
    vehicle: ['VW T-Cross 2024', 'Fiat Strada 2022', 'Honda Civic 2020'][i % 3],
    valueCents: (80 + i * 7) * 100_000,
  });
const qualification = await board('qualification');
await qualification.screenshot({ path: `${out}03-qualificacao.png` });
await qualification.locator('[data-card]').first().click();
await qualification
  .getByRole('complementary')
  .getByRole('button', { name: 'Converter…' })
  .first()
  .click();
const dialog = qualification.getByRole('dialog', { name: /Converter/ });
await dialog.waitFor();
await dialog.screenshot({ path: `${out}03-converter.png` });
await close();
await shop.close();
