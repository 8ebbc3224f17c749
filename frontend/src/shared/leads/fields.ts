import {
  cepMask,
  dayNumeric,
  documentText,
  momentExact,
  moneyShort,
  phone,
  plateText,
  sentence,
} from '../format';
import { hasKey, t, type Key } from '../i18n/index.svelte';
import { session } from '../stores';
import { activityName, levelName, levelOf, temperature, temperatureName } from './card';
import { customId, customName, valueText } from './values';

// "contact.phones" and "activity.title" are told apart by what follows the dot.
function bare(field: string): string {
  return field.slice(field.indexOf('.') + 1);
}

// Fields that board and list name too are named there.
const NAMES: Readonly<Record<string, Key>> = {
  name: 'leads.field.name',
  company: 'leads.field.company',
  phones: 'leads.field.phone',
  email: 'leads.field.email',
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
  const custom = customId(field);
  if (custom) return customName(custom);
  const key = NAMES[bare(field)] ?? `leads.fact.${bare(field)}`;
  return hasKey(key) ? t(key) : bare(field);
}

/** A field's value as a person reads it; '' for none. Ids are named from the workspace. */
export function fieldText(field: string, value: string, currency = session.currency): string {
  if (value === '') return '';
  const custom = customId(field);
  if (custom) return valueText(session.field(custom), value);
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
    case 'qualification':
      return qualificationText(value);
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
    case 'remind':
      return reminderText(Number(value));
    case 'type':
      return value === 'company' ? t('leads.type.company') : t('leads.type.person');
    case 'kind':
      return activityName(value);
    default:
      return value;
  }
}

/** "15 min antes", "1 dia antes": minutes before; 0 is never, -1 the hour itself. */
export function reminderText(minutes: number): string {
  if (minutes === 0) return t('leads.remind.none');
  if (minutes < 0) return t('leads.remind.then');
  if (minutes % 1440 === 0) return t('leads.remind.days', { count: minutes / 1440 });
  if (minutes % 60 === 0) return t('leads.remind.hours', { n: minutes / 60 });
  return t('leads.remind.minutes', { n: minutes });
}

/** "SQL · pronto para vendas"; words of a sheet stay as they are. */
export function qualificationText(qualification: string): string {
  const level = levelOf(qualification);
  return level ? `${levelName(level)} · ${t(`leads.level.${level}.means`)}` : qualification;
}

/** "Quente · quer comprar já"; '' when it isn't known. */
export function timeframeText(timeframe: string): string {
  const degree = temperature(timeframe);
  const key = `leads.timeframe.${timeframe}`;
  if (!degree || !hasKey(key)) return '';
  const when = t(key);
  return `${sentence(temperatureName(degree))} · ${when.charAt(0).toLowerCase()}${when.slice(1)}`;
}
