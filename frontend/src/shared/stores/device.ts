import { api } from '../../bridge';

/**
 * What belongs to this device and not to the records: theme, widths, scroll,
 * filters. One JSON map behind Go's key/value store, read once at start so
 * that a screen can be drawn as it was left.
 */
const KEY = 'ui';
const WRITE_AFTER_MS = 250;

let values: Record<string, unknown> = {};
let timer: ReturnType<typeof setTimeout> | undefined;

/** Reads what was kept. A map that can't be read counts as empty: it is only comfort. */
export async function loadDevice(): Promise<void> {
  const text = await api.Device.Get(KEY);
  try {
    const parsed: unknown = text ? JSON.parse(text) : {};
    values =
      typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : {};
  } catch {
    values = {};
  }
}

/** The value kept under name, or fallback. */
export function remember<T>(name: string, fallback: T): T {
  return name in values ? (values[name] as T) : fallback;
}

/** Keeps a JSON value under name; undefined forgets it. Written shortly after, and when the page goes. */
export function keep(name: string, value: unknown): void {
  if (value === undefined) delete values[name];
  else values[name] = value;
  clearTimeout(timer);
  timer = setTimeout(flushDevice, WRITE_AFTER_MS);
}

/** Writes at once what is still waiting. */
export function flushDevice(): void {
  if (timer === undefined) return;
  clearTimeout(timer);
  timer = undefined;
  // Losing this is no loss of work; the save chip shows a road that is down.
  api.Device.Set(KEY, JSON.stringify(values)).catch(() => {});
}
