import type { Load } from '../../shared/dnd';

/** An entry under way. */
export const ENTRY = 'agenda.entry';

export type EntryLoad = Load;
