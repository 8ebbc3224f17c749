import { language } from '../i18n/index.svelte';
import { remembered } from './locale';

const whole = remembered((locale) => new Intl.NumberFormat(locale, { maximumFractionDigits: 0 }));

const exact = remembered((locale) => new Intl.NumberFormat(locale, { maximumFractionDigits: 4 }));

/** "1234.5", as Go keeps a number → "1.234,5". */
export function decimal(value: string, locale: string = language()): string {
  // As text: a long one has more digits than a float.
  return value === '' ? '' : exact(locale).format(value as unknown as number);
}

/** "1.234,5" or "1234.5" → "1234.5"; null when it is no number, or finer than Go keeps. */
export function parseDecimal(text: string): string | null {
  const match = /^(-?)(?:R\$)?\s*([\d.,\s]+)$/.exec(text.trim());
  const digits = match?.[2]?.replace(/\s/g, '') ?? '';
  if (!/\d/.test(digits)) return null;
  const comma = digits.lastIndexOf(',');
  const dot = digits.lastIndexOf('.');
  // A single dot is the decimal one unless three digits follow: "1.234".
  const thousands = /^\d{1,3}(\.\d{3})+$/.test(digits) || /^\d{1,3}(,\d{3}){2,}$/.test(digits);
  const cut = thousands ? -1 : Math.max(comma, dot);
  const whole = (cut < 0 ? digits : digits.slice(0, cut)).replace(/[.,]/g, '');
  const fraction = cut < 0 ? '' : digits.slice(cut + 1);
  if (fraction.length > 4 || whole.length > 14) return null;
  return `${match![1]}${whole || '0'}${fraction ? `.${fraction}` : ''}`;
}

/** 59873 → "59.873". */
export function count(n: number, locale: string = language()): string {
  return whole(locale).format(n);
}
