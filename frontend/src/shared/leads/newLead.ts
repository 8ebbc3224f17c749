import type { NewLead } from '../../bridge';

/** What stands in the dialog: a lead as typed, its value perhaps not yet. */
export interface Draft extends Omit<
  NewLead,
  'valueCents' | 'contactId' | 'originLeadId' | 'shopId'
> {
  valueCents: number | null;
  /** The name of who brought it. */
  referrer: string;
}

/** The name under which this device keeps a draft. */
export const DRAFT = 'draft:lead';

/** Fields that a person writes: what makes a draft worth keeping. */
const WRITTEN = [
  'name',
  'phone',
  'email',
  'company',
  'vehicle',
  'plate',
  'subject',
  'note',
] as const;

export function emptyDraft(stageId: string, ownerId: string): Draft {
  return {
    name: '',
    phone: '',
    email: '',
    company: '',
    vehicle: '',
    plate: '',
    subject: '',
    valueCents: null,
    sourceId: '',
    ownerId,
    stageId,
    timeframe: '',
    tags: [],
    note: '',
    values: [],
    referredBy: '',
    referrer: '',
  };
}

/** True when somebody wrote something into it. */
export function isWritten(draft: Draft): boolean {
  return WRITTEN.some((field) => draft[field].trim() !== '') || draft.valueCents !== null;
}

/**
 * A draft as this device kept it, made whole: fields of another version are
 * left out. undefined when there is none.
 */
export function draftFrom(kept: unknown, fresh: Draft): Draft | undefined {
  if (typeof kept !== 'object' || kept === null) return undefined;
  const draft: Record<string, unknown> = { ...fresh };
  for (const [field, value] of Object.entries(kept)) {
    if (field in fresh && sameType(value, fresh[field as keyof Draft], field)) draft[field] = value;
  }
  return draft as unknown as Draft;
}

function sameType(value: unknown, like: unknown, field: string): boolean {
  if (field === 'valueCents') return value === null || typeof value === 'number';
  return Array.isArray(like) ? Array.isArray(value) : typeof value === typeof like;
}

/** What the next lead of a series keeps: where it goes, where it came from, whose it is. */
export function nextOf(draft: Draft): Draft {
  const { stageId, ownerId, sourceId } = draft;
  return { ...emptyDraft(stageId, ownerId), sourceId };
}

export function toNewLead({ referrer: _, ...draft }: Draft): NewLead {
  return {
    ...draft,
    valueCents: draft.valueCents ?? 0,
    contactId: '',
    originLeadId: '',
    shopId: '',
  };
}
