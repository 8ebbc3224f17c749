import type { CustomField, LeadPatch } from '../../bridge';
import { session } from '../stores';
import type { Choice } from '../ui';
import { LEVELS, TIMEFRAMES } from './card';
import { fieldName, qualificationText, timeframeText } from './fields';

/** A field that many leads can be given at once. */
export interface Editable {
  id: string;
  label: string;
  /** What can be chosen; absent: it is typed. */
  choices?: readonly Choice[];
  money?: boolean;
  /** A field of the shop's own. */
  custom?: CustomField;
  patch: (value: string) => LeadPatch;
}

const named = (records: readonly { id: string; name: string; retired?: boolean }[]): Choice[] =>
  records.filter((one) => !one.retired).map((one) => ({ value: one.id, label: one.name }));

/** The fields in the order in which a lead shows them, the shop's own last. */
export function editables(): Editable[] {
  const typed = (field: 'vehicle' | 'plate' | 'subject'): Editable => ({
    id: field,
    label: fieldName(field),
    patch: (value) => ({ [field]: value }),
  });
  const chosen = (
    field: 'ownerId' | 'sourceId' | 'shopId' | 'timeframe' | 'qualification',
    choices: readonly Choice[],
  ): Editable => ({
    id: field,
    label: fieldName(field),
    choices,
    patch: (value) => ({ [field]: value }),
  });
  const { state } = session;
  return [
    typed('vehicle'),
    typed('plate'),
    typed('subject'),
    {
      id: 'valueCents',
      label: fieldName('valueCents'),
      money: true,
      patch: (value) => ({ valueCents: Number(value) }),
    },
    chosen('sourceId', named(state.sources)),
    chosen('ownerId', named(session.people)),
    chosen('shopId', named(state.shops)),
    chosen(
      'timeframe',
      TIMEFRAMES.map((value) => ({ value, label: timeframeText(value) })),
    ),
    chosen(
      'qualification',
      LEVELS.map((value) => ({ value, label: qualificationText(value) })),
    ),
    ...session.fieldsOf('lead').map((custom) => ({
      id: custom.id,
      label: custom.name,
      custom,
      patch: (value: string) => ({ values: [{ fieldId: custom.id, value }] }),
    })),
  ];
}
