import { api, forgetAhead, holdAhead } from './client';
import { emitLocal, hearing, on } from './events';

/** What Go writes into the page itself: answers to the calls that draw its first picture. */
interface First {
  /** How many events there had been when the answers were made. */
  events: number;
  answers: { call: [struct: string, method: string, args: unknown[]]; result: unknown }[];
}

/** Nobody draws a first picture after this long. */
const FIRST_MS = 5000;

let events: number | undefined;

/** Holds the answers that came with the page, for whoever calls the same first. */
export function takeFirst(): void {
  const written = document.getElementById('first')?.textContent;
  if (!written) return;
  const first = JSON.parse(written) as First;
  events = first.events;
  for (const { call, result } of first.answers) holdAhead(call, result);
  for (const name of ['change', 'workspace', 'sync', 'progress', 'events.lost'] as const)
    on(name, forgetAhead);
  setTimeout(forgetAhead, FIRST_MS);
}

/** Once all listen: asks for everything again if something changed since the page was made. */
export async function checkFirst(): Promise<void> {
  if (events === undefined) return;
  await hearing();
  if ((await api.Session.Events()) !== events) emitLocal('events.lost', null);
}
