import type { Conflict, ConflictValue, Customer, RecordRef } from '../../bridge';
import { momentLabel, phone } from '../../shared/format';
import { hasKey, t } from '../../shared/i18n/index.svelte';
import { fieldName, fieldText } from '../../shared/leads/fields';
import { choiceName, customName, valueText } from '../../shared/leads/values';
import { session } from '../../shared/stores';

const dateTime = (at: number) => momentLabel(at, session.zone, session.now);

/** A record's conflicts together: what is decided about one customer stands in one place. */
export interface Disagreement {
  record: RecordRef;
  conflicts: Conflict[];
}

/** Conflicts by record, in their order. */
export function byRecord(conflicts: readonly Conflict[]): Disagreement[] {
  const found = new Map<string, Disagreement>();
  for (const conflict of conflicts) {
    const key = `${conflict.kind}/${conflict.id}`;
    const entry = found.get(key) ?? {
      record: { kind: conflict.kind, id: conflict.id },
      conflicts: [],
    };
    entry.conflicts.push(conflict);
    found.set(key, entry);
  }
  return [...found.values()];
}

/** "Cliente · Rui Prado"; the kind alone when nobody knows a name. */
export function recordName(record: RecordRef, customer?: Customer): string {
  const key = `conflicts.kind.${record.kind}`;
  const kind = hasKey(key) ? t(key) : t('conflicts.kind.other');
  const name = customer?.name || small(record);
  return name ? t('conflicts.named', { kind, name }) : kind;
}

// Small records are in the window already.
function small({ kind, id }: RecordRef): string {
  switch (kind) {
    case 'users':
      return session.user(id)?.name ?? '';
    case 'shops':
      return session.shop(id)?.name ?? '';
    case 'sources':
      return session.source(id)?.name ?? '';
    case 'tags':
      return session.tag(id)?.name ?? '';
    case 'reasons':
      return session.reason(id)?.name ?? '';
    case 'pipelines':
      return session.pipeline(id)?.name ?? '';
    case 'fields':
      return session.field(id)?.name ?? '';
    case 'stages':
      return session.stage(id)?.name ?? '';
    default:
      return '';
  }
}

/** What the field is called; of a set with the element that it is about. */
export function conflictField(
  { field, element }: Pick<Conflict, 'field' | 'element'>,
  recordId = '',
): string {
  if (field === 'values') return customName(element);
  const key = `conflicts.field.${field}`;
  const told = fieldName(field);
  const name = hasKey(key) ? t(key) : told === field ? t('conflicts.field.other') : told;
  if (element === '') return name;
  return t('conflicts.field_of', { field: name, element: elementText(recordId, field, element) });
}

function elementText(recordId: string, field: string, element: string): string {
  if (field === 'choices') return choiceName(session.field(recordId), element);
  if (field === 'phones') return phone(element);
  return field === 'tags' ? (session.tag(element)?.name ?? element) : element;
}

/** A value as a person reads it; "(vazio)" for none. */
export function conflictText(field: string, element: string, value: string): string {
  return written(field, element, value) || t('conflicts.empty');
}

const FLAGS = ['retired', 'deleted', 'required', 'onCard', 'onList'];

function written(field: string, element: string, value: string): string {
  if (field === 'values') return valueText(session.field(element), value);
  // Of a set's element a person wrote the label; the element stands in the heading.
  if (element !== '') return value;
  if (FLAGS.includes(field)) return t(value === '1' ? 'conflicts.yes' : 'conflicts.no');
  if (field === 'archivedAt') return value === '0' ? '' : dateTime(Number(value));
  return fieldText(field, value);
}

/** Numbers below it are a hub's: no person's PC wrote that, or the hub arranged what one did. */
const FIRST_DEVICE = 1 << 16;

/** "Este PC, Carla · hoje 14:02"; "Rui, PC do balcão · hoje 14:02" of another PC that is known. */
export function writer(value: ConflictValue): string {
  const { here, device } = value;
  const name = session.user(value.userId)?.name;
  const when = dateTime(value.at);
  if (name && device) return t('conflicts.by_device', { name, device, when });
  const other = value.replica < FIRST_DEVICE ? 'conflicts.server' : 'conflicts.there';
  const pc = here ? t('conflicts.here') : device || t(other);
  return name ? t('conflicts.by_person', { pc, name, when }) : t('conflicts.by', { pc, when });
}
