import { language } from '../i18n/index.svelte';
import { remembered } from './locale';

const exact = remembered(
  (locale, currency, digits) =>
    new Intl.NumberFormat(locale, {
      style: 'currency',
      currency,
      minimumFractionDigits: Number(digits),
      maximumFractionDigits: Number(digits),
    }),
);

const compact = remembered(
  (locale, currency) =>
    new Intl.NumberFormat(locale, {
      style: 'currency',
      currency,
      notation: 'compact',
      // "R$ 3,9 mi", but "R$ 185 mi": no more than a glance takes in.
      minimumFractionDigits: 0,
      maximumFractionDigits: 1,
      maximumSignificantDigits: 3,
      roundingPriority: 'lessPrecision',
    }),
);

/** 123456 → "R$ 1.234,56". */
export function money(cents: number, currency = 'BRL', locale: string = language()): string {
  return exact(locale, currency, '2').format(cents / 100);
}

/** As money, without ",00" when the amount is whole: what cards and lists show. */
export function moneyShort(cents: number, currency = 'BRL', locale: string = language()): string {
  return exact(locale, currency, cents % 100 === 0 ? '0' : '2').format(cents / 100);
}

/** 390000000 → "R$ 3,9 mi": sums at the head of a stage. */
export function moneyCompact(cents: number, currency = 'BRL', locale: string = language()): string {
  return compact(locale, currency).format(cents / 100);
}

/**
 * Reads an amount as a person types or pastes it: "R$ 99.900,00", "99.900",
 * "99900.00", "1,5". Answers cents, or null when it holds no amount.
 */
export function parseMoney(text: string): number | null {
  const cleaned = text.replace(/[^\d.,-]/g, '');
  if (!/\d/.test(cleaned)) return null;
  const negative = cleaned.startsWith('-');
  const digits = cleaned.replace(/-/g, '');
  const cut = decimalCut(digits);
  const whole = (cut < 0 ? digits : digits.slice(0, cut)).replace(/\D/g, '');
  const fraction = cut < 0 ? '' : digits.slice(cut + 1).replace(/\D/g, '');
  const cents = Number(whole || '0') * 100 + Number(fraction.padEnd(2, '0').slice(0, 2));
  if (!Number.isSafeInteger(cents)) return null;
  return negative ? -cents : cents;
}

// The last separator is the decimal one, unless exactly three digits follow a
// separator of a single kind ("99.900"): those are thousands.
function decimalCut(digits: string): number {
  const last = Math.max(digits.lastIndexOf('.'), digits.lastIndexOf(','));
  if (last < 0) return -1;
  const mixed = digits.includes('.') && digits.includes(',');
  if (mixed) return last;
  const parts = digits.split(digits[last]!);
  if (parts.length > 2) return -1;
  return parts[1]!.length === 3 ? -1 : last;
}
