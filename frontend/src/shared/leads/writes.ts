import {
  api,
  type Card,
  type Done,
  type LeadPatch,
  type Selection,
  type Stage,
} from '../../bridge';
import { t } from '../i18n/index.svelte';
import { session, toastDone, toastFailure, whileWorking } from '../stores';
import { convertAsk } from './convert.svelte';
import { needsReason, reasonAsk, type ChosenReason } from './reason.svelte';

/** Where in a stage leads go; neither neighbour: on top of those in order. */
export interface Spot {
  afterId: string;
  beforeId: string;
}

export const ON_TOP: Spot = { afterId: '', beforeId: '' };

const NO_REASON: ChosenReason = { reasonId: '', reasonNote: '' };

/** A lead that is to move: where it stands now says whether a reason is due. */
export type Moving = Pick<Card, 'id' | 'name' | 'stageId' | 'valueCents' | 'vehicle'>;

/**
 * The reason for leads to enter a stage, asked for when the stage wants one;
 * undefined when the person gave up.
 */
export async function reasonFor(
  stage: Stage,
  leads: readonly Moving[],
): Promise<ChosenReason | undefined> {
  const entering = leads.filter((lead) => lead.stageId !== stage.id);
  if (entering.length === 0 || !needsReason(stage)) return NO_REASON;
  return reasonAsk.ask(stage, entering[0]!.name, entering.length);
}

/**
 * Moves leads by id, asking for the reason where one is due, and says so; into the
 * stage of converted leads they are converted.
 * undefined when the person gave up or it failed (which was said).
 */
export async function moveLeads(
  leads: readonly Moving[],
  stage: Stage,
  spot: Spot = ON_TOP,
): Promise<Done | undefined> {
  if (stage.kind === 'converted') return convert(leads);
  const reason = await reasonFor(stage, leads);
  if (!reason) return undefined;
  return said(() =>
    api.Leads.Move({
      ids: leads.map((lead) => lead.id),
      stageId: stage.id,
      ...spot,
      toTop: spot.afterId === '' && spot.beforeId === '',
      ...reason,
    }),
  );
}

/** Moves all of a selection to the top of a stage. count is how many they are. */
export async function moveAll(
  chosen: Selection,
  count: number,
  stage: Stage,
): Promise<Done | undefined> {
  if (stage.kind === 'converted') return convertAsk.ask(chosen, count);
  const reason = needsReason(stage) ? await reasonAsk.ask(stage, '', count) : NO_REASON;
  if (!reason) return undefined;
  return said(() => api.Leads.MoveAll(chosen, stage.id, reason.reasonId, reason.reasonNote));
}

/** Asks how leads go on in sales, and moves them there. */
export function convert(leads: readonly Moving[]): Promise<Done | undefined> {
  const chosen = { ids: leads.map((lead) => lead.id), filter: null };
  return convertAsk.ask(chosen, leads.length, leads.length === 1 ? leads[0] : undefined);
}

/** Gives leads to a person, '' for nobody, and says so. */
export function assign(chosen: Selection, ownerId: string): Promise<Done | undefined> {
  const owner = session.user(ownerId)?.name ?? '';
  return said(
    () => api.Leads.Assign(chosen, ownerId),
    (count, name) =>
      owner
        ? t('leads.done.assigned', { count, name, owner })
        : t('leads.done.unassigned', { count, name }),
  );
}

export function tag(
  chosen: Selection,
  add: readonly string[],
  remove: readonly string[],
): Promise<Done | undefined> {
  return said(() => api.Leads.Tag(chosen, [...add], [...remove]));
}

export function archive(chosen: Selection): Promise<Done | undefined> {
  return said(() => api.Leads.Archive(chosen));
}

export function unarchive(chosen: Selection): Promise<Done | undefined> {
  return said(() => api.Leads.Unarchive(chosen));
}

/** Changes fields of leads, and says so. */
export function editAll(chosen: Selection, patch: LeadPatch): Promise<Done> {
  return whileWorking(api.Leads.EditAll(chosen, patch));
}

/** Deletes leads: their values stay for undo. */
export function remove(chosen: Selection): Promise<Done | undefined> {
  return said(() => api.Leads.Delete(chosen));
}

/** Logs that the customer answered, which puts the lead on top. */
export function replied(id: string): Promise<Done | undefined> {
  return said(() => api.Leads.Replied(id, ''));
}

export function markUnread(id: string): Promise<Done | undefined> {
  return said(() => api.Leads.MarkUnread(id));
}

/** The selection of one lead. */
export function only(id: string): Selection {
  return { ids: [id], filter: null };
}

async function said(
  write: () => Promise<Done>,
  sentence?: (count: number, name: string) => string,
): Promise<Done | undefined> {
  try {
    const done = await whileWorking(write());
    const { count = '1', name = '' } = done.params ?? {};
    toastDone(done, sentence?.(Number(count), name));
    return done;
  } catch (thrown) {
    toastFailure(thrown);
    return undefined;
  }
}
