import { keep, remember } from '../stores/device';
import { joinHash, splitHash } from './path';

/** Where the person is: the address after `#`. Reactive; survives a restart. */
class Router {
  #path = $state('/');
  #query = $state.raw<Readonly<Record<string, string>>>({});
  #home = '/';

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
    if (options.replace) history.replaceState(null, '', hash);
    else history.pushState(null, '', hash);
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

  back(): void {
    history.back();
  }

  #read(): void {
    const { path, query } = splitHash(location.hash);
    this.#path = path;
    this.#query = Object.fromEntries(query);
    keep('hash', location.hash);
  }
}

export const router = new Router();
