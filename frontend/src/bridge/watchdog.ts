import { Failure } from './failure';

/** A panic in a bound method leaves its promise pending for ever, so no call waits longer than this. */
export const PATIENCE_MS = 30_000;

// These wait for a person (a file dialog) or for work that may be as long as
// an import, undoing one included; most of it has its own progress
// events and cancel button.
const UNHURRIED = new Set(['Sheets', 'Backups', 'Native', 'History']);

/** True for calls that may rightly take longer than PATIENCE_MS. */
export function isUnhurried(struct: string): boolean {
  return UNHURRIED.has(struct);
}

/** Rejects with `bridge.timeout` when the answer has not come in ms. */
export function within<T>(answer: Promise<T>, ms: number, call: string): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Failure('bridge.timeout', { call })), ms);
    answer.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
