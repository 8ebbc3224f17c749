import assert from 'node:assert/strict';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { axeFaults } from './lib/axe.mjs';
import { launch } from './lib/browser.mjs';
import { drawPhoto, PDF } from './lib/photos.mjs';
import { addLead, enter, openShop } from './lib/shop.mjs';

/** @type {Awaited<ReturnType<typeof launch>>} */ let chromium;
/** @type {import('./lib/shop.mjs').Shop} */ let shop;
/** @type {import('playwright-core').Page} */ let page;
/** @type {string[]} */ let troubles;
/** @type {string} */ let id;
/** @type {Buffer} */ let photo;

before(async () => {
  chromium = await launch();
  shop = await openShop(['Carla Souza']);
  photo = await drawPhoto(chromium.browser);
});
after(async () => {
  await chromium.close();
  await shop.close();
});
beforeEach(async () => {
  id = await addLead(shop);
  ({ page, troubles } = await enter(chromium.browser, shop, `/lead/${id}`));
  // Else each wait for a chooser begins by asking the browser for it, and a key is quicker.
  page.on('filechooser', () => {});
  await files()
    .getByRole('button', { name: /escolha um arquivo/ })
    .waitFor();
});
afterEach(async () => {
  await page.context().close();
  // A refusal is an answer: the console names it, the page says why.
  assert.deepEqual(
    troubles.filter((line) => !/status of 4(22|04)/.test(line)),
    [],
  );
});

const files = () => page.getByRole('region', { name: 'Fotos e documentos' });
const past = () => page.getByRole('region', { name: 'Linha do tempo' });
const tile = (/** @type {string} */ name) =>
  files().getByRole('button', { name: new RegExp(`^${name}`) });
const toast = (/** @type {string | RegExp} */ text) =>
  page.locator('[data-sonner-toast]').filter({ hasText: text });
const dialog = (/** @type {string} */ name) => page.getByRole('dialog', { name });
const attached = async () => (await shop.call('Attachments', 'Of', id)) ?? [];

/**
 * Picks a file by the button or key that press uses.
 * @param {() => Promise<unknown>} press
 * @param {{name: string, mimeType: string, buffer: Buffer}} file
 */
async function pick(press, file) {
  const chooser = page.waitForEvent('filechooser');
  await press();
  await (await chooser).setFiles(file);
}

const jpeg = (name = 'frente.jpg') => ({ name, mimeType: 'image/jpeg', buffer: photo });

/**
 * Files as a drag or the clipboard carries them.
 * @param {{name: string, mimeType: string, buffer: Buffer}[]} list
 */
function carry(list) {
  return page.evaluateHandle(
    (all) => {
      const carried = new DataTransfer();
      for (const { name, type, base64 } of all) {
        const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
        carried.items.add(new File([bytes], name, { type }));
      }
      return carried;
    },
    list.map(({ name, mimeType, buffer }) => ({
      name,
      type: mimeType,
      base64: buffer.toString('base64'),
    })),
  );
}

