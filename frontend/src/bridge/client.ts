import type { Api } from './api';
import { toFailure } from './failure';
import { httpTransport, inWindow, windowTransport, type Transport } from './transport';
import { isUnhurried, PATIENCE_MS, within } from './watchdog';

/** What the save chip shows: calls under way and the last failure to reach Go. */
export interface Traffic {
  pending: number;
  /** Code of the last call when it could not be answered at all; '' when all is well. */
  trouble: string;
}

type Watcher = (traffic: Readonly<Traffic>) => void;

// Failures of the road or of the disk, not of what was asked.
const TROUBLE = new Set([
  'bridge.timeout',
  'bridge.unreachable',
  'bridge.http',
  'disk_full',
  'locked',
  'read_only',
  'database.corrupt',
]);

const traffic: Traffic = { pending: 0, trouble: '' };
const watchers = new Set<Watcher>();
let transport: Transport | null = null;

/** Tells whenever a call starts or ends. */
export function watchTraffic(watcher: Watcher): () => void {
  watchers.add(watcher);
  watcher(traffic);
  return () => watchers.delete(watcher);
}

/** Puts another road in place, for tests. null goes back to the real one. */
export function useTransport(other: Transport | null): void {
  transport = other;
}

/** One call to Go. Rejects with a Failure, at the latest after PATIENCE_MS for calls that should be instant. */
export async function call(
  struct: string,
  method: string,
  args: readonly unknown[],
): Promise<unknown> {
  const name = `${struct}.${method}`;
  settle(+1);
  try {
    const answer = takeAhead(struct, method, args) ?? road()(struct, method, args);
    const due = isUnhurried(struct, method) ? answer : within(answer, PATIENCE_MS, name);
    if (!FOREIGN.has(struct) && !FOREIGN.has(name)) track(due);
    const value = await due;
    settle(-1, '');
    return value;
  } catch (thrown) {
    const failure = toFailure(thrown, name);
    settle(-1, TROUBLE.has(failure.code) ? failure.code : '');
    throw failure;
  }
}

const road = () => transport ?? (inWindow() ? windowTransport : httpTransport);

const ahead = new Map<string, unknown>();

/**
 * Holds what a call answers, for the first who makes it: no question, no wait.
 * Whoever holds answers takes care that they are forgotten when something changes.
 */
export function holdAhead(
  call: readonly [string, string, readonly unknown[]],
  answer: unknown,
): void {
  ahead.set(JSON.stringify(call), answer);
}

export function forgetAhead(): void {
  ahead.clear();
}

function takeAhead(...call: [string, string, readonly unknown[]]): Promise<unknown> | undefined {
  if (ahead.size === 0) return undefined;
  const key = JSON.stringify(call);
  if (!ahead.has(key)) return undefined;
  const answer = ahead.get(key);
  ahead.delete(key);
  return Promise.resolve(answer);
}

// What these wait for is a person, a hub or a long job of its own.
const FOREIGN = new Set([
  'Sheets',
  'Backups',
  'Native',
  'Sync.Join',
  'Sync.Leave',
  'Sync.Devices',
  'Sync.RevokeDevice',
]);
const underWay = new Set<Promise<unknown>>();

function track(answer: Promise<unknown>): void {
  underWay.add(answer);
  const end = () => underWay.delete(answer);
  answer.then(end, end);
}

/**
 * Waits until every call made so far is answered. "Undo" means what a person
 * did last, also when that is being written still.
 */
export async function settled(): Promise<void> {
  await Promise.allSettled([...underWay]);
}

function settle(step: number, trouble?: string): void {
  traffic.pending += step;
  if (trouble !== undefined) traffic.trouble = trouble;
  for (const watcher of watchers) watcher(traffic);
}

const methods = (struct: string) =>
  new Proxy(
    {},
    {
      get: (_, method) =>
        typeof method === 'string' ? (...args: unknown[]) => call(struct, method, args) : undefined,
    },
  );

const structs = new Map<string, unknown>();

/** Go's bound structs: `api.Leads.Get(id)`. The one door to Go for every feature. */
export const api = new Proxy(
  {},
  {
    get: (_, struct) => {
      if (typeof struct !== 'string') return undefined;
      if (!structs.has(struct)) structs.set(struct, methods(struct));
      return structs.get(struct);
    },
  },
) as Api;
