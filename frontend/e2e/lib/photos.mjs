/**
 * Draws a photo of a car in a browser: a JPEG of so many pixels.
 * @param {import('playwright-core').Browser} browser
 * @param {{width?: number, height?: number, color?: string, word?: string}} [options]
 * @returns {Promise<Buffer>}
 */
export async function drawPhoto(browser, options = {}) {
  const page = await browser.newPage();
  const url = await page.evaluate(
    ({ width = 1600, height = 1200, color = '#2b6cb0', word = '' }) => {
      const canvas = document.createElement('canvas');
      canvas.width = width;
      canvas.height = height;
      const to = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
      const x = (/** @type {number} */ part) => part * width;
      const y = (/** @type {number} */ part) => part * height;
      const sky = to.createLinearGradient(0, 0, 0, y(0.7));
      sky.addColorStop(0, '#c9dbe8');
      sky.addColorStop(1, '#f4ead9');
      to.fillStyle = sky;
      to.fillRect(0, 0, width, height);
      to.fillStyle = '#77736b';
      to.fillRect(0, y(0.7), width, y(0.3));
      to.fillStyle = color;
      to.beginPath();
      to.roundRect(x(0.12), y(0.48), x(0.76), y(0.22), x(0.04));
      to.roundRect(x(0.27), y(0.32), x(0.42), y(0.24), x(0.08));
      to.fill();
      to.fillStyle = '#dfe8ee';
      to.beginPath();
      to.roundRect(x(0.32), y(0.36), x(0.14), y(0.12), x(0.02));
      to.roundRect(x(0.49), y(0.36), x(0.15), y(0.12), x(0.02));
      to.fill();
      to.fillStyle = '#222';
      for (const at of [0.28, 0.72]) {
        to.beginPath();
        to.arc(x(at), y(0.7), x(0.065), 0, 7);
        to.fill();
      }
      to.fillStyle = '#222';
      to.font = `${Math.round(height / 14)}px sans-serif`;
      to.fillText(word, x(0.04), y(0.12));
      return canvas.toDataURL('image/jpeg', 0.9);
    },
    options,
  );
  await page.close();
  return Buffer.from(url.slice(url.indexOf(',') + 1), 'base64');
}

/** A PDF of one empty page. */
export const PDF = Buffer.from(
  '%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n' +
    '2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n' +
    '3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n' +
    'trailer<</Root 1 0 R>>\n%%EOF\n',
);
