import { api, type Change, type ContactPatch, type ContactView } from '../../bridge';
import { t } from '../../shared/i18n/index.svelte';
import { fieldName } from '../../shared/leads/fields';
import { live, toastDone, type Live } from '../../shared/stores';

/** Whether a commit may have changed what a contact's page shows. */
export function touchesContact(change: Change, view: ContactView | undefined): boolean {
  const kinds = change.kinds ?? [];
  if (kinds.includes('contacts')) return true;
  const ids = change.leadIds ?? [];
  if (change.label === 'lead.create') return true;
  return [...(view?.leads ?? []), ...(view?.referred ?? [])].some(({ id }) => ids.includes(id));
}

/** One contact on the screen: follows the database, and shows a change before Go confirms it. */
export class ContactRecord {
  readonly id: string;
  readonly #live: Live<ContactView>;

  /** Bound to the component that is being set up. */
  constructor(id: string) {
    this.id = id;
    const it: Live<ContactView> = live(
      () => api.Contacts.Get(id),
      (change) => touchesContact(change, it.value),
    );
    this.#live = it;
  }

  /** undefined until the first answer. */
  get view(): ContactView | undefined {
    return this.#live.value;
  }
  get failure(): unknown {
    return this.#live.failure;
  }

  refresh(): Promise<void> {
    return this.#live.refresh();
  }

  /** Changes fields. Rejects with what Go said, the old values back on the screen. */
  async change(patch: ContactPatch): Promise<void> {
    const before = this.view;
    if (!before) return;
    // A value of a custom field is one of several: Go's answer brings it.
    const shown = patch.values
      ? before
      : { ...before, contact: { ...before.contact, ...patch } as ContactView['contact'] };
    this.#live.show(shown);
    try {
      const done = await api.Leads.UpdateContact(this.id, patch);
      toastDone(done, t('contacts.saved', { field: fieldName(Object.keys(patch)[0]!) }));
    } catch (thrown) {
      if (this.view === shown) this.#live.show(before);
      throw thrown;
    }
  }

  /** Links who works here to this company, or this person to one. */
  async employ(contactIds: string[], companyId: string, name = ''): Promise<void> {
    toastDone(await api.Contacts.Employ({ contactIds, companyId, name }));
  }
}
