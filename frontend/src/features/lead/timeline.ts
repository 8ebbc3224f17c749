import type { Activity, FieldChange, LeadView, TimelineItem } from '../../bridge';
import {
  dayLabel,
  dayOf,
  daysBetween,
  dayShort,
  dayNumeric,
  phone,
  timeOf,
} from '../../shared/format';
import { hasKey, language, t, type Key } from '../../shared/i18n/index.svelte';
import { activityName } from '../../shared/leads/card';
import { fieldName, fieldText } from '../../shared/leads/fields';
import { session } from '../../shared/stores';
import { pieces, strong, type Piece } from './words';

/** One line of a lead's history as it is read. */
export interface Entry {
  id: string;
  at: number;
  /** A customer's own words stand out. */
  tone: 'customer' | 'note' | 'plain';
  head: Piece[];
  /** "Valor: R$ 34.200 → R$ 50.000" */
  lines: string[];
  /** What somebody wrote. */
  text: string;
  /** The activity behind it, which can be edited. */
  activity: Activity | undefined;
}

/** A history in words. What an activity tells by itself is not told twice. */
export function entries(items: readonly TimelineItem[], view: LeadView): Entry[] {
  return items.flatMap((item) => {
    const made = entry(item, view);
    return made ? [made] : [];
  });
}

function entry(item: TimelineItem, view: LeadView): Entry | undefined {
  const base = { id: `${item.type}-${item.id}`, at: item.at };
  if (item.type === 'created') return { ...base, ...created(view, item.userId) };
  if (item.activity) return { ...base, ...done(item.activity, view), activity: item.activity };
  if (item.attachment) {
    const from = strong(item.attachment.name);
    return {
      ...base,
      ...plain(pieces(t('lead.history.attached', { who: who(item.userId), from }))),
    };
  }
  const changes = item.changes ?? [];
  if (changes.every(({ field, new: now }) => toldByActivity(item.op, field, now))) return undefined;
  return { ...base, ...changed(item, changes, view.lead.currency) };
}

type Told = Omit<Entry, 'id' | 'at'>;

const plain = (head: Piece[], lines: string[] = [], text = ''): Told => ({
  tone: 'plain',
  head,
  lines,
  text,
  activity: undefined,
});

function who(userId: string): string {
  return strong(session.user(userId)?.name ?? t('lead.history.somebody'));
}

// The completed activity stands in the history itself, with its outcome.
function toldByActivity(op: string, field: string, now: string): boolean {
  return op === 'activity.complete' && (field === 'activity.outcome' || now !== '0');
}

function created(view: LeadView, userId: string): Told {
  const { createdVia, createdNote, sourceId } = view.lead;
  const source = session.source(sourceId)?.name;
  const lines = source ? [line('sourceId', '', sourceId)] : [];
  const key: Key =
    createdVia === 'import'
      ? 'lead.history.imported'
      : createdVia === 'sample'
        ? 'lead.history.sample'
        : 'lead.history.created';
  return plain(pieces(t(key, { who: who(userId) })), lines, createdNote);
}

function done(activity: Activity, view: LeadView): Omit<Told, 'activity'> {
  const text = [activity.body, activity.outcome].filter(Boolean).join('\n');
  if (activity.inbound) {
    const name = strong(view.contact.name);
    const key = `lead.history.replied.${activity.channel}`;
    const head = hasKey(key) ? t(key, { name }) : t('lead.history.replied.other', { name });
    return { tone: 'customer', head: pieces(head), lines: [], text: text && `“${text}”` };
  }
  const planned = activity.dueAt !== 0 || activity.dueDay !== '';
  const actor = who(activity.userId || activity.createdBy);
  if (planned) {
    const what = strong(activity.title || activityName(activity.kind));
    const head = pieces(t('lead.history.completed', { who: actor, what }));
    return { tone: 'plain', head, lines: [], text };
  }
  const key = `lead.history.done.${activity.kind}`;
  const head = hasKey(key) ? t(key, { who: actor }) : t('lead.history.done.task', { who: actor });
  return {
    tone: activity.kind === 'note' ? 'note' : 'plain',
    head: pieces(head),
    lines: activity.title ? [reached(activity)] : [],
    text,
  };
}

// An activity that logged itself is titled by the number or address it went to.
function reached({ channel, title }: Activity): string {
  return channel === 'phone' || channel === 'whatsapp' ? phone(title) : title;
}

