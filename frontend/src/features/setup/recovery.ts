import type { Recovery } from '../../bridge';
import { hasKey, t } from '../../shared/i18n/index.svelte';

/** When a copy was made (ms UTC), read from its name; 0 when the name doesn't say. */
export function copiedAt(snapshot: string): number {
  const stamp = /(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})\.(\d{3})Z/.exec(snapshot);
  if (!stamp) return 0;
  const [year, month, day, hour, minute, second, ms] = stamp.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  return Date.UTC(year, month - 1, day, hour, minute, second, ms);
}

/** What was not readable, in words: "leads" → "Leads". Words unknown here are shown as they came. */
export function lostText(line: string): string {
  const key = `setup.lost.${line.split(/\W/)[0]}`;
  return hasKey(key) ? t(key) : line;
}

/** Technical lines for "copiar detalhes"; they hold no record's contents. */
export function recoveryDetails({ at, snapshot, salvaged, lost }: Recovery): string {
  return [
    `recovered: ${new Date(at).toISOString()}`,
    `snapshot: ${snapshot || '-'}`,
    `salvaged: ${salvaged}`,
    `lost: ${lost.join(', ') || '-'}`,
  ].join('\n');
}
