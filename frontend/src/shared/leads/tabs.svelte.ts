import { api, on, type TabCounts } from '../../bridge';

/** Counting walks indexes over all leads, so a burst of commits is counted once. */
const REST_MS = 250;

/**
 * How many leads the views of a pipeline hold, following the database: to be
 * made while a component is set up. undefined until the first answer.
 */
export function tabCounts(pipelineId: () => string): { readonly counts: TabCounts | undefined } {
  let counts = $state.raw<TabCounts | undefined>(undefined);
  let turn = 0;

  async function count(id: string) {
    const mine = ++turn;
    if (id === '') return;
    // A failure leaves the last counts; the board itself says what went wrong.
    const answer = await api.Board.Tabs(id).catch(() => counts);
    if (mine === turn) counts = answer;
  }

  $effect(() => {
    const id = pipelineId();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const later = () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        void count(id);
      }, REST_MS);
    };
    void count(id);
    const offs = [on('change', later), on('workspace', later), on('events.lost', later)];
    return () => {
      clearTimeout(timer);
      offs.forEach((off) => off());
    };
  });

  return {
    get counts() {
      return counts;
    },
  };
}
