import { openPage } from './browser.mjs';
import { dataFolder, patioctl, serve } from './patio.mjs';

/**
 * @typedef {object} Shop A dealer's data folder with the program serving it.
 * @property {string} url
 * @property {(struct: string, method: string, ...args: unknown[]) => Promise<any>} call
 * @property {() => Promise<void>} restart Ends the program and starts it again.
 * @property {() => Promise<void>} close
 */

/**
 * Sets a shop up with people, the first of whom acts, and serves it. leads are
 * made up, with people, sources and tags of their own.
 * @param {string[]} [people]
 * @param {{leads?: number}} [options]
 * @returns {Promise<Shop>}
 */
export async function openShop(people = ['Carla Souza'], { leads = 0 } = {}) {
  const folder = await dataFolder();
  if (leads > 0) await seed(folder.dir, leads);
  let served = await serve(folder.dir);
  let call = await caller(served.url);
  const [first = '', ...others] = people;
  await call('Setup', 'Start', { language: 'pt-BR', shopName: 'Auto Norte', userName: first });
  for (const name of others) {
    await call('Settings', 'SaveUser', { id: '', name, role: 'seller', retired: false });
  }
  return {
    get url() {
      return served.url;
    },
    call: (struct, method, ...args) => call(struct, method, ...args),
    restart: async () => {
      await served.stop();
      served = await serve(folder.dir);
      call = await caller(served.url);
    },
    close: async () => {
      await served.stop();
      await folder.remove();
    },
  };
}

/**
 * Makes leads up in a data folder that nobody serves: the same ones every time.
 * @param {string} dir
 * @param {number} leads
 */
export async function seed(dir, leads) {
  await patioctl('seed', '--data', dir, '--leads', String(leads), '--seed', '7');
}

/**
 * Speaks to a served program as its pages do.
 * @param {string} url
 * @returns {Promise<Shop['call']>}
 */
export async function caller(url) {
  const { origin } = new URL(url);
  const entered = await fetch(url, { redirect: 'manual' });
  const cookie = entered.headers.get('set-cookie')?.split(';')[0] ?? '';
  return async (struct, method, ...args) => {
    const response = await fetch(`${origin}/api/${struct}/${method}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', cookie, origin },
      body: JSON.stringify(args),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${struct}.${method}: ${response.status} ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  };
}

/**
 * Takes a lead in and answers its id. What is not said is made up.
 * @param {Shop} shop
 * @param {Record<string, unknown>} [lead]
 * @returns {Promise<string>}
 */
export async function addLead(shop, lead = {}) {
  const done = await shop.call('Leads', 'Create', {
    name: 'Patrícia Assunção',
    phone: '11 98527-0593',
    email: '',
    company: '',
    vehicle: 'Jeep Compass Longitude 2022',
    plate: '',
    subject: '',
    valueCents: 14200000,
    sourceId: '',
    ownerId: '',
    stageId: '',
    shopId: '',
    timeframe: '',
    tags: [],
    note: '',
    contactId: '',
    ...lead,
  });
  return done.ids[0];
}

const NAMES = [
  'Juliana Ramos',
  'Antônio d’Ávila',
  'Marcos Vieira',
  'Beatriz Conceição',
  'Zilda Muñoz',
];
const VEHICLES = ['VW T-Cross 2024', 'Fiat Strada 2022', 'Chevrolet Onix 2021', 'Honda Civic 2020'];

/**
 * Takes n leads in, "Juliana Ramos 000" and so on: with values that grow, over
 * the open stages of the first pipeline, a third of them read.
 * @param {Shop} shop
 * @param {number} n
 * @returns {Promise<string[]>} their ids
 */
export async function addLeads(shop, n) {
  const state = await shop.call('Session', 'State');
  const stages = openStages(state);
  const ids = [];
  for (let i = 0; i < n; i++) {
    const id = await addLead(shop, {
      name: `${NAMES[i % NAMES.length]} ${String(i).padStart(3, '0')}`,
      phone: `11 9${String(60000000 + i * 37)}`,
      email: i % 2 === 0 ? `cliente${i}@exemplo.com.br` : '',
      vehicle: VEHICLES[i % VEHICLES.length],
      valueCents: (20_000 + i * 100) * 100,
      stageId: stages[i % stages.length].id,
      ownerId: state.users[i % state.users.length].id,
      sourceId: state.sources[i % state.sources.length].id,
    });
    if (i % 3 === 0) await shop.call('Leads', 'Seen', id);
    ids.push(id);
  }
  return ids;
}

/**
 * The open stages of the first pipeline.
 * @param {any} state of the session
 * @returns {any[]}
 */
export function openStages(state) {
  return state.stages.filter(
    (/** @type {any} */ stage) =>
      stage.pipelineId === state.pipelines[0].id && stage.kind === 'open',
  );
}

/**
 * Opens a page of a shop: at an address, with this device's settings (theme,
 * language …), nobody being asked who is using the program.
 * @param {import('playwright-core').Browser} browser
 * @param {Shop} shop
 * @param {string} address what follows #
 * @param {{device?: Record<string, unknown>, context?: import('playwright-core').BrowserContextOptions}} [options]
 */
export async function enter(browser, shop, address, { device, context } = {}) {
  if (device) await shop.call('Device', 'Set', 'ui', JSON.stringify(device));
  const opened = await openPage(browser, context);
  await opened.page.addInitScript(() => sessionStorage.setItem('patio.asked', '1'));
  // A page hears what others change once it has its stream of events.
  const listening = opened.page.waitForResponse((response) => response.url().endsWith('/events'));
  await opened.page.goto(`${shop.url}#${address}`);
  await opened.page.locator('main').waitFor();
  await listening;
  return opened;
}
