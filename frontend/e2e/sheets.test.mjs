import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { after, afterEach, before, beforeEach, describe, test } from 'node:test';
import { axeFaults } from './lib/axe.mjs';
import { launch, openPage } from './lib/browser.mjs';
import { dataFolder, serve } from './lib/patio.mjs';
import { addLead, enter, openShop } from './lib/shop.mjs';

/** @type {Awaited<ReturnType<typeof launch>>} */ let chromium;
/** @type {import('./lib/shop.mjs').Shop} */ let shop;
/** @type {import('playwright-core').Page} */ let page;
/** @type {string[]} */ let troubles;

before(async () => {
  chromium = await launch();
});
after(() => chromium.close());
let leads = 0;
beforeEach(async () => {
  shop = await openShop(['Carla Souza', 'Tiago Melo'], { leads });
});
afterEach(async () => {
  await page.context().close();
  await shop.close();
  assert.deepEqual(troubles, []);
});

/** A sheet as a shop's Excel writes it: three good rows, a repeat, two bad ones. */
const SHEET = [
  'Cliente;Celular;E-mail;Veículo;Valor;Vendedor;Data do contato;Cor preferida',
  'Patrícia Assunção;(11) 98527-0593;patricia@uol.com.br;Jeep Compass;R$ 142.000,00;Carla;05/11/2026;prata',
  'Luís Fernandes;21 97410-7501;;Toyota Corolla;139.900;Wesley;06/11/2026;',
  'Íris Gonçalves;31998765432;;Honda CG 160;16500;Carla;31/02/2026;preta',
  'Patricia Assuncao;11985270593;;Jeep Compass;;;;',
  'Sem Contato;99999;;Fiat Uno;9.000;;;',
  ';(11) 98888-7777;;Fiat Toro;80.000;;;',
].join('\r\n');

const csv = (/** @type {string} */ name, text = SHEET) => ({
  name,
  mimeType: 'text/csv',
  buffer: Buffer.from(`\ufeff${text}`),
});

/**
 * @param {string} [address]
 * @param {Parameters<typeof enter>[3]} [options]
 */
async function open(address = '/import', options) {
  ({ page, troubles } = await enter(chromium.browser, shop, address, options));
}

/** @param {{name: string, mimeType: string, buffer: Buffer}} file */
async function choose(file) {
  const chooser = page.waitForEvent('filechooser');
  await page
    .locator('main')
    .getByRole('button', { name: /Escolher|Choose|Elegir/ })
    .click();
  await (await chooser).setFiles(file);
}

/** @param {ReturnType<typeof csv>} file */
async function dropFile(file) {
  const carried = await page.evaluateHandle(
    ([name, base64]) => {
      const bytes = Uint8Array.from(atob(base64 ?? ''), (letter) => letter.charCodeAt(0));
      const transfer = new DataTransfer();
      transfer.items.add(new File([bytes], name ?? ''));
      return transfer;
    },
    [file.name, file.buffer.toString('base64')],
  );
  await page.dispatchEvent('main', 'dragenter', { dataTransfer: carried });
  await page.getByText('Solte para importar').waitFor();
  await page.dispatchEvent('main', 'drop', { dataTransfer: carried });
}

const to = (/** @type {string | RegExp} */ name) => page.getByRole('button', { name });
const field = (/** @type {string} */ column) => page.getByLabel(`O que é a coluna ${column}`);
const row = (/** @type {string | RegExp} */ text) =>
  page.getByRole('row').filter({ hasText: text });
const tab = (/** @type {string | RegExp} */ name) => page.getByRole('tab', { name });
const heading = (/** @type {string | RegExp} */ name) => page.getByRole('heading', { name });

/** Chooses the sheet and goes on to its review. */
async function review(file = csv('leads.csv')) {
  await choose(file);
  await to('Conferir as linhas').click();
  await page.getByRole('tablist').waitFor();
}

/** Imports what stands in the review. */
async function confirm() {
  await to(/^Importar [\d.]+ linha/).click();
  await to('Ver os leads').waitFor();
}

