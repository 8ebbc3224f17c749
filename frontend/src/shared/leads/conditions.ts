import type { FieldFilter, Filter } from '../../bridge';
import { daysBetween, dayShort, type Day } from '../format';
import { t } from '../i18n/index.svelte';
import { session } from '../stores/session.svelte';
import { qualificationText, timeframeText } from './fields';
import type { Choice } from '../ui/choice';
import { standardField } from './standardFields';
import { valueText } from './values';

type Changes = Partial<Omit<Filter, 'pipelineId'>>;

/** One thing that a filter asks for, as a chip says it, and what takes it away. */
export interface Condition {
  key: string;
  text: string;
  without: Changes;
}

/** Stands for "nobody" in pickers, where '' means that nothing was chosen. */
export const NOBODY = 'nobody';

/** The people that leads can be filtered by, "nobody" first. Left ones too, while a filter names them. */
export function ownerChoices(chosen: readonly string[]): Choice[] {
  const people = session.state.users.filter((user) => !user.retired || chosen.includes(user.id));
  return [
    { value: NOBODY, label: t('leads.nobody') },
    ...people.map((user) => ({ value: user.id, label: user.name })),
  ];
}

/** Everything that a filter asks for, in the order of its panel. */
export function conditionsOf(filter: Filter): Condition[] {
  const list: Condition[] = [];
  const several = <
    K extends 'stageIds' | 'ownerIds' | 'sourceIds' | 'tagIds' | 'timeframes' | 'qualifications',
  >(
    field: K,
    nameOf: (id: string) => string | undefined,
  ) => {
    for (const id of filter[field]) {
      const without = { [field]: filter[field].filter((other) => other !== id) } as Changes;
      list.push({ key: `${field}:${id}`, text: nameOf(id) ?? t('leads.gone'), without });
    }
  };
  several('stageIds', (id) => session.stage(id)?.name);
  several('ownerIds', (id) => (id === '' ? t('leads.nobody') : session.user(id)?.name));
  several('sourceIds', (id) => session.source(id)?.name);
  several('tagIds', (id) => session.tag(id)?.name);
  several('timeframes', (value) => timeframeText(value));
  several('qualifications', (value) => qualificationText(value));
  if (filter.createdFrom || filter.createdTo) {
    list.push({
      key: 'created',
      text: createdText(filter.createdFrom, filter.createdTo),
      without: { createdFrom: '', createdTo: '' },
    });
  }
  if (filter.activity !== '') {
    list.push({
      key: 'activity',
      text: t(`leads.filter.activity.${filter.activity as Planned}`),
      without: { activity: '' },
    });
  }
  if (filter.quiet) {
    const text = t('leads.filter.quiet', { count: session.quietDays });
    list.push({ key: 'quiet', text, without: { quiet: false } });
  }
  for (const one of filter.fields ?? []) {
    list.push({
      key: `field:${one.fieldId}`,
      text: fieldCondition(one),
      without: { fields: filter.fields!.filter((other) => other !== one) },
    });
  }
  if (filter.winback)
    list.push({ key: 'winback', text: t('leads.view.winback'), without: { winback: false } });
  if (filter.unread)
    list.push({ key: 'unread', text: t('leads.filter.unread'), without: { unread: false } });
  if (filter.importId !== '')
    list.push({ key: 'import', text: t('leads.filter.import'), without: { importId: '' } });
  return [...list, ...alternatives(filter)];
}

// All of them are one chip: each alone would read as something that every lead has.
function alternatives({ or = [] }: Filter): Condition[] {
  const texts = or
    .map((one) => conditionsOf(one).map(({ text }) => text))
    .filter((all) => all.length > 0)
    .map((all) => all.join(` ${t('leads.filter.and')} `));
  if (texts.length === 0) return [];
  return [{ key: 'or', text: texts.join(` ${t('leads.filter.or')} `), without: { or: [] } }];
}

type Planned = 'overdue' | 'today' | 'later' | 'none';

/** "Cor: Azul, Prata", "Parcelas: de 12 a 48", "Banco: itaú". */
function fieldCondition({ fieldId, text, from, to, any }: FieldFilter): string {
  const field = session.field(fieldId) ?? standardField(fieldId);
  if (!field) return t('leads.custom.gone');
  const name = field.name;
  const chosen = (any ?? []).map((one) =>
    one === '' ? t('leads.custom.empty') : valueText(field, one) || t('leads.gone'),
  );
  if (chosen.length > 0) return t('leads.custom.is', { field: name, value: chosen.join(', ') });
  const [least, most] = [valueText(field, from), valueText(field, to)];
  if (least && least === most) return t('leads.custom.is', { field: name, value: least });
  if (least && most) return t('leads.custom.between', { field: name, from: least, to: most });
  if (least) return t('leads.custom.from', { field: name, from: least });
  if (most) return t('leads.custom.to', { field: name, to: most });
  return t('leads.custom.is', { field: name, value: text });
}

function createdText(from: Day, to: Day): string {
  if (from && to && daysBetween(from, to) === 0)
    return t('leads.filter.created_on', { day: dayShort(from) });
  if (from && to)
    return t('leads.filter.created_between', { from: dayShort(from), to: dayShort(to) });
  return from
    ? t('leads.filter.created_since', { day: dayShort(from) })
    : t('leads.filter.created_until', { day: dayShort(to) });
}

/** The day n days before another. */
export function daysBefore(day: Day, n: number): Day {
  return new Date(Date.parse(`${day}T12:00:00Z`) - n * 86_400_000).toISOString().slice(0, 10);
}
