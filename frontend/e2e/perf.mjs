/**
 * Measures the pages with 60,000 leads in Chromium, as fast as the machine is
 * and four times slower, and prints p50 and p95 beside the budgets:
 *
 *   node e2e/perf.mjs [FOLDER] [--json]
 *
 * FOLDER is a data folder that `patioctl seed` filled; without one, 60,000 leads
 * are made up in a folder of its own. Nothing fails here: figures depend on the
 * machine, and are for people to read.
 */
import { cpus } from 'node:os';
import { gzipSync } from 'node:zlib';
import { launch, openPage } from './lib/browser.mjs';
import { dataFolder, patioctl, serve } from './lib/patio.mjs';
import { caller } from './lib/shop.mjs';

const LEADS = 60_000;
const STARTS = 7;
const FRAMES = 400;
const KEYS = 40;

/** What a figure may be at most, as fast as the machine is and slowed down. */
const BUDGETS = {
  'first board, from the address to its cards (ms)': [150, 500],
  'frame while a long stage scrolls (ms)': [21, 60],
  'frame while the list scrolls (ms)': [21, 60],
  'late frames in a drag (%)': [5, 30],
  'key to paint (ms)': [50, 150],
  'click to paint (ms)': [50, 150],
  'DOM nodes': [1500, 1500],
  'JS heap after collection (MB)': [40, 40],
  'first JavaScript, gzipped (kB)': [150, 150],
};

/** @typedef {keyof typeof BUDGETS} Name */
/** @typedef {{name: Name, slow: number, p50: number, p95: number, budget: number}} Figure */

const args = process.argv.slice(2);
const asJson = args.includes('--json');
const given = args.find((arg) => !arg.startsWith('--'));
/** @type {Figure[]} */
const figures = [];

/**
 * @param {Name} name
 * @param {number} slow
 * @param {readonly number[]} values
 */
function note(name, slow, values) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (/** @type {number} */ share) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
  const budget = BUDGETS[name][slow === 1 ? 0 : 1] ?? NaN;
  figures.push({ name, slow, p50: at(0.5), p95: at(0.95), budget });
}

/** Runs in the page: tells when the frame that has the first cards is out. */
function watchBoard() {
  const look = () => {
    if (!document.querySelector('[data-card]')) return requestAnimationFrame(look);
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () =>
      /** @type {{boardShown: (ms: string) => void}} */ (
        /** @type {unknown} */ (window)
      ).boardShown(String(performance.now()));
    port2.postMessage('');
  };
  requestAnimationFrame(look);
}

/** Runs in the page: the times of events until the frame that shows them is out. */
function watchPaints() {
  /** @type {number[]} */
  const paints = [];
  const after = (/** @type {Event} */ event) => {
    // A task behind the frame: what the event changed has been drawn by then.
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => paints.push(performance.now() - event.timeStamp);
      port2.postMessage(0);
    });
  };
  addEventListener('keydown', after, true);
  addEventListener('click', after, true);
  Object.assign(window, { paints });
}

