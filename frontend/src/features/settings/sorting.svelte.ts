import ArrowDown from '@lucide/svelte/icons/arrow-down';
import ArrowUp from '@lucide/svelte/icons/arrow-up';
import { tick } from 'svelte';
import type { Attachment } from 'svelte/attachments';
import { attachAll, dragSource, dropEdge, type Edge, type Load } from '../../shared/dnd';
import { t } from '../../shared/i18n/index.svelte';
import type { MenuEntry } from '../../shared/ui';
import './sorting.css';

/** The part of a row that takes the drag and the arrow keys. */
const GRIP = '[data-grip]';

interface Options {
  /** Of what is dragged: rows of two lists don't mix. */
  kind: string;
  /** The rows in their order. */
  ids: () => readonly string[];
  /** Puts a row at an index among the rows, itself taken out. */
  place: (id: string, index: number) => Promise<void>;
}

/** A short list that is put in order by drag and by key. Reactive. */
export class Sorting {
  readonly #options: Options;
  #over = $state.raw<{ id: string; edge: Edge } | undefined>(undefined);

  constructor(options: Options) {
    this.#options = options;
  }

  /** The classes of a row: one that can be sorted, and where its insertion line is. */
  look(id: string): string {
    return `sorted ${this.#over?.id === id ? this.#over.edge : ''}`;
  }

  /** What a row's menu offers: a step up, a step down. */
  menu(id: string, row: () => HTMLElement | null): MenuEntry[] {
    const ids = this.#options.ids();
    const step = (by: -1 | 1) => () => void this.step(id, by, row());
    return [
      {
        label: t('settings.up'),
        icon: ArrowUp,
        shortcut: 'Alt+ArrowUp',
        disabled: ids[0] === id,
        perform: step(-1),
      },
      {
        label: t('settings.down'),
        icon: ArrowDown,
        shortcut: 'Alt+ArrowDown',
        disabled: ids.at(-1) === id,
        perform: step(1),
      },
    ];
  }

  /** Makes a row draggable by its grip, and a place to drop others at. */
  row(id: string): Attachment<HTMLElement> {
    const { kind } = this.#options;
    return attachAll(
      (element) =>
        dragSource<Load>({
          load: () => ({ kind, id }),
          handle: () => element.querySelector(GRIP),
        })(element),
      dropEdge<Load>({
        kind,
        accepts: (load) => load.id !== id,
        edges: ['top', 'bottom'],
        onedge: (edge) => (this.#over = edge ? { id, edge } : undefined),
        ondrop: (load, edge) => {
          this.#over = undefined;
          void this.#options.place(load.id, this.#indexAt(load.id, id, edge));
        },
      }),
    );
  }

  // The row that moves is taken out first, so that those below it come up.
  #indexAt(moving: string, target: string, edge: Edge): number {
    const rest = this.#options.ids().filter((id) => id !== moving);
    return rest.indexOf(target) + (edge === 'bottom' ? 1 : 0);
  }

  /** Moves a row up or down by one; its grip keeps the focus. */
  async step(id: string, by: -1 | 1, row: HTMLElement | null): Promise<void> {
    const index = this.#options.ids().indexOf(id) + by;
    if (index < 0 || index >= this.#options.ids().length) return;
    await this.#options.place(id, index);
    await tick();
    row?.querySelector<HTMLElement>(GRIP)?.focus();
  }

  /** Alt with an arrow anywhere in the row, or the arrow alone on its grip. */
  keys(id: string): (event: KeyboardEvent & { currentTarget: HTMLElement }) => void {
    return (event) => {
      const by = event.key === 'ArrowUp' ? -1 : event.key === 'ArrowDown' ? 1 : 0;
      const target = event.target instanceof HTMLElement ? event.target : null;
      // The innermost row has the word.
      if (by === 0 || event.defaultPrevented || !(event.altKey || target?.matches(GRIP))) return;
      event.preventDefault();
      void this.step(id, by, event.currentTarget);
    };
  }
}
