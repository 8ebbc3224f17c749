import type { Card, CustomField, FieldType, FieldValue } from '../../bridge';
import { dayNumeric, decimal, moneyShort, phone } from '../format';
import { t } from '../i18n/index.svelte';
import { session } from '../stores';

/** The types in the order in which they are offered. */
export const FIELD_TYPES: readonly FieldType[] = [
  'text',
  'longText',
  'number',
  'money',
  'date',
  'bool',
  'choice',
  'multi',
  'phone',
  'url',
];

export const hasChoices = (type: string) => type === 'choice' || type === 'multi';

/** How history and errors name a custom field's value: "values.<id>", "contact.values.<id>". */
export const valueKey = (fieldId: string) => `values.${fieldId}`;

/** The custom field that a name in history or errors is about; '' for a standard one. */
export function customId(name: string): string {
  return /^(?:contact\.)?values\.(.+)$/.exec(name)?.[1] ?? '';
}

/** What a custom field is called, also one that is gone. */
export function customName(fieldId: string): string {
  return session.field(fieldId)?.name ?? t('leads.custom.gone');
}

/** What is held of a field; '' for nothing. */
export function valueOf(values: readonly FieldValue[] | null | undefined, fieldId: string): string {
  return values?.find((one) => one.fieldId === fieldId)?.value ?? '';
}

/** Values with some of them changed. */
export function withValues(
  values: readonly FieldValue[] | null | undefined,
  changed: readonly FieldValue[],
): FieldValue[] {
  const kept = (values ?? []).filter(
    (one) => !changed.some(({ fieldId }) => fieldId === one.fieldId),
  );
  return [...kept, ...changed];
}

/** A value as a person reads it; '' for none. One of a field that is gone is shown as it is kept. */
export function valueText(field: CustomField | undefined, value: string): string {
  if (value === '') return '';
  switch (field?.type) {
    case 'number':
      return decimal(value);
    case 'money':
      return moneyShort(Number(value), session.currency);
    case 'date':
      return dayNumeric(value);
    case 'bool':
      return t(value === '1' ? 'leads.custom.yes' : 'leads.custom.no');
    case 'choice':
    case 'multi':
      return chosen(field, value)
        .map((choice) => choice.label)
        .join(', ');
    case 'phone':
      return phone(value);
    default:
      return value;
  }
}

/** Fields that fit a card. */
const ON_CARD = 2;

/** What a card shows of the shop's own fields. */
export function ownValues(card: Card): { id: string; name: string; text: string }[] {
  return session.state.fields
    .filter(({ onCard, retired }) => onCard && !retired)
    .slice(0, ON_CARD)
    .flatMap((field) => {
      const text = valueText(field, valueOf(card.values, field.id));
      return text ? [{ id: field.id, name: field.name, text }] : [];
    });
}

/** The choices that a value names, in the field's order. */
export function chosen(field: CustomField, value: string) {
  const ids = value.split(',');
  return (field.choices ?? []).filter(({ key }) => ids.includes(key));
}

/** What a choice is called; '' of one that is gone. */
export function choiceName(field: CustomField | undefined, id: string): string {
  return field?.choices?.find(({ key }) => key === id)?.label ?? '';
}

/** The choices that are offered: those in use, and those that a value has already. */
export function offered(field: CustomField, value = '') {
  const ids = value.split(',');
  return (field.choices ?? [])
    .filter(({ key, pos }) => pos >= 0 || ids.includes(key))
    .map(({ key, label }) => ({ value: key, label }));
}
