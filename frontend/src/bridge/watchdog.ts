import { Failure } from './failure';

/** A panic in a bound method leaves its promise pending for ever, so no call waits longer than this. */
export const PATIENCE_MS = 30_000;

// These wait for a person (a file dialog) or for work that may be as long as
// an import, undoing one included; most of it has its own progress
// events and cancel button.
const UNHURRIED = new Set(['Sheets', 'Backups', 'Native', 'History', 'Setup']);
// And these for as many leads as a person picked, which may be all.
const BULK = new Set(['MoveAll', 'Assign', 'Tag', 'Archive', 'Unarchive', 'Delete']);
// These wait for a hub that may be far away.
const REMOTE = new Set(['Join', 'Leave']);

/** True for calls that may rightly take longer than PATIENCE_MS. */
export function isUnhurried(struct: string, method: string): boolean {
  return (
    UNHURRIED.has(struct) ||
    (struct === 'Leads' && BULK.has(method)) ||
    (struct === 'Sync' && REMOTE.has(method))
  );
}

/** Rejects with `bridge.timeout` when the answer has not come in ms. */
export function within<T>(answer: Promise<T>, ms: number, call: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Failure('bridge.timeout', { call })), ms);
    answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
