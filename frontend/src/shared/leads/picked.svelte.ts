import type { Card, Filter, Selection } from '../../bridge';

type Standing = Pick<Card, 'id' | 'stageId'>;

/**
 * The leads chosen for a bulk action: some by id, or all that a filter lets
 * through, fetched or not. Reactive.
 */
export class Picked {
  #ids = $state.raw<ReadonlySet<string>>(new Set());
  #all = $state.raw<{ filter: Filter; count: number } | undefined>(undefined);
  /** Where a Shift+click begins: the record picked last. */
  anchor = '';

  get count(): number {
    return this.#all?.count ?? this.#ids.size;
  }
  get empty(): boolean {
    return this.count === 0;
  }
  /** Ids in the order in which they were picked; empty when a filter stands for them. */
  get ids(): readonly string[] {
    return [...this.#ids];
  }
  /** The filter that stands for all of them; undefined when they are picked one by one. */
  get filter(): Filter | undefined {
    return this.#all?.filter;
  }

  has(card: Standing): boolean {
    if (!this.#all) return this.#ids.has(card.id);
    const { stageIds } = this.#all.filter;
    return stageIds.length === 0 || stageIds.includes(card.stageId);
  }

  /** As the API wants it. */
  selection(): Selection {
    return this.#all
      ? { ids: [], filter: this.#all.filter }
      : { ids: [...this.#ids], filter: null };
  }

  toggle(id: string): void {
    const ids = new Set(this.#all ? [] : this.#ids);
    if (!ids.delete(id)) ids.add(id);
    this.#put(ids, id);
  }

  /** Picks these as well. */
  add(ids: readonly string[], anchor = this.anchor): void {
    this.#put(new Set([...(this.#all ? [] : this.#ids), ...ids]), anchor);
  }

  /** Picks everything that a filter lets through. */
  everything(filter: Filter, count: number): void {
    this.#ids = new Set();
    this.#all = { filter, count };
  }

  clear(): void {
    this.#put(new Set(), '');
  }

  #put(ids: ReadonlySet<string>, anchor: string): void {
    this.#ids = ids;
    this.#all = undefined;
    this.anchor = anchor;
  }
}
