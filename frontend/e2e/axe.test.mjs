import assert from 'node:assert/strict';
import { after, afterEach, before, describe, test } from 'node:test';
import { axeFaults } from './lib/axe.mjs';
import { launch } from './lib/browser.mjs';
import { faultsOpened, leadOpenings, menu, overlays, PHOTO } from './lib/openings.mjs';
import { drawPhoto } from './lib/photos.mjs';
import { addLead, addLeads, enter, openShop, openStages } from './lib/shop.mjs';
import { wordsOf } from './lib/words.mjs';

/** @typedef {Awaited<ReturnType<typeof wordsOf>>} Words */

const LEADS = 200;
/** Sorts behind all others, so that the list's last page is fetched, too. */
const NAME = 'Zuleica Albuquerque 199';

/** @type {Awaited<ReturnType<typeof launch>>} */ let chromium;
/** @type {import('./lib/shop.mjs').Shop} */ let shop;
/** @type {import('playwright-core').Page} */ let page;
/** @type {string[]} */ let troubles;
/** @type {string} */ let id;

before(async () => {
  chromium = await launch();
  shop = await openShop(['Carla Souza', 'Tiago Melo']);
  await addLeads(shop, LEADS - 1);
  for (const name of ['quer troca', 'feirão'])
    await shop.call('Settings', 'SaveTag', { id: '', name, color: 'slate' });
  id = await addEventful();
});
afterEach(async () => {
  await page.context().close();
  assert.deepEqual(troubles, []);
});
after(async () => {
  await chromium.close();
  await shop.close();
});

/** A lead to which much has happened, so that all its parts have something to show. */
async function addEventful() {
  const state = await shop.call('Session', 'State');
  const lead = await addLead(shop, {
    name: NAME,
    phone: '11 97777-0199',
    email: 'zuleica@exemplo.com.br',
    plate: 'ABC1D23',
    timeframe: 'now',
    ownerId: state.users[0].id,
    sourceId: state.sources[0].id,
    tags: [state.tags[0].id],
    note: 'Quer trocar o HB20',
  });
  const { contact } = await shop.call('Leads', 'Get', lead);
  await shop.call('Leads', 'UpdateContact', contact.id, {
    phones: [...contact.phones, { key: '+551132345678', label: 'casa', pos: 1 }],
  });
  await addLead(shop, { contactId: contact.id, name: NAME, vehicle: 'Fiat Uno' });
  const photo = await drawPhoto(chromium.browser);
  await shop.call('Attachments', 'Paste', lead, PHOTO, photo.toString('base64'));
  const activity = {
    leadId: lead,
    title: '',
    body: '',
    dueAt: 0,
    dueDay: '',
    done: false,
    userId: state.users[0].id,
    outcome: '',
    channel: '',
  };
  await shop.call('Activities', 'Add', { ...activity, kind: 'call', dueAt: Date.now() - 9e6 });
  await shop.call('Activities', 'Add', { ...activity, kind: 'visit', dueDay: '2030-01-05' });
  await shop.call('Activities', 'Add', { ...activity, kind: 'note', body: 'Liga à tarde' });
  await shop.call('Leads', 'Replied', lead, 'Aceita?');
  await shop.call('Leads', 'Update', lead, { valueCents: 8_750_000 });
  await shop.call('Leads', 'Move', {
    ids: [lead],
    stageId: openStages(state)[1].id,
    afterId: '',
    beforeId: '',
    toTop: true,
    reasonId: '',
    reasonNote: '',
  });
  return lead;
}

for (const theme of ['light', 'dark']) {
  for (const language of ['pt-BR', 'en', 'es']) {
    describe(`axe finds nothing in ${theme}, ${language}`, async () => {
      const t = await wordsOf(language);
      const device = { theme, language, 'list.sort': { sort: 'name', desc: true } };
      const open = async (/** @type {string} */ address) => {
        ({ page, troubles } = await enter(chromium.browser, shop, address, { device }));
      };

      test('in the list, with all that opens over it', async () => {
        await open('/list');
        await page
          .getByRole('gridcell', { name: new RegExp(NAME) })
          .first()
          .waitFor();
        assert.deepEqual(await axeFaults(page), []);
        assert.deepEqual(await faultsOpened(page, [...overlays(page, t), ...listOpenings(t)]), []);
      });

      test('in the archive and where nothing is found', async () => {
        await open('/list');
        await page.getByRole('button', { name: t('list.archive') }).click();
        await page.getByRole('heading', { name: t('list.empty.archive') }).waitFor();
        assert.deepEqual(await axeFaults(page), []);
      });

      test('in the panel beside the list, with all that opens in it', async () => {
        await open('/list');
        await page
          .getByRole('row', { name: new RegExp(`${NAME}.*Jeep`) })
          .getByRole('gridcell', { name: 'Jeep Compass' })
          .click();
        const panel = page.getByRole('complementary', { name: NAME });
        await panel.getByText('Liga à tarde').waitFor();
        assert.deepEqual(await axeFaults(page), []);
        assert.deepEqual(await faultsOpened(page, leadOpenings(page, panel, t)), []);
      });

      test('on the lead’s page, with all that opens over it', async () => {
        await open(`/lead/${id}`);
        const main = page.getByRole('main');
        await main.getByText('Liga à tarde').waitFor();
        assert.deepEqual(await axeFaults(page), []);
        assert.deepEqual(await faultsOpened(page, leadOpenings(page, main, t)), []);
      });
    });
  }
}

/**
 * What opens over the list and nowhere else.
 * @param {Words} t
 * @returns {import('./lib/openings.mjs').Opening[]}
 */
function listOpenings(t) {
  const grid = page.getByRole('grid');
  const bar = page.getByRole('toolbar', { name: t('leads.bulk.label') });
  const button = (/** @type {string} */ key) =>
    page.getByRole('button', { name: t(key), exact: true });
  const dialog = (/** @type {string} */ name) => page.getByRole('dialog', { name });
  const onGrid = (/** @type {string} */ key) => async () => {
    await grid.focus();
    await page.keyboard.press(key);
  };
  const picked = (/** @type {string} */ key, /** @type {string[]} */ entries = []) =>
    menu(page, t(key), () => bar.getByRole('button', { name: t(key) }).click(), entries);
  return [
    menu(page, 'pipelines', () => button('leads.pipelines').click()),
    {
      name: 'columns',
      open: () => button('list.columns').click(),
      shown: dialog(t('list.columns')),
    },
    menu(page, 'row', onGrid('m'), [
      t('leads.action.move'),
      t('leads.action.assign'),
      t('leads.action.tag'),
    ]),
    {
      name: 'picked',
      open: onGrid('x'),
      shown: bar,
      within: [
        picked('leads.action.assign'),
        picked('leads.action.tag', [t('leads.tags.add'), t('leads.tags.remove')]),
        picked('leads.action.move'),
        {
          name: 'reason',
          open: async () => {
            await bar.getByRole('button', { name: t('leads.action.move') }).click();
            await page.getByRole('menuitem', { name: 'Não vendidos', exact: true }).click();
          },
          shown: dialog(t('leads.reason.title.lost')),
        },
      ],
    },
    { name: 'export', open: () => button('list.export').click(), shown: page.getByRole('dialog') },
  ];
}
