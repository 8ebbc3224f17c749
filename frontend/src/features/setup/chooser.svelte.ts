import type { Workspace } from '../../bridge';
import { session } from '../../shared/stores';

// Lasts as long as the window: a page that is loaded again asks no second time.
const ASKED = 'patio.asked';

/** True when a start has to ask who is using the program. */
export function mustAsk(
  { firstRun, users, actingUserId }: Pick<Workspace, 'firstRun' | 'users' | 'actingUserId'>,
  asked: boolean,
): boolean {
  const people = users.filter((user) => !user.retired);
  if (firstRun || people.length === 0) return false;
  if (!people.some((user) => user.id === actingUserId)) return true;
  return people.length > 1 && !asked;
}

/** Whether "Quem está usando?" is on the screen. Reactive. */
class Chooser {
  #open = $state(false);

  get open(): boolean {
    return this.#open;
  }

  /** Asks at the start of the program, if there is somebody to choose from. */
  start(): void {
    if (mustAsk(session.state, sessionStorage.getItem(ASKED) !== null)) this.#open = true;
    else if (!session.state.firstRun) this.#remember();
  }

  /** Asks because a person wants to switch. */
  ask(): void {
    this.#open = true;
  }

  async choose(userID: string): Promise<void> {
    if (userID !== session.state.actingUserId) await session.actAs(userID);
    this.#remember();
    this.#open = false;
  }

  /** Leaves things as they are; not possible while nobody was chosen. */
  dismiss(): void {
    if (session.acting === undefined || session.acting.retired) return;
    this.#remember();
    this.#open = false;
  }

  #remember(): void {
    sessionStorage.setItem(ASKED, '1');
  }
}

export const chooser = new Chooser();
