import { api } from '../../bridge';

/**
 * What belongs to this device and not to the records: theme, widths, scroll,
 * filters. One JSON map behind Go's key/value store, read once at start so
 * that a screen can be drawn as it was left.
 */
const KEY = 'ui';
const UNWRITTEN = 'ui.unwritten';
const WRITE_AFTER_MS = 250;

let values: Record<string, unknown> = {};
let timer: ReturnType<typeof setTimeout> | undefined;

/** Reads what was kept. A map that can't be read counts as empty: it is only comfort. */
export async function loadDevice(): Promise<void> {
  // A page that is gone may have left what Go hadn't written when this one was made.
  const unwritten = sessionStorage.getItem(UNWRITTEN);
  const text = unwritten ?? (await api.Device.Get(KEY));
  if (unwritten !== null) timer = setTimeout(flushDevice, WRITE_AFTER_MS);
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
  const text = JSON.stringify(values);
  sessionStorage.setItem(UNWRITTEN, text);
  api.Device.Set(KEY, text).then(
    () => {
      if (sessionStorage.getItem(UNWRITTEN) === text) sessionStorage.removeItem(UNWRITTEN);
    },
    () => {}, // losing this is no loss of work; the save chip shows a road that is down
  );
}

/** Names the calls that fetch what is shown: their answers come with the page when it is opened next. */
export function startWith(
  calls: readonly [struct: string, method: string, args: unknown[]][],
): void {
  if (JSON.stringify(calls) !== JSON.stringify(remember('first', []))) keep('first', calls);
}