/** Runs in the page: the lengths of frames from now on, in ms. */
function watchFrames() {
  /** @type {number[]} */
  const frames = [];
  let last = performance.now();
  let going = true;
  const frame = () => {
    const now = performance.now();
    frames.push(now - last);
    last = now;
    if (going) requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  Object.assign(window, {
    framesSoFar: () => {
      going = false;
      return frames.slice(2);
    },
  });
}

/**
 * Runs in the page: scrolls the longest viewport as a wheel would, and answers the frames' lengths.
 * @param {{selector: string, frameCount: number}} what
 */
async function scrollLongest({ selector, frameCount }) {
  const lists = [...document.querySelectorAll(selector)];
  const list = lists.sort((a, b) => b.scrollHeight - a.scrollHeight)[0];
  if (!list) throw new Error(`nothing is ${selector}`);
  /** @type {number[]} */
  const frames = [];
  let last = 0;
  let direction = 1;
  await new Promise((resolve) => {
    const frame = (/** @type {number} */ now) => {
      if (last) frames.push(now - last);
      last = now;
      if (list.scrollTop + list.clientHeight >= list.scrollHeight - 200) direction = -1;
      list.scrollTop += direction * 90;
      if (frames.length < frameCount) requestAnimationFrame(frame);
      else resolve(undefined);
    };
    requestAnimationFrame(frame);
  });
  return frames;
}

/**
 * @param {import('playwright-core').Page} page
 * @returns {Promise<number[]>}
 */
async function takePaints(page) {
  return page.evaluate(async () => {
    await new Promise((resolve) => setTimeout(resolve, 100));
    return /** @type {{paints: number[]}} */ (/** @type {unknown} */ (window)).paints.splice(0);
  });
}

/**
 * @param {import('playwright-core').Browser} browser
 * @param {string} url
 * @param {number} slow how many times slower the page's processor is
 */
async function measure(browser, url, slow) {
  const { page } = await openPage(browser);
  await page.addInitScript(() => sessionStorage.setItem('patio.asked', '1'));
  await page.addInitScript(watchPaints);
  const devtools = await page.context().newCDPSession(page);
  const throttle = () => devtools.send('Emulation.setCPUThrottlingRate', { rate: slow });
  /** @type {Map<string, Buffer>} */
  const scripts = new Map();
  page.on('response', async (response) => {
    if (new URL(response.url()).pathname.endsWith('.js'))
      scripts.set(response.url(), await response.body().catch(() => Buffer.alloc(0)));
  });
  // The program opens where one was last, which was the list.
  await page.goto(`${url}#/board`);
  await page.locator('[data-card]').first().waitFor();
  await throttle();

  const starts = [];
  await devtools.send('Runtime.enable');
  await devtools.send('Runtime.addBinding', { name: 'boardShown' });
  // By the engine's own means: Playwright's would run in the page while it starts,
  // and take a tenth of what is measured.
  await devtools.send('Page.enable');
  await devtools.send('Page.addScriptToEvaluateOnNewDocument', { source: `(${watchBoard})()` });
  for (let i = 0; i < STARTS; i++) {
    const shown = new Promise((resolve) =>
      devtools.once('Runtime.bindingCalled', ({ payload }) => resolve(Number(payload))),
    );
    await page.reload({ waitUntil: 'commit' });
    starts.push(await shown);
  }
  const first = await page.evaluate(() =>
    performance
      .getEntriesByType('resource')
      .map(({ name }) => name)
      .filter((name) => new URL(name).pathname.endsWith('.js')),
  );
  note('first board, from the address to its cards (ms)', slow, starts);
  await page.waitForTimeout(1500);
  if (slow === 1) {
    const bytes = first.map((name) => gzipSync(scripts.get(name) ?? Buffer.alloc(0)).length);
    note('first JavaScript, gzipped (kB)', slow, [bytes.reduce((sum, n) => sum + n, 0) / 1000]);
  }

  const stage = { selector: '.board .viewport', frameCount: FRAMES };
  note('frame while a long stage scrolls (ms)', slow, await page.evaluate(scrollLongest, stage));
  await page.waitForTimeout(300);
  if (slow === 1) {
    note('DOM nodes', slow, [await page.evaluate(() => document.querySelectorAll('*').length)]);
  }

  await page.locator('[data-card]').first().focus();
  await takePaints(page);
  for (let i = 0; i < KEYS; i++) {
    await page.keyboard.press(['ArrowDown', 'ArrowDown', 'ArrowRight', 'ArrowLeft'][i % 4] ?? '');
  }
  for (const key of ['x', 'x', 'Space', 'ArrowDown', 'Space', 'm', 'Escape', 'End', 'Home']) {
    await page.keyboard.press(key);
    await page.waitForTimeout(60);
  }
  note('key to paint (ms)', slow, await takePaints(page));

  const shown = page.locator('.board section').first().locator('[data-card]');
  for (let i = 0; i < 12; i++) await shown.nth(i % 4).click({ position: { x: 40, y: 60 } });
  note('click to paint (ms)', slow, await takePaints(page));
  await page.keyboard.press('Escape');

  const box = await shown.first().boundingBox();
  if (box) {
    await page.mouse.move(box.x + 40, box.y + 20);
    await page.mouse.down();
    await page.mouse.move(box.x + 50, box.y + 30, { steps: 4 });
    await page.evaluate(watchFrames);
    for (let i = 0; i < 240; i++) {
      const share = (1 + Math.sin(i / 20)) / 2;
      await page.mouse.move(100 + share * 1100, 150 + ((i * 7) % 450));
    }
    const frames = await page.evaluate(() =>
      /** @type {{framesSoFar: () => number[]}} */ (/** @type {unknown} */ (window)).framesSoFar(),
    );
    await page.keyboard.press('Escape');
    await page.mouse.up();
    const late = frames.filter((ms) => ms > 25).length;
    note('late frames in a drag (%)', slow, [(100 * late) / frames.length]);
  }

  await page.evaluate(() => (location.hash = '#/list'));
  await page.getByRole('gridcell').first().waitFor();
  await page.waitForTimeout(500);
  const list = { selector: '[role=grid]', frameCount: FRAMES };
  note('frame while the list scrolls (ms)', slow, await page.evaluate(scrollLongest, list));

  if (slow === 1) {
    await devtools.send('HeapProfiler.collectGarbage');
    const { usedSize } = await devtools.send('Runtime.getHeapUsage');
    note('JS heap after collection (MB)', slow, [usedSize / 1e6]);
  }
  await page.context().close();
}

const own = given ? undefined : await dataFolder();
const dir = given ?? own?.dir ?? '';
if (own) await patioctl('seed', '--data', dir, '--leads', String(LEADS), '--seed', '1');
const chromium = await launch();
const served = await serve(dir);
try {
  const call = await caller(served.url);
  if ((await call('Session', 'State')).firstRun) {
    await call('Setup', 'Start', {
      language: 'pt-BR',
      shopName: 'Auto Norte',
      userName: 'Carla Souza',
    });
  }
  for (const slow of [1, 4]) await measure(chromium.browser, served.url, slow);
} finally {
  await chromium.close();
  await served.stop();
  await own?.remove();
}

if (asJson) {
  console.log(JSON.stringify({ cpus: cpus().length, model: cpus()[0]?.model, figures }));
} else {
  console.log(`${cpus().length} × ${cpus()[0]?.model}; ${given ?? `${LEADS} leads`}`);
  console.log(`${'figure'.padEnd(52)} CPU      p50      p95   budget`);
  for (const { name, slow, p50, p95, budget } of figures) {
    const cells = [p50, p95, budget].map((n) => n.toFixed(n < 100 ? 1 : 0).padStart(8));
    console.log(`${name.padEnd(52)}  ×${slow} ${cells.join(' ')}${p95 > budget ? '  over' : ''}`);
  }
}
