import { api, type Conflict, type Done, type FieldValue } from '../../bridge';
import {
  cepMask,
  dayNumeric,
  documentMask,
  documentText,
  money,
  parseDay,
  parseMoney,
  plateMask,
  plateText,
} from '../../shared/format';
import type { Key } from '../../shared/i18n/index.svelte';
import { LEVELS, TIMEFRAMES } from '../../shared/leads/card';
import { qualificationText, timeframeText } from '../../shared/leads/fields';
import { valueEditor } from '../../shared/leads/valueEditor';
import { session } from '../../shared/stores';
import type { Choice } from '../../shared/ui';
import { dayMask } from '../../shared/ui/mask';

/** How a value of a field is written by hand. */
export interface Editor {
  /** What there is to choose from; a text is typed where it is missing. */
  choices?: Choice[];
  multiline?: boolean;
  /** Puts the signs in while it is typed. */
  mask?: (text: string) => string;
  /** A conflict's value as it is typed. */
  show: (value: string) => string;
  /** What was typed as the record holds it; undefined when it is no value. */
  read: (text: string) => string | number | undefined;
  /** The sentence for what is none. */
  invalid: Key;
  write: (id: string, value: string | number) => Promise<Done>;
}

type Kind = Omit<Editor, 'write'>;

const same = (text: string) => text;
const plain: Kind = { show: same, read: same, invalid: 'error.invalid' };
const long: Kind = { ...plain, multiline: true };
const cents: Kind = {
  show: (value) => (value === '' || value === '0' ? '' : money(Number(value), session.currency)),
  read: (text) => (text === '' ? 0 : (parseMoney(text) ?? undefined)),
  invalid: 'error.money.invalid',
};
const day: Kind = {
  mask: dayMask,
  show: (value) => (value ? dayNumeric(value) : ''),
  read: (text) => (text === '' ? '' : (parseDay(text, session.today) ?? undefined)),
  invalid: 'shared.date.invalid',
};

const of = (records: readonly { id: string; name: string; retired?: boolean }[]): Kind => ({
  ...plain,
  choices: records
    .filter(({ retired }) => !retired)
    .map(({ id, name }) => ({ value: id, label: name })),
});
const timeframe = (): Kind => ({
  ...plain,
  choices: TIMEFRAMES.map((value) => ({ value, label: timeframeText(value) })),
});

/** By table and field: what can be written without knowing more of the record. */
const KINDS: Readonly<Record<string, Readonly<Record<string, () => Kind>>>> = {
  leads: {
    vehicle: () => plain,
    plate: () => ({ ...plain, mask: plateMask, show: plateText }),
    subject: () => plain,
    qualification: () => ({
      ...plain,
      choices: LEVELS.map((value) => ({ value, label: qualificationText(value) })),
    }),
    reasonNote: () => long,
    valueCents: () => cents,
    ownerId: () => of(session.state.users),
    sourceId: () => of(session.state.sources),
    shopId: () => of(session.state.shops),
    timeframe,
  },
  contacts: {
    name: () => plain,
    company: () => plain,
    document: () => ({ ...plain, mask: documentMask, show: documentText }),
    city: () => plain,
    address: () => plain,
    zip: () => ({ ...plain, mask: cepMask, show: cepMask }),
    birthday: () => day,
  },
  activities: {
    title: () => plain,
    body: () => long,
    outcome: () => long,
    userId: () => of(session.state.users),
  },
};

type Written = string | number | FieldValue[];

const WRITES: Readonly<
  Record<string, (id: string, patch: Record<string, Written>) => Promise<Done>>
> = {
  leads: (id, patch) => api.Leads.Update(id, patch),
  contacts: (id, patch) => api.Leads.UpdateContact(id, patch),
  activities: (id, patch) => api.Activities.Update(id, patch),
};

/** How another value than those of a conflict is written; undefined where only they can be chosen. */
export function editorOf({ kind, field, element }: Conflict): Editor | undefined {
  const write = WRITES[kind];
  if (field === 'values' && write) {
    const custom = session.field(element);
    if (!custom || custom.type === 'multi') return undefined;
    return {
      ...valueEditor(custom),
      write: (id, value) => write(id, { values: [{ fieldId: element, value: String(value) }] }),
    };
  }
  const made = element === '' ? KINDS[kind]?.[field] : undefined;
  if (!made || !write) return undefined;
  return { ...made(), write: (id, value) => write(id, { [field]: value }) };
}

/**
 * Writes a value over those of a conflict. One of them is chosen: writing what
 * stands already would leave the conflict.
 */
export function writeAnother(
  conflict: Conflict,
  editor: Editor,
  value: string | number,
): Promise<Done> {
  const known = conflict.values.find((one) => editor.read(editor.show(one.value)) === value);
  return known
    ? api.Sync.Resolve(conflict.id, conflict.key, known.write)
    : editor.write(conflict.id, value);
}
