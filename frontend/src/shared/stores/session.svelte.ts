import { api, type Person, type SessionState } from '../../bridge';
import { dayOf, type Day } from '../format/dates';

const EMPTY: SessionState = {
  shopName: '',
  language: '',
  zone: 'America/Sao_Paulo',
  people: [],
  acting: '',
  version: '',
};

/** Who uses the program, in which shop, and what "now" is there. Reactive. */
class Session {
  #state = $state.raw<SessionState>(EMPTY);
  #now = $state(Date.now());

  get state(): SessionState {
    return this.#state;
  }
  get people(): readonly Person[] {
    return this.#state.people;
  }
  get zone(): string {
    return this.#state.zone || EMPTY.zone;
  }
  /** The person who acts, or undefined before one is chosen. */
  get acting(): Person | undefined {
    return this.#state.people.find((person) => person.id === this.#state.acting);
  }
  /** ms UTC, moving once a minute: ages and "hoje" follow it. */
  get now(): number {
    return this.#now;
  }
  /** The shop's today. */
  get today(): Day {
    return dayOf(this.#now, this.zone);
  }

  async load(): Promise<void> {
    const state = await api.Session.State();
    // A Go slice without entries arrives as null.
    this.#state = { ...state, people: state.people ?? [] };
  }

  async actAs(personID: string): Promise<void> {
    await api.Session.ActAs(personID);
    await this.load();
  }

  /** Lets `now` move; the answer stops it. */
  startClock(): () => void {
    const timer = setInterval(() => (this.#now = Date.now()), 60_000);
    return () => clearInterval(timer);
  }
}

export const session = new Session();
