import type { FileRef } from './api';
import type { Change } from './records';
import { inWindow } from './transport';

/** Payload of each event by name. Extended beside the API types. */
export interface Events {
  /** A commit: fetch what it names again. */
  change: Change;
  /** The small records changed: ask Session.State again. */
  workspace: null;
  /** How this device agrees with others may have changed: ask Sync.Status again. */
  sync: null;
  /** The person is to be told something else: ask Reminders.Notice again. */
  reminders: null;
  /** A notification of the operating system was clicked on; its id. */
  'notification.opened': string;
  /** Progress of a long job, 0…total; total 0 when not known. */
  progress: { job: string; done: number; total: number; phase: string };
  /** Files dropped on the window, already behind handles; x and y in CSS pixels of the page. */
  'files.dropped': { x: number; y: number; files: FileRef[] };
  /** Events were missed (the stream broke, or this page was too slow): anything may have changed. */
  'events.lost': null;
}

type Handler<T> = (payload: T) => void;

/** Longest pause between two tries to reach the event stream again. */
const LONGEST_PAUSE_MS = 10_000;

class EventStream {
  #handlers = new Map<string, Set<Handler<never>>>();
  #source: EventSource | null = null;
  #windowNames = new Set<string>();
  #pause = 250;
  #broken = false;
  #open = () => {};
  /** Fulfilled once whatever Go says from now on is heard. */
  readonly hearing = new Promise<void>((resolve) => (this.#open = resolve));

  on(name: string, handler: Handler<never>): () => void {
    const handlers = this.#handlers.get(name) ?? new Set();
    handlers.add(handler);
    this.#handlers.set(name, handlers);
    if (inWindow()) this.#listenInWindow(name);
    else this.#connect();
    return () => {
      handlers.delete(handler);
    };
  }

  emit(name: string, payload: unknown): void {
    for (const handler of [...(this.#handlers.get(name) ?? [])]) handler(payload as never);
  }

  // Wails' own unsubscribe drops every listener of a name in some versions, so
  // the window gets one listener a name and the fan-out is ours.
  #listenInWindow(name: string): void {
    if (this.#windowNames.has(name) || !window.runtime) return;
    this.#windowNames.add(name);
    window.runtime.EventsOn(name, (payload) => this.emit(name, payload));
    this.#open();
  }

  // One stream for all names: each message is {"name": …, "payload": …}.
  #connect(): void {
    if (this.#source || typeof EventSource === 'undefined') return;
    const source = new EventSource('events');
    this.#source = source;
    source.onopen = () => {
      this.#pause = 250;
      if (this.#broken) this.emit('events.lost', null);
      this.#broken = false;
      this.#open();
    };
    source.onmessage = (message) => {
      const { name, payload } = JSON.parse(message.data as string) as {
        name: string;
        payload: unknown;
      };
      this.emit(name, payload);
    };
    // EventSource gives up for good on an HTTP error; own retries don't.
    source.onerror = () => {
      this.#broken = true;
      source.close();
      this.#source = null;
      setTimeout(() => this.#connect(), this.#pause);
      this.#pause = Math.min(this.#pause * 2, LONGEST_PAUSE_MS);
    };
  }
}

const stream = new EventStream();

/** Listens to an event of Go's; the answer stops listening. */
export function on<K extends keyof Events>(name: K, handler: Handler<Events[K]>): () => void {
  return stream.on(name, handler as Handler<never>);
}

/** Waits until events of Go's arrive. */
export function hearing(): Promise<void> {
  return stream.hearing;
}

/** Hands an event to the page's own listeners, as if Go had sent it. */
export function emitLocal<K extends keyof Events>(name: K, payload: Events[K]): void {
  stream.emit(name, payload);
}
