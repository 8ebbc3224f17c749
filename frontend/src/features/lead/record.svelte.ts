import {
  api,
  type Change,
  type ContactPatch,
  type Done,
  type FieldValue,
  type LeadPatch,
  type LeadView,
} from '../../bridge';
import { live, toastDone, type Live } from '../../shared/stores';
import { t } from '../../shared/i18n/index.svelte';
import { fieldName } from '../../shared/leads/fields';
import { valueKey, withValues } from '../../shared/leads/values';

/** One lead on the screen: follows the database, and shows a change before Go confirms it. */
export class LeadRecord {
  readonly id: string;
  readonly #live: Live<LeadView>;

  constructor(id: string, it: Live<LeadView>) {
    this.id = id;
    this.#live = it;
  }

  /** undefined until the first answer. */
  get view(): LeadView | undefined {
    return this.#live.value;
  }

  /** What the last load threw: the lead was deleted, the road is down. */
  get failure(): unknown {
    return this.#live.failure;
  }

  refresh(): Promise<void> {
    return this.#live.refresh();
  }

  /** Changes fields of the lead. Rejects with what Go said, the old values back on the screen. */
  change(patch: LeadPatch): Promise<void> {
    return this.#write(
      patch,
      (view) => ({ ...view, lead: merged(view.lead, patch) }),
      () => api.Leads.Update(this.id, patch),
    );
  }

  /** Changes fields of the lead's contact, as change. */
  changeContact(patch: ContactPatch): Promise<void> {
    const id = this.view?.contact.id ?? '';
    return this.#write(
      patch,
      (view) => ({ ...view, contact: merged(view.contact, patch) }),
      () => api.Leads.UpdateContact(id, patch),
    );
  }

  async #write(
    patch: LeadPatch | ContactPatch,
    ahead: (view: LeadView) => LeadView,
    call: () => Promise<Done>,
  ): Promise<void> {
    const before = this.view;
    if (!before) return;
    const shown = ahead(before);
    this.#live.show(shown);
    try {
      toastDone(await call(), t('lead.saved', { field: fieldName(changedField(patch)) }));
    } catch (thrown) {
      // A newer answer of Go's is not put back.
      if (this.view === shown) this.#live.show(before);
      throw thrown;
    }
  }
}

// A patch names only the custom values that change.
function merged<T extends { values: FieldValue[] | null }>(
  record: T,
  patch: { values?: FieldValue[] },
): T {
  if (!patch.values) return { ...record, ...patch };
  return { ...record, ...patch, values: withValues(record.values, patch.values) };
}

function changedField(patch: { values?: FieldValue[] }): string {
  const value = patch.values?.[0];
  return value ? valueKey(value.fieldId) : Object.keys(patch)[0]!;
}

/** True when a commit may have changed what the page of a lead shows. */
export function touchesLead(change: Change, id: string, view: LeadView | undefined): boolean {
  // A Go slice without entries arrives as null.
  const ids = change.leadIds ?? [];
  if (ids.includes(id)) return true;
  // A further lead of the same contact appears, or one of those shown changes.
  return (
    change.label === 'lead.create' ||
    (view?.others?.some((other) => ids.includes(other.id)) ?? false)
  );
}

/**
 * The record of a lead, bound to the component that is being set up. `first` is
 * shown until the answer comes.
 */
export function leadRecord(id: string, first?: LeadView): LeadRecord {
  const it: Live<LeadView> = live(
    () => api.Leads.Get(id),
    (change) => touchesLead(change, id, it.value),
  );
  if (first) it.show(first);
  return new LeadRecord(id, it);
}
