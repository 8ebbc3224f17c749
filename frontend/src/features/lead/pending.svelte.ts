/** What the last search could not look into yet. Reactive. */
class Pending {
  /** Imported leads. */
  leads = $state(0);
  /** Activities. */
  notes = $state(0);
}

export const pending = new Pending();