describe('an import', () => {
  test('goes from the file to the leads by key, and comes off by one undo', async () => {
    await open('/board');
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog').getByRole('combobox').fill('importar plan');
    await page.getByRole('option', { name: 'Importar planilha' }).waitFor();
    await page.keyboard.press('Enter');
    await heading('Solte sua planilha aqui').waitFor();
    const chooser = page.waitForEvent('filechooser');
    await to('Escolher no computador').focus();
    await page.keyboard.press('Enter');
    await (await chooser).setFiles(csv('leads.csv'));

    await heading('leads.csv').waitFor();
    assert.equal((await field('Cliente').textContent())?.trim(), 'Nome');
    assert.equal((await field('Cor preferida').textContent())?.trim(), 'Anotação');
    await field('Cor preferida').focus();
    await page.keyboard.press('Enter');
    await page.getByRole('option', { name: 'Etiqueta', exact: true }).waitFor();
    await page.keyboard.press('Escape');
    await to('Conferir as linhas').focus();
    await page.keyboard.press('Enter');

    await heading('6 linhas: 3 novos, 1 repetido, 2 recusadas').waitFor();
    await row('Patrícia Assunção').getByText('R$ 142.000').waitFor();
    await row('Íris Gonçalves').getByText('31/02/2026').waitFor();
    await page.getByText('2 pessoas entram na equipe: Carla, Wesley.').waitFor();
    await tab(/^Novos/).focus();
    await page.keyboard.press('ArrowRight');
    await row('Patricia Assuncao').getByText('Repete a linha 2').waitFor();
    await page.keyboard.press('ArrowRight');
    await row('Sem Contato').getByText('“99999”, na coluna Celular').waitFor();
    await row('Fiat Toro').getByText('Sem nome.').waitFor();
    await to('Importar 3 linhas').focus();
    await page.keyboard.press('Enter');

    await heading('3 leads novos estão no Pátio').waitFor();
    await to('Ver os leads').focus();
    await page.keyboard.press('Enter');
    await page.getByRole('gridcell', { name: 'Patrícia Assunção', exact: true }).waitFor();
    const found = await shop.call('Search', 'Find', 'Íris', 5);
    assert.equal(found.hits.length, 1);
    await page.goBack();
    await to('Desfazer').first().click();
    await heading('A importação de leads.csv foi desfeita').waitFor();
    assert.equal((await shop.call('Search', 'Find', 'Íris', 5)).hits.length, 0);
  });

  test('starts by dropping the sheet on any page', async () => {
    await open('/settings/about');
    await dropFile(csv('solta.csv'));
    await heading('solta.csv').waitFor();
  });

  test('needs a name and a way to reach it, and says so', async () => {
    await open();
    await choose(csv('leads.csv'));
    await field('Celular').click();
    await page.getByRole('option', { name: 'Anotação' }).click();
    await field('E-mail').click();
    await page.getByRole('option', { name: 'Anotação' }).click();
    await page.getByText('Diga qual coluna tem o telefone ou o e-mail.').waitFor();
    assert.equal(await to('Conferir as linhas').isDisabled(), true);
    await to('Voltar à sugestão').click();
    assert.equal(await to('Conferir as linhas').isDisabled(), false);
  });

  test('remembers what the columns of such a sheet meant', async () => {
    await open();
    await choose(csv('leads.csv'));
    await field('Cor preferida').click();
    await page.getByRole('option', { name: 'Etiqueta', exact: true }).click();
    await page.getByText('Você escolheu').waitFor();
    await to('Conferir as linhas').click();
    await confirm();
    await to('Importar outra').click();
    await choose(csv('de novo.csv'));
    await page.getByText('O Pátio lembrou como você importou').waitFor();
    assert.equal((await field('Cor preferida').textContent())?.trim(), 'Etiqueta');
  });

  test('puts rows that don’t say it where the person chooses', async () => {
    const state = await shop.call('Session', 'State');
    await open();
    await review();
    await page.getByLabel('Etapa').click();
    await page.getByRole('option', { name: 'Vendas › Em negociação' }).click();
    await page.getByLabel('Responsável').click();
    await page.getByRole('option', { name: 'Tiago Melo' }).click();
    await page.getByLabel('Origem').click();
    await page.getByRole('option', { name: 'Indicação' }).click();
    await row('Íris Gonçalves').getByText('Indicação').waitFor();
    await confirm();
    const { hits } = await shop.call('Search', 'Find', 'Íris', 1);
    const stage = state.stages.find((/** @type {any} */ one) => one.name === 'Em negociação');
    assert.equal(hits[0].card.stageId, stage.id);
  });

  test('fills what a known lead lacks, or leaves it, or makes another', async () => {
    await addLead(shop, { vehicle: 'Jeep Compass', valueCents: 0 });
    await open();
    await review();
    await heading('6 linhas: 2 novos, 2 repetidos, 2 recusadas').waitFor();
    await tab(/^Repetidos/).click();
    await row('Patrícia Assunção')
      .getByText(/^Completa .*valor: R\$.142\.000/)
      .waitFor();
    await page.getByRole('radio', { name: /Deixar como está/ }).check();
    await heading('2 linhas repetidas ficam de fora').waitFor();
    await to('Importar 2 linhas').waitFor();
    await page.getByRole('radio', { name: /Criar outro lead/ }).check();
    await to('Importar 4 linhas').waitFor();
    await page.getByRole('radio', { name: /Completar o que falta/ }).check();
    await to(/^Importar [34] linhas/).waitFor();
    await confirm();
    const { hits } = await shop.call('Search', 'Find', 'Patrícia', 5);
    assert.deepEqual(
      hits.map((/** @type {any} */ hit) => hit.card.valueCents),
      [14_200_000],
    );
  });

  test('gives the refused rows back as a sheet, each with its reason', async () => {
    await open();
    await review();
    await tab(/^Recusadas/).click();
    const download = page.waitForEvent('download');
    await to('Baixar as recusadas').click();
    const file = await download;
    assert.match(file.suggestedFilename(), /^linhas recusadas .*\.xlsx$/);
    const bytes = await readFile(await file.path());
    assert.equal(bytes.subarray(0, 2).toString(), 'PK');
  });

  test('is undone as one even after something else was done, which stays', async () => {
    await open();
    await review();
    await confirm();
    await addLead(shop, { name: 'Outro', phone: '11 96666-5555' });
    await to('Desfazer').first().click();
    await page.getByRole('heading', { name: /foi desfeita/ }).waitFor();
    assert.equal((await shop.call('Search', 'Find', 'Íris', 5)).hits.length, 0);
    assert.equal((await shop.call('Search', 'Find', 'Outro', 5)).hits.length, 1);
  });
});

