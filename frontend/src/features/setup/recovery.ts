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

/**
 * What is gone, in words: "leads:3" → "3 leads"; a deletion that is gone brings
 * what was deleted back. Words unknown here are shown as they came.
 */
export function lostText(line: string): string {
  const [name = '', count = ''] = line.split(':');
  const key = name.endsWith('.deletion') ? 'setup.lost.deletion' : `setup.lost.${name}`;
  return hasKey(key) ? t(key, { count: Number(count) }) : line;
}

/** Technical lines for "copiar detalhes"; they hold no record's contents. */
export function recoveryDetails(recovery: Recovery): string {
  const { at, folder, snapshot, salvaged, older, doubtful, pages, lost } = recovery;
  return [
    `recovered: ${new Date(at).toISOString()}`,
    `folder: ${folder || '-'}`,
    `snapshot: ${snapshot || '-'}`,
    `salvaged: ${salvaged}`,
    `older: ${older}`,
    `doubtful: ${doubtful}`,
    `pages: ${pages}`,
    `lost: ${lost.join(', ') || '-'}`,
  ].join('\n');
}
