import type { Card } from '../../bridge';
import { dayNumeric, dayOf, moneyShort, phone, plateText, sentence } from '../../shared/format';
import { t, type Key } from '../../shared/i18n/index.svelte';
import {
  levelName,
  levelOf,
  nextMark,
  temperature,
  temperatureName,
  type Clock,
  type Mark,
} from '../../shared/leads/card';
import { valueOf, valueText } from '../../shared/leads/values';
import { session } from '../../shared/stores';

/** A column that the list can have. */
export interface Column {
  id: string;
  title: Key;
  /** The name of a custom field, which stands for the title. */
  label?: string;
  /** rem at first, and the least that it can be made. */
  width: number;
  least: number;
  /** How the API names the sort by it; absent: it can't be sorted by. */
  sort?: string;
  /** True when the first click sorts from the largest or latest down. */
  downFirst?: boolean;
  /** Figures stand at the right. */
  figures?: boolean;
  /** What the cell says: on the screen, when copied and on paper. */
  text: (card: Card, clock: Clock) => string;
  /** The columns that stand for it in an exported sheet, as the API names them. */
  exported: readonly (readonly [id: string, title: Key])[];
}

const column = (
  id: string,
  title: Key,
  width: number,
  text: Column['text'],
  more: Partial<Column> = {},
): Column => ({ id, title, width, least: 3, text, exported: [[id, title]], ...more });

const dated = (ms: number, { zone }: Clock) => (ms ? dayNumeric(dayOf(ms, zone)) : '');

/** All columns, in the order in which the picker offers them. */
export const COLUMNS: readonly Column[] = [
  column('name', 'leads.field.name', 13, (card) => card.name, { sort: 'name', least: 6 }),
  column('vehicle', 'list.column.vehicle', 13, (card) => card.vehicle, { sort: 'vehicle' }),
  column(
    'value',
    'leads.field.value',
    7,
    (card) => (card.valueCents ? moneyShort(card.valueCents, session.currency) : ''),
    { sort: 'value', downFirst: true, figures: true },
  ),
  column('stage', 'leads.field.stage', 9, (card) => session.stage(card.stageId)?.name ?? '', {
    sort: 'stage',
  }),
  column('owner', 'leads.field.owner', 9, (card) => session.user(card.ownerId)?.name ?? '', {
    sort: 'owner',
  }),
  column('nextDue', 'list.column.next', 11.5, (card, clock) => markOf(card, clock).text, {
    sort: 'nextDue',
    exported: [
      ['next', 'list.column.next'],
      ['nextDue', 'list.column.next_due'],
    ],
  }),
  column(
    'stageSince',
    'list.column.stageSince',
    6.5,
    (card, clock) => since(card.stageSince, clock),
    {
      sort: 'stageSince',
      downFirst: true,
    },
  ),
  column(
    'lastContact',
    'list.column.lastContact',
    7.5,
    (card, clock) => (card.lastContact ? since(card.lastContact, clock) : ''),
    { sort: 'lastContact', downFirst: true },
  ),
  column('created', 'list.column.created', 6.25, (card, clock) => dated(card.createdAt, clock), {
    sort: 'created',
    downFirst: true,
  }),
  column('source', 'leads.field.source', 8, (card) => session.source(card.sourceId)?.name ?? '', {
    sort: 'source',
  }),
  column('phone', 'leads.field.phone', 9, (card) => phone(card.phone), { figures: false }),
  column('email', 'leads.field.email', 13, (card) => card.email),
  column('timeframe', 'list.column.timeframe', 6.5, (card) => {
    const degree = temperature(card.timeframe);
    return degree ? temperatureName(degree) : '';
  }),
  column('qualification', 'leads.fact.qualification', 6.5, ({ qualification }) => {
    const level = levelOf(qualification);
    return level ? levelName(level) : qualification;
  }),
  column('tags', 'leads.field.tags', 10, (card) =>
    (card.tags ?? []).flatMap((id) => session.tag(id)?.name ?? []).join(', '),
  ),
  column('plate', 'leads.field.plate', 6, (card) => plateText(card.plate)),
  column('company', 'leads.field.company', 10, (card) => card.company),
  column('city', 'list.column.city', 8, (card) => card.city),
  column('subject', 'leads.field.subject', 10, (card) => card.subject),
  column('shop', 'list.column.shop', 8, (card) => session.shop(card.shopId)?.name ?? ''),
  column('reason', 'list.column.reason', 10, (card) => session.reason(card.reasonId)?.name ?? ''),
  column('archived', 'list.column.archived', 6.5, (card, clock) => dated(card.archivedAt, clock)),
];

/** The columns of a list that nobody arranged yet: what fits a small screen. */
export const FIRST_COLUMNS: readonly string[] = [
  'name',
  'vehicle',
  'value',
  'stage',
  'owner',
  'nextDue',
  'stageSince',
  'created',
  'lastContact',
  'source',
  'phone',
];

const byId = new Map(COLUMNS.map((one) => [one.id, one]));

export function columnOf(id: string): Column | undefined {
  return byId.get(id) ?? customColumns().find((one) => one.id === id);
}

/** What a column is called. */
export function columnName(column: Column): string {
  return column.label ?? t(column.title);
}

const CUSTOM = 'field:';

/** True for the id of a custom field's column, also of one that isn't there now. */
export const isCustom = (id: string) => id.startsWith(CUSTOM);

/** The columns of the fields that the shop shows on the list. */
export function customColumns(): Column[] {
  return session.state.fields
    .filter((field) => field.onList && !field.retired)
    .map((field) => ({
      ...column(CUSTOM + field.id, 'leads.custom.filters', 9, (card) =>
        valueText(field, valueOf(card.values, field.id)),
      ),
      label: field.name,
      figures: field.type === 'number' || field.type === 'money',
    }));
}

/** The mark of the next activity, as the board's cards have it. */
export function markOf(card: Card, clock: Clock): Mark {
  return nextMark(card, session.stage(card.stageId), clock);
}

// "12 min", "3 h", "5 d": in a list, one unit says enough.
function since(ms: number, { now }: Clock): string {
  const minutes = Math.max(0, Math.floor((now - ms) / 60_000));
  if (minutes < 1) return sentence(t('shared.age.now'));
  if (minutes < 60) return t('shared.age.minutes', { n: minutes });
  if (minutes < 24 * 60) return t('shared.age.hours', { n: Math.floor(minutes / 60) });
  return t('shared.age.days', { n: Math.floor(minutes / (24 * 60)) });
}