describe('a photo or a PDF', () => {
  test('is attached by the button, shown, told in the timeline, deleted and brought back', async () => {
    await pick(
      () =>
        files()
          .getByRole('button', { name: /escolha um arquivo/ })
          .click(),
      jpeg(),
    );
    await toast('frente.jpg anexado').waitFor();
    const picture = tile('frente.jpg').locator('img');
    await picture.waitFor();
    await page.waitForFunction(
      (img) => /** @type {HTMLImageElement} */ (img).naturalWidth === 320,
      await picture.elementHandle(),
    );
    await past().getByText('Carla Souza anexou frente.jpg').waitFor();
    assert.deepEqual(await axeFaults(page), []);

    await tile('frente.jpg').click();
    const whole = dialog('frente.jpg').getByRole('img', { name: 'frente.jpg' });
    await page.waitForFunction(
      (img) => /** @type {HTMLImageElement} */ (img).naturalWidth === 1600,
      await whole.elementHandle(),
    );
    assert.deepEqual(await axeFaults(page), []);
    const download = page.waitForEvent('download');
    await dialog('frente.jpg').getByRole('button', { name: 'Salvar como…' }).click();
    const saved = await download;
    assert.equal(saved.suggestedFilename(), 'frente.jpg');
    assert.deepEqual(await readFile(await saved.path()), photo);
    await page.keyboard.press('Escape');
    await dialog('frente.jpg').waitFor({ state: 'detached' });

    await tile('frente.jpg').hover();
    await files().getByRole('button', { name: 'Mais ações com frente.jpg' }).click();
    await page.getByRole('menuitem', { name: 'Excluir' }).click();
    await tile('frente.jpg').waitFor({ state: 'detached' });
    await past().getByText('Carla Souza excluiu o anexo frente.jpg').waitFor();
    await toast('Anexo excluído').getByRole('button', { name: 'Desfazer' }).click();
    await tile('frente.jpg').waitFor();
  });

  test('is attached, looked through and renamed by keyboard', async () => {
    await pick(() => page.keyboard.press('d'), jpeg('um.jpg'));
    await tile('um.jpg').waitFor();
    await pick(() => page.keyboard.press('d'), jpeg('dois.jpg'));
    await tile('dois.jpg').waitFor();
    await tile('dois.jpg').press('Enter');
    await dialog('dois.jpg').waitFor();
    await page.keyboard.press('ArrowRight');
    await dialog('um.jpg').waitFor();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowLeft');
    await dialog('dois.jpg').waitFor();
    await page.keyboard.press('Escape');
    await dialog('dois.jpg').waitFor({ state: 'detached' });
    await files().getByRole('button', { name: 'Mais ações com dois.jpg' }).press('Enter');
    await page.getByRole('menuitem', { name: 'Renomear' }).press('Enter');
    await page.getByLabel('Nome do arquivo').fill('Laudo cautelar');
    await page.keyboard.press('Enter');
    await tile('Laudo cautelar.jpg').waitFor();
    await page.keyboard.press('Control+z');
    await tile('dois.jpg').waitFor();
  });

  test('is attached by dropping it on the lead, several at once, and opens no import', async () => {
    const carried = await carry([
      jpeg('frente.jpg'),
      { name: 'proposta.pdf', mimeType: 'application/pdf', buffer: PDF },
    ]);
    await past().dispatchEvent('dragenter', { dataTransfer: carried });
    await page.getByText('Solte para anexar a Patrícia Assunção').waitFor();
    assert.equal(await page.getByText('Solte para importar').count(), 0);
    await past().dispatchEvent('drop', { dataTransfer: carried });
    await tile('frente.jpg').waitFor();
    await tile('proposta.pdf').waitFor();
    assert.equal(await page.getByText('Solte para anexar').count(), 0);
    assert.match(page.url(), /lead/);
    // A PDF opens outside the page: a browser saves it.
    const saving = page.context().waitForEvent('page');
    await tile('proposta.pdf').click();
    await (await saving).close();
  });

  test('is attached by pasting it; words and cells are pasted as ever', async () => {
    const shot = await carry([{ name: 'image.png', mimeType: 'image/jpeg', buffer: photo }]);
    const paste = (/** @type {import('playwright-core').JSHandle} */ held) =>
      page.evaluate((clipboardData) => {
        document.activeElement?.dispatchEvent(
          new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }),
        );
      }, held);
    await page.locator('.write textarea').focus();
    await paste(shot);
    await tile('Imagem colada.png.jpg').waitFor();
    await shot.evaluate((held) => {
      /** @type {DataTransfer} */ (held).setData('text/plain', 'A1\tB1');
    });
    await paste(shot);
    await page.getByRole('heading', { level: 2 }).click();
    assert.equal((await attached()).length, 1);
  });
});