// Changes that make a sentence of their own, by field.
const SENTENCES: Readonly<Record<string, (change: FieldChange) => [Key, string?, string?]>> = {
  stageId: ({ old, new: now }) => [
    'lead.history.moved',
    fieldText('stageId', old),
    fieldText('stageId', now),
  ],
  ownerId: ({ old, new: now }) =>
    now === ''
      ? ['lead.history.unassigned', fieldText('ownerId', old)]
      : old === ''
        ? ['lead.history.assigned', '', fieldText('ownerId', now)]
        : ['lead.history.reassigned', fieldText('ownerId', old), fieldText('ownerId', now)],
  archivedAt: ({ new: now }) => [now === '0' ? 'lead.history.unarchived' : 'lead.history.archived'],
  'contact.merged': ({ old, new: now }) => ['lead.history.merged', old, now],
  'contact.separated': ({ old, new: now }) => ['lead.history.separated', old, now],
  deleted: ({ new: now }) => [now === '1' ? 'lead.history.deleted' : 'lead.history.undeleted'],
  'activity.deleted': ({ old, new: now }) => [
    now === '1' ? 'lead.history.activity_deleted' : 'lead.history.activity_undeleted',
    old || t('lead.history.an_activity'),
  ],
  'attachment.deleted': ({ old, new: now }) => [
    now === '1' ? 'lead.history.attachment_deleted' : 'lead.history.attachment_undeleted',
    old,
  ],
  'activity.doneAt': ({ new: now }) => [
    now === '0' ? 'lead.history.reopened' : 'lead.history.activity_done',
  ],
};

function changed(item: TimelineItem, changes: readonly FieldChange[], currency: string): Told {
  const actor = who(item.userId);
  changes = withOneDue(changes);
  const taken = changes.find(({ field }) => field in SENTENCES);
  const rest = changes.filter((change) => change !== taken);
  const lines = rest.map(({ field, old, new: now }) => line(field, old, now, currency));
  if (taken && item.op !== 'undo' && item.op !== 'redo') {
    const [key, from = '', to = ''] = SENTENCES[taken.field]!(taken);
    return plain(pieces(t(key, { who: actor, from: strong(from), to: strong(to) })), lines);
  }
  const all = changes.map(({ field, old, new: now }) => line(field, old, now, currency));
  const key: Key =
    item.op === 'undo'
      ? 'lead.history.undid'
      : item.op === 'redo'
        ? 'lead.history.redid'
        : 'lead.history.changed';
  return plain(pieces(t(key, { who: actor })), all);
}

// Hour and day are two fields of one thing: when it is due.
function withOneDue(changes: readonly FieldChange[]): readonly FieldChange[] {
  const at = changes.find(({ field }) => field === 'activity.dueAt');
  const day = changes.find(({ field }) => field === 'activity.dueDay');
  if (!at || !day) return changes;
  const both = { field: 'activity.due', old: dueOf(at.old, day.old), new: dueOf(at.new, day.new) };
  return [both, ...changes.filter((change) => change !== at && change !== day)];
}

function dueOf(at: string, day: string): string {
  return fieldText('dueAt', at) || fieldText('dueDay', day);
}

/** One change in words: "Valor: R$ 34.200 → R$ 50.000", "Cidade: Santos". */
export function line(field: string, old: string, now: string, currency?: string): string {
  if (field === 'archivedAt')
    return t(now === '0' ? 'lead.history.line_unarchived' : 'lead.history.line_archived');
  if (field === 'deleted' || field === 'activity.deleted' || field === 'attachment.deleted')
    return t(now === '1' ? 'lead.history.line_deleted' : 'lead.history.line_undeleted');
  if (field === 'contact.merged' || field === 'contact.separated') {
    const key =
      field === 'contact.merged' ? 'lead.history.line_merged' : 'lead.history.line_separated';
    return t(key, { from: old, to: now });
  }
  const name = fieldName(field);
  const before = fieldText(field, old, currency);
  const after = fieldText(field, now, currency);
  if (before === '' && after === '') return name;
  if (before === '') return t('lead.history.line_set', { field: name, value: after });
  if (after === '') return t('lead.history.line_cleared', { field: name, value: before });
  return t('lead.history.line', { field: name, from: before, to: after });
}

const weekday = (ms: number, zone: string) =>
  new Intl.DateTimeFormat(language(), { timeZone: zone, weekday: 'short' })
    .format(ms)
    .replace(/\.$/, '');

/** When it was, as short as it stays clear: "09:42", "ontem 16:20", "sex 16:20", "26/11/2025". */
export function shortMoment(ms: number, now: number, zone: string): string {
  const day = dayOf(ms, zone);
  const today = dayOf(now, zone);
  const distance = daysBetween(day, today);
  const time = timeOf(ms, zone);
  if (distance <= 0) return time;
  if (distance === 1) return `${dayLabel(day, today)} ${time}`;
  if (distance < 7) return `${weekday(ms, zone)} ${time}`;
  return day.slice(0, 4) === today.slice(0, 4) ? `${dayShort(day)} ${time}` : dayNumeric(day);
}
