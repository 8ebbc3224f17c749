const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;

/** "812 kB", "4,2 MB": a size in the language's way, with one decimal below ten. */
export function bytesText(bytes: number, locale: string): string {
  let size = Math.max(0, bytes);
  let unit = 0;
  while (size >= 1000 && unit < UNITS.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return new Intl.NumberFormat(locale, {
    style: 'unit',
    unit: UNITS[unit],
    unitDisplay: 'short',
    maximumFractionDigits: size < 10 && unit > 0 ? 1 : 0,
  }).format(size);
}