describe('what can not be attached', () => {
  test('says why and how large a file may be, and loses nothing', async () => {
    const choose = () =>
      files()
        .getByRole('button', { name: /escolha um arquivo/ })
        .click();
    await pick(choose, {
      name: 'fotos.exe.jpg',
      mimeType: 'image/jpeg',
      buffer: Buffer.from('MZ'),
    });
    await toast('Este arquivo é de outro tipo').waitFor();
    await shop.call('Settings', 'SaveRule', 'attachment_mb', '1');
    const large = Buffer.concat([PDF, Buffer.alloc(1 << 20)]);
    await pick(choose, { name: 'g.pdf', mimeType: 'application/pdf', buffer: large });
    await toast('O arquivo passa de 1 MB').waitFor();
    assert.deepEqual(await attached(), []);
    await shop.call('Settings', 'SaveRule', 'attachment_mb', '10');
  });

  test('a limit is set among the rules', async () => {
    await page.goto(`${shop.url.split('?')[0]}#/settings/rules`);
    const limit = page.getByLabel('Tamanho máximo (MB)');
    await limit.fill('26');
    await limit.press('Enter');
    await page.getByRole('alert').first().waitFor();
    await limit.fill('12');
    await limit.press('Enter');
    await toast('Regra salva').waitFor();
  });
});

describe('the timeline', () => {
  const entries = () => past().getByRole('listitem');
  const kind = (/** @type {string} */ name) =>
    past().getByRole('group', { name: 'O que mostrar' }).getByRole('button', { name });

  test('is narrowed by kind and searched, by keyboard, and comes back whole', async () => {
    for (const body of ['Prefere ligação à tarde', 'Vai trazer o usado'])
      await shop.call('Activities', 'Add', {
        ...{ leadId: id, kind: 'note', title: '', body, dueAt: 0, dueDay: '' },
        ...{ done: true, userId: '', outcome: '', channel: '', remind: -2 },
      });
    await shop.call('Leads', 'Update', id, { vehicle: 'Fiat Toro' });
    await pick(() => page.keyboard.press('d'), jpeg());
    await past().getByText('anexou frente.jpg').waitFor();
    assert.equal(await entries().count(), 5);

    await page.keyboard.press('h');
    const box = past().getByRole('searchbox', { name: 'Procurar neste lead' });
    await page.keyboard.type('tarde ligacao');
    assert.equal(await box.inputValue(), 'tarde ligacao');
    await past().getByText('Vai trazer').waitFor({ state: 'detached' });
    assert.equal(await entries().count(), 1);
    assert.deepEqual(await axeFaults(page), []);
    await box.fill('nada disso');
    await past().getByText('Nada com este filtro.').waitFor();
    await box.fill('');
    await kind('Arquivos').press('Enter');
    await past().getByText('Vai trazer').waitFor({ state: 'detached' });
    assert.equal(await entries().count(), 1);
    await kind('Alterações').press('Enter');
    await past().getByText('Fiat Toro').waitFor();
    assert.equal(await entries().count(), 3);
    await box.press('Escape');
    await past().getByText('Vai trazer').waitFor();
    assert.equal(await entries().count(), 5);
    assert.equal(
      await past()
        .getByRole('button', { name: 'Filtrar a linha do tempo' })
        .evaluate((element) => element === document.activeElement),
      true,
    );
  });

  test('is narrowed by the mouse, and says when nothing is left', async () => {
    await past().getByRole('button', { name: 'Filtrar a linha do tempo' }).click();
    await kind('Notas').click();
    await past().getByText('Nada com este filtro.').waitFor();
    await past().getByRole('button', { name: 'Limpar filtro' }).click();
    await past().getByText('criou o lead').waitFor();
  });
});

test('a file that is gone says so, and what to do', async () => {
  await pick(() => page.keyboard.press('d'), jpeg());
  await tile('frente.jpg').waitFor();
  const { dataFolder } = await shop.call('Session', 'State');
  const folder = join(dataFolder, 'files');
  for (const head of await readdir(folder)) await rm(join(folder, head), { recursive: true });
  await page.reload();
  await tile('frente.jpg').getByText('não está aqui').waitFor();
  await tile('frente.jpg').press('Enter');
  await dialog('Este arquivo não está aqui').getByText('Restaure uma cópia de segurança').waitFor();
  assert.deepEqual(await axeFaults(page), []);
});
