/** How many imported leads the last search could not look into yet. Reactive. */
class Pending {
  count = $state(0);
}

export const pending = new Pending();
