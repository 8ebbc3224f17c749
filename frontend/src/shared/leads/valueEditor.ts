import type { HTMLInputAttributes } from 'svelte/elements';
import type { CustomField } from '../../bridge';
import {
  dayNumeric,
  decimal,
  money,
  parseDay,
  parseDecimal,
  parseMoney,
  parsePhone,
  phone,
  phoneMask,
} from '../format';
import { t, type Key } from '../i18n/index.svelte';
import { session } from '../stores';
import type { Choice } from '../ui/choice';
import { dayMask } from '../ui/mask';
import { offered } from './values';

/** How a value of a custom field is typed. */
export interface ValueEditor {
  /** What there is to choose from; a text is typed where it is missing. */
  choices?: Choice[];
  multiline?: boolean;
  /** Puts the signs in while it is typed. */
  mask?: (text: string) => string;
  /** A kept value as it is typed. */
  show: (value: string) => string;
  /** What was typed as it is kept; undefined when it is no value. */
  read: (text: string) => string | undefined;
  /** The sentence for what is none. */
  invalid: Key;
  inputmode?: HTMLInputAttributes['inputmode'];
  placeholder?: string;
}

const same = (text: string) => text;

// What is left empty is a value of every type.
const unless = (read: (text: string) => string | null) => (text: string) =>
  text.trim() === '' ? '' : (read(text) ?? undefined);

/** The way in which a field's value is typed, by its type. `value` is the one it has. */
export function valueEditor(field: CustomField, value = ''): ValueEditor {
  const plain: ValueEditor = { show: same, read: same, invalid: 'error.invalid' };
  switch (field.type) {
    case 'longText':
      return { ...plain, multiline: true };
    case 'number':
      return {
        show: (kept) => decimal(kept),
        read: unless(parseDecimal),
        invalid: 'error.number.invalid',
        inputmode: 'decimal',
      };
    case 'money':
      return {
        show: (kept) => (kept === '' ? '' : money(Number(kept), session.currency)),
        read: unless((text) => parseMoney(text)?.toString() ?? null),
        invalid: 'error.money.invalid',
        inputmode: 'decimal',
        placeholder: t('leads.custom.money'),
      };
    case 'date':
      return {
        mask: dayMask,
        show: (kept) => (kept ? dayNumeric(kept) : ''),
        read: unless((text) => parseDay(text, session.today)),
        invalid: 'shared.date.invalid',
        inputmode: 'numeric',
        placeholder: t('shared.date.placeholder'),
      };
    case 'bool':
      return {
        ...plain,
        choices: [
          { value: '1', label: t('leads.custom.yes') },
          { value: '0', label: t('leads.custom.no') },
        ],
      };
    case 'choice':
      return { ...plain, choices: offered(field, value) };
    case 'phone':
      return {
        mask: phoneMask,
        show: phone,
        read: unless(parsePhone),
        invalid: 'error.phone.invalid',
        inputmode: 'tel',
      };
    case 'url':
      return { ...plain, inputmode: 'url', placeholder: 'https://' };
    default:
      return plain;
  }
}
