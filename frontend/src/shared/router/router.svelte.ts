import { keep, remember } from '../stores/device';
import { joinHash, splitHash } from './path';

/** Where the person is: the address after `#`. Reactive; survives a restart. */
class Router {
  #path = $state('/');
  #query = $state.raw<Readonly<Record<string, string>>>({});
  #home = '/';
  // How many pages of this program lie behind the one that is shown.
  #step = 0;

  get path(): string {
    return this.#path;
  }
  get query(): Readonly<Record<string, string>> {
    return this.#query;
  }

  /** Follows the address; opens `home` (or where the person last was) when it is empty. */
  start(home: string): () => void {
    this.#home = home;
    if (splitHash(location.hash).path === '/') {
      history.replaceState(null, '', remember('hash', `#${home}`));
    }
    // After a reload the address knows its step; else this is the first.
    if (stepOf(history.state) === undefined) mark(0);
    this.#read();
    const read = () => this.#read();
    window.addEventListener('hashchange', read);
    window.addEventListener('popstate', read);
    return () => {
      window.removeEventListener('hashchange', read);
      window.removeEventListener('popstate', read);
    };
  }

  /** Goes to a path. replace leaves no step for "back". */
  go(path: string, options: { query?: Record<string, string>; replace?: boolean } = {}): void {
    const hash = joinHash(path, options.query);
    if (hash === location.hash) return;
    if (options.replace) history.replaceState({ step: this.#step }, '', hash);
    else history.pushState({ step: this.#step + 1 }, '', hash);
    this.#read();
  }

  /** Changes query values in place; '' takes one away. */
  setQuery(changes: Readonly<Record<string, string>>): void {
    this.go(this.#path, { query: { ...this.#query, ...changes }, replace: true });
  }

  /** Opens the first screen of the nav. */
  goHome(): void {
    this.go(this.#home, { replace: true });
  }

  /** True when a step back stays in the program. */
  get canGoBack(): boolean {
    return this.#step > 0;
  }

  back(): void {
    history.back();
  }

  #read(): void {
    // A link has made an entry of its own.
    if (stepOf(history.state) === undefined) mark(this.#step + 1);
    this.#step = stepOf(history.state) ?? 0;
    const { path, query } = splitHash(location.hash);
    this.#path = path;
    this.#query = Object.fromEntries(query);
    keep('hash', location.hash);
  }
}

function stepOf(state: unknown): number | undefined {
  const step = (state as { step?: unknown } | null)?.step;
  return typeof step === 'number' ? step : undefined;
}

function mark(step: number): void {
  history.replaceState({ step }, '');
}

export const router = new Router();
