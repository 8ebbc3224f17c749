import { mkdir } from 'node:fs/promises';

/**
 * Pictures in light and dark for people to look at, when PATIO_SHOTS names a folder.
 * @param {import('playwright-core').Page} page
 * @param {string} name
 */
export async function shot(page, name) {
  const folder = process.env.PATIO_SHOTS;
  if (!folder) return;
  await mkdir(folder, { recursive: true });
  for (const theme of /** @type {const} */ (['light', 'dark'])) {
    await page.emulateMedia({ colorScheme: theme });
    await page.screenshot({ path: `${folder}/${name}-${theme}.png` });
  }
  await page.emulateMedia({ colorScheme: 'light' });
}
