/**
 * Takes pictures of a page in light and dark at the two sizes that count:
 *   node e2e/shots.mjs NAME URL [CSS selector to wait for] [selector to click…]
 * They land in e2e/out/NAME-<theme>-<width>.png. Without a URL: the gallery.
 */
import { mkdir } from 'node:fs/promises';
import { launch, openPage } from './lib/browser.mjs';
import { serveFolder } from './lib/static.mjs';

const SIZES = [
  { width: 1366, height: 768 },
  { width: 1920, height: 1080 },
];

const [name = 'gallery', address, wait = '#app > *', ...clicks] = process.argv.slice(2);
const out = new URL('./out/', import.meta.url).pathname;
await mkdir(out, { recursive: true });

const site = address
  ? undefined
  : await serveFolder(new URL('../dist-gallery', import.meta.url).pathname);
const { browser, close } = await launch();
for (const theme of /** @type {const} */ (['light', 'dark'])) {
  for (const viewport of SIZES) {
    const { page, troubles } = await openPage(browser, { viewport, colorScheme: theme });
    await page.goto(address ?? `${site?.url}/gallery.html?theme=${theme}`);
    await page.locator(wait).first().waitFor();
    for (const selector of clicks) await page.locator(selector).first().click();
    await page.evaluate(() => document.fonts.ready);
    const path = `${out}${name}-${theme}-${viewport.width}.png`;
    await page.screenshot({ path });
    console.log(path, troubles.join('\n'));
    await page.context().close();
  }
}
await close();
await site?.close();