describe('a file that can’t be imported', () => {
  /** @type {[string, Buffer, RegExp][]} */
  const FILES = [
    ['vazia.csv', Buffer.from(''), /está vazio/],
    ['titulos.csv', Buffer.from('Nome;Telefone\n'), /só tem a linha de títulos/],
    ['foto.csv', Buffer.from('\x89PNG\r\n\x1a\n0000', 'latin1'), /não é uma planilha/],
    ['antiga.xls', Buffer.from('d0cf11e0a1b11ae1', 'hex'), /Excel antigo \(\.xls\).*Salvar como/],
    ['portal.xls', Buffer.from('<html><table><tr><td>x'), /página da internet.*Salvar como/],
    ['cortada.xlsx', Buffer.from('PK\x03\x04cut off', 'latin1'), /danificado ou incompleto/],
    ['larga.csv', Buffer.from(`${'a;'.repeat(257)}b\n`), /colunas, e o Pátio lê até 256/],
  ];
  for (const [name, buffer, words] of FILES) {
    test(`${name} is explained`, async () => {
      await open();
      await choose({ name, mimeType: '', buffer });
      const alert = page.locator('main').getByRole('alert');
      await alert.getByRole('heading', { name: `Não deu para ler ${name}` }).waitFor();
      assert.match((await alert.textContent()) ?? '', words);
      assert.match(troubles.splice(0).join(), /4\d\d/);
      await to('Escolher outro arquivo').waitFor();
    });
  }
});

describe('long work', () => {
  const ROWS = 60_000;
  const big = csv(
    'grande.csv',
    ['Nome;Celular;Veículo']
      .concat(
        Array.from({ length: ROWS }, (_, i) => `Cliente ${i};(11) 9${10_000_000 + i * 7};Onix`),
      )
      .join('\n'),
  );

  test('is seen on every page, stops, goes on, and survives a kill', async () => {
    const data = await dataFolder();
    let served = await serve(data.dir);
    ({ page, troubles } = await openPage(chromium.browser));
    try {
      await page.goto(served.url);
      await page.getByLabel('Nome da loja').fill('Auto Norte');
      await page.getByLabel('Seu nome').fill('Carla');
      await page.keyboard.press('Enter');
      await to('Importar minha planilha').click();
      await review(big);
      await to(/^Importar [\d.]+ linhas/).click();
      await page.getByText(`de 60.000 linhas`).waitFor();
      await page.evaluate(() => (location.hash = '#/settings/about'));
      await to(/^Importando/).click();
      await page.getByRole('progressbar', { name: 'Importando grande.csv' }).last().waitFor();
      assert.deepEqual(await axeFaults(page), []);
      await served.kill();
      await page.close();
      ({ page, troubles } = await openPage(chromium.browser));
      served = await serve(data.dir);
      await page.goto(served.url);
      const banner = page.getByRole('region', { name: 'Importação interrompida' });
      await banner.getByText('A importação de grande.csv parou na linha').waitFor();
      await banner.getByRole('button', { name: 'Continuar' }).click();
      await to('Parar').click();
      await heading(/^Parou na linha/).waitFor();
      assert.deepEqual(await axeFaults(page), []);
      await to('Continuar').click();
      await heading('60.000 leads novos estão no Pátio').waitFor({ timeout: 60_000 });
    } finally {
      // Before the program goes: a page without one asks for it again and again.
      await page.goto('about:blank');
      await served.stop();
      await data.remove();
    }
  });
});

