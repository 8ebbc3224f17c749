import type { Contact, LikelyPair } from '../../bridge';
import { fieldName, fieldText } from '../../shared/leads/fields';
import { t } from '../../shared/i18n/index.svelte';
import { session } from '../../shared/stores';

/** Fields of which one value stays, in the order in which they are shown. */
const SINGLE = [
  'name',
  'document',
  'birthday',
  'company',
  'type',
  'city',
  'address',
  'zip',
] as const;

/** One line of the comparison. */
export interface Line {
  field: string;
  label: string;
  /** What each has, as a person reads it; '' for none. */
  texts: [string, string];
  /** Nothing to choose: both have the same, or only one has any. */
  settled: boolean;
}

/** What two contacts say, field by field; lines that neither fills are left out. */
export function lines({ contact, other }: LikelyPair): Line[] {
  const [one, two] = [contact.contact, other.contact];
  const single = SINGLE.map((field) =>
    line(field, fieldName(field), [text(one, field), text(two, field)]),
  );
  const custom = session.fieldsOf('contact').map((field) => {
    const read = (of: Contact) =>
      fieldText(
        `values.${field.id}`,
        (of.values ?? []).find((v) => v.fieldId === field.id)?.value ?? '',
      );
    return line(`values.${field.id}`, field.name, [read(one), read(two)]);
  });
  return [...single, ...custom].filter(({ texts }) => texts.some((it) => it !== ''));
}

function text(of: Contact, field: (typeof SINGLE)[number]): string {
  return fieldText(`contact.${field}`, of[field]);
}

function line(field: string, label: string, texts: [string, string]): Line {
  return { field, label, texts, settled: texts[0] === texts[1] || texts.includes('') };
}

/**
 * Whose value stays unless somebody says otherwise, by field: of names the one
 * that says more, else the older contact's.
 */
export function suggested(pair: LikelyPair): Record<string, string> {
  const ids = [pair.contact.contact.id, pair.other.contact.id];
  const keep: Record<string, string> = {};
  for (const { field, texts, settled } of lines(pair)) {
    const other = field === 'name' ? longer(texts) : texts[0] === '';
    if (other || !settled) keep[field] = ids[other ? 1 : 0]!;
  }
  return keep;
}

function longer([one, two]: [string, string]): boolean {
  return words(two) > words(one) || (words(two) === words(one) && two.length > one.length);
}

// An initial says less than no word at all.
const words = (name: string) =>
  name.split(/\s+/).reduce((n, word) => n + (word.replace('.', '').length > 1 ? 2 : 1), 0);

/** "mesmo telefone · mesmo e-mail" */
export function reasonText({ reasons }: LikelyPair): string {
  return reasons.map((reason) => t(`duplicates.by.${reason}`)).join(' · ');
}
