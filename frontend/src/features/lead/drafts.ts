import { api } from '../../bridge';

/** What was begun to be written about a lead and not saved: it survives closing and a restart. */
export interface Draft {
  kind: string;
  text: string;
}

const WRITE_AFTER_MS = 400;
const NONE: Draft = { kind: 'note', text: '' };

const keyOf = (leadId: string) => `draft.${leadId}`;

const waiting = new Map<string, { draft: Draft; timer: ReturnType<typeof setTimeout> }>();

/** The draft of a lead; an empty note when there is none. */
export async function readDraft(leadId: string): Promise<Draft> {
  const unwritten = waiting.get(leadId);
  if (unwritten) return unwritten.draft;
  const kept = await api.Device.Get(keyOf(leadId));
  try {
    return kept ? { ...NONE, ...(JSON.parse(kept) as Partial<Draft>) } : NONE;
  } catch {
    return NONE;
  }
}

/** Keeps a draft, shortly after; an empty one is forgotten. */
export function keepDraft(leadId: string, draft: Draft): void {
  clearTimeout(waiting.get(leadId)?.timer);
  const timer = setTimeout(() => write(leadId), WRITE_AFTER_MS);
  waiting.set(leadId, { draft, timer });
}

/** Writes at once what is still waiting: the page goes. */
export function flushDrafts(): void {
  for (const leadId of [...waiting.keys()]) write(leadId);
}

function write(leadId: string): void {
  const unwritten = waiting.get(leadId);
  if (!unwritten) return;
  clearTimeout(unwritten.timer);
  waiting.delete(leadId);
  const { text } = unwritten.draft;
  // A draft is comfort: the text itself still stands in the box.
  api.Device.Set(keyOf(leadId), text === '' ? '' : JSON.stringify(unwritten.draft)).catch(() => {});
}
