import { language } from '../i18n/index.svelte';
import { remembered } from './locale';

const whole = remembered((locale) => new Intl.NumberFormat(locale, { maximumFractionDigits: 0 }));

/** 59873 → "59.873". */
export function count(n: number, locale: string = language()): string {
  return whole(locale).format(n);
}
