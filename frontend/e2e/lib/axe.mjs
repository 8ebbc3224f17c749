import { readFile } from 'node:fs/promises';

/**
 * What axe finds wrong with a page, one line a fault. Evaluated by the debugger
 * and not by a script tag, which the content policy would refuse.
 * @param {import('playwright-core').Page} page
 * @returns {Promise<string[]>}
 */
export async function axeFaults(page) {
  const source = await readFile(
    new URL('../../node_modules/axe-core/axe.min.js', import.meta.url),
    'utf8',
  );
  await page.evaluate(source);
  return page.evaluate(async () => {
    const axe = /** @type {typeof import('axe-core')} */ (
      /** @type {{axe?: unknown}} */ (/** @type {unknown} */ (window)).axe
    );
    const { violations } = await axe.run(document, { resultTypes: ['violations'] });
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary}`),
    );
  });
}
