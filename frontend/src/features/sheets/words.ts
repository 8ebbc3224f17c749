import type { FieldChange, Refusal, ReviewRow } from '../../bridge';
import { toFailure } from '../../bridge';
import { explain } from '../../shared/errors';
import { dayNumeric, dayOf, moneyShort, phone, plateText } from '../../shared/format';
import { hasKey, t } from '../../shared/i18n/index.svelte';
import { customId, customName, valueText as ownText } from '../../shared/leads/values';
import { session } from '../../shared/stores';

/** What a column can mean, in words; a field that is unknown here by its own name. */
export function fieldText(field: string): string {
  const key = `sheets.field.${field}`;
  return hasKey(key) ? t(key) : field;
}

/** Why a row makes no lead. */
export function reasonText(reason: Refusal): string {
  const value = reason.params?.value;
  if (reason.code === 'required' && reason.field === 'name') return t('sheets.reason.no_name');
  if (reason.code !== 'lead.needs_contact') return explain(toFailure(reason)).text;
  if (!value) return t('sheets.reason.no_contact');
  return t('sheets.reason.bad_contact', { column: reason.params?.column ?? '', value });
}

/** What of a row could not be read, and where it went. */
export function warningText(warning: Refusal): string {
  return t('sheets.warning', {
    column: warning.params?.column ?? fieldText(warning.field ?? ''),
    value: warning.params?.value ?? '',
  });
}

/** The sentences of refused rows for the sheet that Go writes: by code, or code and field. */
export function refusedTexts(): Record<string, string> {
  return {
    'required.name': t('sheets.reason.no_name'),
    'lead.needs_contact': t('sheets.reason.no_contact'),
  };
}

/** What becomes of a row that is about a lead which is there already. */
export function duplicateText(row: ReviewRow): string {
  if (row.sameAs > 0) return t('sheets.same_as', { line: row.sameAs });
  const changes = row.changes.map(changeText).filter((text) => text !== '');
  return changes.length === 0
    ? t('sheets.unchanged')
    : t('sheets.fills', { changes: changes.join(' · ') });
}

// What has no name on the screen (ranks, derived fields) says nothing to a person.
function changeText({ field, new: value }: FieldChange): string {
  const own = customId(field);
  if (own) return `${customName(own)}: ${ownText(session.field(own), value)}`;
  const name = field.replace(/^contact\./, '');
  const key = `sheets.changed.${name}`;
  const text = valueText(name, value);
  return text === '' || !hasKey(key) ? '' : `${t(key)}: ${text}`;
}

function timeframeText(value: string): string {
  const key = `sheets.timeframe.${value}`;
  return hasKey(key) ? t(key) : value;
}

/** A changed value as a person reads it; '' for what says nothing to one. */
export function valueText(name: string, value: string): string {
  if (value === '' || value === '0') return '';
  switch (name) {
    case 'valueCents':
      return moneyShort(Number(value));
    case 'phones':
      return phone(value);
    case 'tags':
      return session.tag(value)?.name ?? t('sheets.made_new');
    case 'ownerId':
      return session.user(value)?.name ?? t('sheets.made_new');
    case 'sourceId':
      return session.source(value)?.name ?? t('sheets.made_new');
    case 'shopId':
      return session.shop(value)?.name ?? '';
    case 'stageId':
      return session.stage(value)?.name ?? '';
    case 'reasonId':
      return session.reason(value)?.name ?? '';
    case 'birthday':
      return dayNumeric(value);
    case 'timeframe':
      return timeframeText(value);
    default:
      return value;
  }
}

/** A cell of the review's table: what matters most, and what stands below it. */
export interface Cell {
  main: string;
  below: string;
}

/** A row as it was understood, by the columns of the review's table. */
export function cellsOf({
  lead,
  names,
}: ReviewRow): Record<'who' | 'what' | 'where' | 'from', Cell> {
  return {
    who: {
      main: lead.name,
      below: joined([lead.phone && phone(lead.phone), lead.email]),
    },
    what: {
      main: joined([lead.vehicle, plateText(lead.plate)]),
      below: lead.valueCents > 0 ? moneyShort(lead.valueCents) : '',
    },
    where: {
      main: session.stage(lead.stageId)?.name ?? names.stage ?? '',
      below: session.user(lead.ownerId)?.name ?? names.owner ?? '',
    },
    from: {
      main: session.source(lead.sourceId)?.name ?? names.source ?? '',
      below: lead.createdAt > 0 ? dayNumeric(dayOf(lead.createdAt, session.zone)) : '',
    },
  };
}

const joined = (parts: readonly string[]) => parts.filter((part) => part !== '').join(' · ');
