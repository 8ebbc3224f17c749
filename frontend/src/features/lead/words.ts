import {
  cepMask,
  dayNumeric,
  documentText,
  momentExact,
  moneyShort,
  phone,
  plateText,
  sentence,
} from '../../shared/format';
import { hasKey, t, type Key } from '../../shared/i18n/index.svelte';
import { activityName, temperature, temperatureName } from '../../shared/leads/card';
import { session } from '../../shared/stores';

/** A piece of a sentence; the strong ones are names. */
export interface Piece {
  text: string;
  strong: boolean;
}

// Signs that no text holds, around what is to be strong.
const OPEN = '\u0001';
const CLOSE = '\u0002';

/** Marks a value of a sentence as strong, for `pieces`. */
export function strong(text: string): string {
  return OPEN + text + CLOSE;
}

/** Takes a sentence apart where `strong` marked it. */
export function pieces(sentence: string): Piece[] {
  return sentence
    .split(OPEN)
    .flatMap((part, i) => {
      if (i === 0) return [{ text: part, strong: false }];
      const [name = '', rest = ''] = part.split(CLOSE);
      return [
        { text: name, strong: true },
        { text: rest, strong: false },
      ];
    })
    .filter((piece) => piece.text !== '');
}

// "contact.phones" and "activity.title" are told apart by what follows the dot.
function bare(field: string): string {
  return field.slice(field.indexOf('.') + 1);
}

// Fields that board and list name too are named there.
const NAMES: Readonly<Record<string, Key>> = {
  name: 'leads.field.name',
  company: 'leads.field.company',
  phones: 'leads.field.phone',
  emails: 'leads.field.email',
  plate: 'leads.field.plate',
  subject: 'leads.field.subject',
  valueCents: 'leads.field.value',
  sourceId: 'leads.field.source',
  ownerId: 'leads.field.owner',
  stageId: 'leads.field.stage',
  tags: 'leads.field.tags',
};

/** What a field is called: "Valor", "Telefone". */
export function fieldName(field: string): string {
  const key = NAMES[bare(field)] ?? `lead.field.${bare(field)}`;
  return hasKey(key) ? t(key) : bare(field);
}

/** A field's value as a person reads it; '' for none. Ids are named from the workspace. */
export function fieldText(field: string, value: string, currency = session.currency): string {
  if (value === '') return '';
  switch (bare(field)) {
    case 'valueCents':
      return value === '0' ? '' : moneyShort(Number(value), currency);
    case 'ownerId':
    case 'userId':
      return session.user(value)?.name ?? '';
    case 'sourceId':
      return session.source(value)?.name ?? '';
    case 'shopId':
      return session.shop(value)?.name ?? '';
    case 'stageId':
      return session.stage(value)?.name ?? '';
    case 'reasonId':
      return session.reason(value)?.name ?? '';
    case 'tags':
      return session.tag(value)?.name ?? '';
    case 'timeframe':
      return timeframeText(value);
    case 'phones':
      return phone(value);
    case 'document':
      return documentText(value);
    case 'zip':
      return cepMask(value);
    case 'plate':
      return plateText(value);
    case 'birthday':
    case 'dueDay':
      return dayNumeric(value);
    case 'dueAt':
    case 'doneAt':
      return value === '0' ? '' : momentExact(Number(value), session.zone);
    case 'type':
      return value === 'company' ? t('lead.type.company') : t('lead.type.person');
    case 'kind':
      return activityName(value);
    default:
      return value;
  }
}

/** "Quente · quer comprar já"; '' when it isn't known. */
export function timeframeText(timeframe: string): string {
  const degree = temperature(timeframe);
  const key = `leads.timeframe.${timeframe}`;
  if (!degree || !hasKey(key)) return '';
  const when = t(key);
  return `${sentence(temperatureName(degree))} · ${when.charAt(0).toLowerCase()}${when.slice(1)}`;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How long ago, as a person says it: "agora há pouco", "há 12 minutos", "há 2 dias". */
export function ago(ms: number, now: number): string {
  const passed = Math.max(0, now - ms);
  if (passed < MINUTE) return t('lead.ago.now');
  if (passed < HOUR) return t('lead.ago.minutes', { count: Math.floor(passed / MINUTE) });
  if (passed < DAY) return t('lead.ago.hours', { count: Math.floor(passed / HOUR) });
  return t('lead.ago.days', { count: Math.floor(passed / DAY) });
}
