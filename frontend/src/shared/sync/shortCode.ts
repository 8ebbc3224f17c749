/** What is left of a time, as minutes and seconds: `14:05`; `0:00` when it is over. */
export function countdown(until: number, now: number): string {
  const seconds = Math.max(0, Math.ceil((until - now) / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** After so long a code that no PC asked for is one that no PC can reach. */
export const UNHEARD_MS = 30_000;

/** Whether a join failed because the shop's server isn't found or reached by the network. */
export function unfound(failure: string, code: string): boolean {
  return failure === 'sync.nobody' || (failure === 'sync.unreachable' && isShort(code));
}

// As Go reads one: hyphens and spaces only group.
function isShort(code: string): boolean {
  return code.replace(/[\s-]/g, '').length === 8;
}
