import { axeFaults } from './axe.mjs';

/** @typedef {import('playwright-core').Page} Page */
/** @typedef {import('playwright-core').Locator} Locator */
/** @typedef {Awaited<ReturnType<typeof import('./words.mjs').wordsOf>>} Words */

/**
 * @typedef {object} Opening Something that can stand open over a page.
 * @property {string} name
 * @property {() => Promise<unknown>} open
 * @property {Locator} shown what is there while it is open, and gone once it is closed
 * @property {Opening[]} [within] what can be opened in it
 * @property {() => Promise<unknown>} [close] Escape, where nothing is said
 */

/**
 * What axe finds wrong with a page while each of these stands open, one after
 * the other: one line a fault, with the name of what stood open.
 * @param {Page} page
 * @param {Opening[]} openings
 * @param {string} [path] of what stands open already
 * @returns {Promise<string[]>}
 */
export async function faultsOpened(page, openings, path = '') {
  const faults = [];
  for (const { name, open, shown, within = [], close } of openings) {
    const at = path ? `${path} › ${name}` : name;
    try {
      await open();
      await shown.waitFor();
      faults.push(...(await axeFaults(page)).map((fault) => `${at}: ${fault}`));
      faults.push(...(await faultsOpened(page, within, at)));
      await (close ? close() : page.keyboard.press('Escape'));
      await shown.waitFor({ state: 'detached' });
    } catch (thrown) {
      throw new Error(`${at}: ${thrown instanceof Error ? thrown.message : thrown}`, {
        cause: thrown,
      });
    }
  }
  return faults;
}

/**
 * A menu, with the menus that its entries open, by the entries' words.
 * @param {Page} page
 * @param {string} name
 * @param {() => Promise<unknown>} open
 * @param {string[]} [entries]
 * @returns {Opening}
 */
export function menu(page, name, open, entries = []) {
  return {
    name,
    open,
    shown: page.getByRole('menu').first(),
    within: entries.map((entry) => ({
      name: entry,
      open: () => page.getByRole('menuitem', { name: entry }).press('ArrowRight'),
      shown: page.getByRole('menu').nth(1),
      close: () => page.keyboard.press('ArrowLeft'),
    })),
  };
}

/**
 * A field's list of choices.
 * @param {Page} page
 * @param {Locator} field
 * @param {string} name
 * @returns {Opening}
 */
export function choices(page, field, name) {
  return { name, open: () => field.click(), shown: page.getByRole('listbox', { name }) };
}

/**
 * The calendar of a field for a day.
 * @param {Page} page
 * @param {Locator} place
 * @param {Words} t
 * @returns {Opening}
 */
export function calendar(page, place, t) {
  const name = t('shared.date.choose');
  return {
    name,
    open: () => place.getByRole('button', { name }).first().click(),
    shown: page.getByRole('dialog', { name }),
  };
}

/**
 * What opens over every page that shows leads.
 * @param {Page} page
 * @param {Words} t
 * @returns {Opening[]}
 */
export function overlays(page, t) {
  const dialog = (/** @type {string} */ name) => page.getByRole('dialog', { name, exact: true });
  const palette = page.getByRole('combobox', { name: t('shell.action.palette') });
  const creating = dialog(t('leads.new.title'));
  const filters = dialog(t('leads.filter.title'));
  return [
    {
      name: 'palette',
      open: () => page.keyboard.press('Control+k'),
      shown: dialog(t('shell.action.palette')),
      within: [
        {
          name: 'with leads found',
          open: () => palette.fill('199'),
          shown: page.getByRole('option', { name: / 199/ }).first(),
          close: () => palette.fill('qwxz'),
        },
      ],
    },
    {
      name: 'shortcuts',
      open: () => page.keyboard.press('F1'),
      shown: dialog(t('shell.action.shortcuts')),
    },
    {
      name: 'new lead',
      open: () => page.keyboard.press('n'),
      shown: creating,
      within: [
        choices(
          page,
          creating.getByLabel(t('leads.field.source'), { exact: true }),
          t('leads.field.source'),
        ),
        {
          name: 'more fields',
          open: () => creating.getByRole('button', { name: t('leads.new.more') }).click(),
          shown: creating.getByLabel(t('leads.field.plate')),
          // They stay until the dialog closes.
          close: () => page.keyboard.press('Escape'),
        },
      ],
      close: async () => {},
    },
    {
      name: 'filters',
      open: () => page.keyboard.press('f'),
      shown: filters,
      within: [
        choices(
          page,
          filters.getByRole('combobox', { name: t('leads.filter.stage') }),
          t('leads.filter.stage'),
        ),
        choices(
          page,
          filters.getByLabel(t('leads.filter.activity'), { exact: true }),
          t('leads.filter.activity'),
        ),
        calendar(page, filters, t),
        {
          name: 'alternative',
          open: () => filters.getByRole('button', { name: t('leads.filter.or_add') }).click(),
          shown: filters.getByText(t('leads.filter.or_at', { number: '1' })),
          close: () => filters.getByRole('button', { name: t('leads.filter.back') }).click(),
        },
      ],
    },
  ];
}

/** A photo that the lead needs to have, for what opens with it. */
export const PHOTO = 'frente.jpg';

/**
 * What opens on a lead, on its page or in its panel.
 * @param {Page} page
 * @param {Locator} place
 * @param {Words} t
 * @returns {Opening[]}
 */
export function leadOpenings(page, place, t) {
  const button = (/** @type {string} */ key) =>
    place.getByRole('button', { name: t(key), exact: true }).first();
  const owner = t('leads.field.owner');
  const tags = t('leads.field.tags');
  const plan = place.getByRole('group', { name: t('activities.plan.title') });
  const ending = place.getByRole('group', { name: t('activities.next.complete') });
  const file = () => place.getByRole('listitem').filter({ hasText: PHOTO });
  return [
    menu(page, 'stage', () => place.locator('button.stage').click()),
    menu(page, 'more', () => button('leads.action.more').click(), [t('leads.action.move')]),
    menu(page, 'which number', () => button('facts.whatsapp').click()),
    menu(page, 'entry', () =>
      place
        .getByRole('group', { name: t('leads.fact.phones') })
        .locator('[aria-haspopup=menu]')
        .last()
        .click(),
    ),
    choices(page, place.getByLabel(owner, { exact: true }), owner),
    choices(page, place.getByRole('combobox', { name: tags }), tags),
    {
      name: 'plan',
      open: () => button('lead.plan.another').click(),
      shown: plan,
      within: [
        calendar(page, plan, t),
        choices(page, plan.getByLabel(t('activities.plan.who')), t('activities.plan.who')),
      ],
      close: () => plan.getByRole('button', { name: t('shared.cancel') }).click(),
    },
    { name: 'complete', open: () => button('activities.next.complete').click(), shown: ending },
    menu(page, 'activity', () => button('activities.next.more').click()),
    menu(page, 'history', () => button('lead.history.more').click()),
    menu(page, 'file', () => file().getByRole('button').last().click()),
    {
      name: 'photo',
      open: () => file().getByRole('button').first().click(),
      shown: page.getByRole('dialog', { name: PHOTO }),
    },
    {
      name: 'file name',
      open: async () => {
        await file().getByRole('button').last().click();
        await page.getByRole('menuitem', { name: t('lead.files.rename') }).click();
      },
      shown: page.getByRole('dialog', { name: t('lead.files.rename') }),
    },
    {
      name: 'further lead',
      open: () => button('leads.further.add').click(),
      shown: page.getByRole('dialog', { name: t('leads.further.add') }),
    },
  ];
}
