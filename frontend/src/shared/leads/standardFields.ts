import type { CustomField, Entry, FieldType } from '../../bridge';
import { session } from '../stores';
import { fieldName } from './fields';

const TYPES: Readonly<Record<string, FieldType>> = {
  valueCents: 'money',
  vehicle: 'text',
  plate: 'text',
  subject: 'text',
  name: 'text',
  company: 'text',
  phones: 'text',
  emails: 'text',
  document: 'text',
  city: 'text',
  address: 'text',
  birthday: 'date',
  shopId: 'choice',
  reasonId: 'choice',
  reasonNote: 'text',
  stageSince: 'date',
  lastContact: 'date',
  nextDue: 'date',
};

/** A field that every lead or its customer has, as filters ask for it; undefined for any other. */
export function standardField(id: string): CustomField | undefined {
  const type = TYPES[id];
  return (
    type && {
      id,
      type,
      target: 'lead',
      name: fieldName(id),
      required: false,
      onCard: false,
      onList: false,
      pos: 0,
      retired: false,
      choices: choicesOf(id),
    }
  );
}

/** All of them, in the order in which they are offered. */
export function standardFields(): CustomField[] {
  return Object.keys(TYPES)
    .filter((id) => id !== 'shopId' || session.state.shops.length > 1)
    .map((id) => standardField(id)!);
}

function choicesOf(id: string): Entry[] {
  if (id === 'shopId') return session.state.shops.map(asChoice);
  if (id !== 'reasonId') return [];
  return session.state.reasons.map(asChoice);
}

function asChoice(
  { id, name, retired }: { id: string; name: string; retired?: boolean },
  i: number,
) {
  return { key: id, label: name, pos: retired ? -1 - i : i };
}
