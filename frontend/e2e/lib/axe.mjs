import { readFile } from 'node:fs/promises';

const source = readFile(new URL('../../node_modules/axe-core/axe.min.js', import.meta.url), 'utf8');

/**
 * What axe finds wrong with a page, one line a fault. Evaluated by the debugger
 * and not by a script tag, which the content policy would refuse. A page is
 * judged as it stands: a toast that fades meanwhile would lack contrast, so
 * nothing moves until axe has looked.
 * @param {import('playwright-core').Page} page
 * @param {string} [within] a part that opened over a page that was looked at before
 * @returns {Promise<string[]>}
 */
export async function axeFaults(page, within = 'html') {
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(await source);
  await page.emulateMedia({ reducedMotion: 'reduce' });
  try {
    return await page.evaluate(async (part) => {
      const moving = () => document.getAnimations().filter((one) => one.playState === 'running');
      for (let now = moving(); now.length > 0; now = moving())
        // One that is called off rejects, and has ended, too.
        await Promise.allSettled(now.map((one) => one.finished));
      const axe = /** @type {typeof import('axe-core')} */ (
        /** @type {{axe?: unknown}} */ (/** @type {unknown} */ (window)).axe
      );
      const { violations } = await axe.run(part, {
        resultTypes: ['violations'],
        // Still called experimental, but who drives by voice says what stands there.
        rules: { 'label-content-name-mismatch': { enabled: true } },
      });
      return violations.flatMap(({ id, nodes }) =>
        nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`),
      );
    }, within);
  } finally {
    await page.emulateMedia({ reducedMotion: null });
  }
}