describe('an export', () => {
  test('holds the list as shown, with an id', async () => {
    await addLead(shop, { name: 'Patrícia Assunção' });
    await addLead(shop, { name: 'Luís Fernandes', phone: '21 97410-7501' });
    await open('/list');
    await to('Exportar').click();
    const dialog = page.getByRole('dialog', { name: 'Exportar esta lista' });
    await dialog.getByText('2 leads, como estão na tela.').waitFor();
    await dialog.getByText('CSV', { exact: true }).click();
    assert.deepEqual(await axeFaults(page), []);
    const download = page.waitForEvent('download');
    await dialog.getByRole('button', { name: 'Exportar' }).click();
    const file = await download;
    const text = await readFile(await file.path(), 'utf8');
    assert.equal(text.charCodeAt(0), 0xfeff);
    const [head = '', ...rows] = text.trim().split(/\r?\n/);
    assert.match(head, /;/);
    assert.match(head, /;id$/);
    assert.equal(rows.length, 2);
    assert.match(text, /Patrícia Assunção/);
    await dialog.getByText('Pronto:').waitFor();
  });

  test('of everything comes back as the same leads', async () => {
    await addLead(shop);
    await open('/settings/data');
    await page.locator('main').getByRole('button', { name: 'Exportar' }).click();
    const dialog = page.getByRole('dialog', { name: 'Exportar tudo' });
    const download = page.waitForEvent('download');
    await dialog.getByRole('button', { name: 'Exportar' }).click();
    const path = await (await download).path();
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await page.evaluate(() => (location.hash = '#/import'));
    await choose({ name: 'tudo.xlsx', mimeType: '', buffer: await readFile(path) });
    await to('Conferir as linhas').click();
    await heading('1 linha: nenhum novo, 1 repetido, nenhuma recusada').waitFor();
  });
});

describe('with 200 leads', () => {
  before(() => (leads = 200));
  after(() => (leads = 0));

  for (const theme of ['light', 'dark']) {
    for (const language of ['pt-BR', 'en', 'es']) {
      test(`every step and what opens in it pass axe in ${theme}, ${language}`, async () => {
        await open('/import', { device: { theme, language } });
        const next = () => page.locator('main footer button').last();
        assert.deepEqual(await axeFaults(page), [], 'choose');
        await choose({ name: 'foto.csv', mimeType: '', buffer: Buffer.from('89504e47', 'hex') });
        await page.locator('main').getByRole('alert').waitFor();
        troubles.splice(0);
        assert.deepEqual(await axeFaults(page), [], 'a bad file');
        await choose(csv('leads.csv'));
        await page.getByRole('listitem').first().waitFor();
        assert.deepEqual(await axeFaults(page), [], 'map');
        await openChoices('map: choices');
        await next().click();
        for (const i of [0, 1, 2]) {
          await page.getByRole('tab').nth(i).click();
          await page.getByRole('table').waitFor();
          assert.deepEqual(await axeFaults(page), [], `review ${i}`);
        }
        await openChoices('review: choices');
        await next().click();
        await page.locator('main dl').waitFor();
        assert.deepEqual(await axeFaults(page), [], 'done');
        await page.evaluate(() => (location.hash = '#/list'));
        await page.locator('[role=gridcell]').first().waitFor();
        await page.keyboard.press('Control+k');
        await page.keyboard.type(language === 'en' ? 'export' : 'exportar');
        await page.getByRole('option').first().waitFor();
        await page.keyboard.press('Enter');
        await page.locator('[role=dialog] [role=radiogroup]').waitFor();
        assert.deepEqual(await axeFaults(page, '[role=dialog]'), [], 'export');
      });
    }
  }
});

/** Opens the first list of choices on the page, which should be as clean as the page. */
async function openChoices(/** @type {string} */ what) {
  await page.locator('main [aria-haspopup=listbox]').first().click();
  await page.getByRole('listbox').waitFor();
  assert.deepEqual(await axeFaults(page, '[role=listbox]'), [], what);
  await page.keyboard.press('Escape');
  await page.getByRole('listbox').waitFor({ state: 'detached' });
}
