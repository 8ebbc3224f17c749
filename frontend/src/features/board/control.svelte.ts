import { tick } from 'svelte';
import { api, type Card, type Filter, type Place, type Stage } from '../../bridge';
import { t } from '../../shared/i18n/index.svelte';
import { moveAll, moveLeads, peek, Picked, quickAdd, reasonFor } from '../../shared/leads';
import { focusedBefore, rememberFocus, router } from '../../shared/router';
import { announce, appearance, session, toastDone, toastFailure } from '../../shared/stores';
import { BoardData } from './boardData.svelte';
import { allFit, stageWidth } from './layout';
import { shape } from './shape.svelte';
import type { StageData } from './stageData.svelte';
import { HEAD, inside, walk, type Spot } from './walk';

/** A stage as it stands on the screen. */
export interface Column {
  stage: Stage;
  data: StageData;
  collapsed: boolean;
}

/** What the list of a stage can be asked for. */
export interface CardList {
  /** Scrolls a card whole into view. */
  reveal: (index: number) => void;
  /** How far below the list's top edge a card begins, in pixels. */
  topOf: (index: number) => number;
  /** The card that begins nearest to a height below the list's top edge. */
  indexAt: (top: number) => number;
  /** Whole cards in sight. */
  page: () => number;
}

/** The board's one Tab stop: a card, or the head of a stage. */
interface Standing {
  stageId: string;
  index: number;
  /** The lead on the card; '' on a head and while the card is not fetched. */
  id: string;
}

/** The nav's width in rem. */
const NAV = 4;

/** False for stages that list leads by when they went there. */
export function ranked(stage: Stage): boolean {
  return stage.kind !== 'converted' && stage.kind !== 'discarded';
}

const NOWHERE: Standing = { stageId: '', index: HEAD, id: '' };

/** What a person does on the board: walk, pick, move. One a page. Reactive. */
export class BoardControl {
  readonly data = new BoardData();
  readonly picked = new Picked();
  readonly lists = new Map<string, CardList>();
  readonly pipelineId: string;
  /** Pixels that the board has for its stages; until the engine says, what the nav leaves. */
  width = $state(innerWidth - NAV * appearance.rem);
  /** The menu of a card's tools that is open. */
  menu = $state.raw<{ kind: 'move' | 'more'; id: string } | undefined>(undefined);
  root: HTMLElement | undefined;
  /** The keyboard is on the board, or was when its card went away. */
  inside = false;
  #at = $state.raw(NOWHERE);
  #resumed = false;
  // Counts what was asked about the card that went away: late answers don't count.
  #question = 0;
  // The height at which it walks sideways, over stages that have no card there.
  #height = 0;

  constructor(pipelineId: string) {
    this.pipelineId = pipelineId;
  }

  readonly columns = $derived.by((): Column[] => {
    const found = this.data.stages.flatMap((data) => {
      const stage = session.stage(data.id);
      return stage && !shape.hidden(stage) ? [{ stage, data }] : [];
    });
    const roomForAll = allFit(this.width, found.length, appearance.rem);
    return found.map(({ stage, data }) => ({
      stage,
      data,
      collapsed: shape.of(stage, roomForAll) === 'collapsed',
    }));
  });
  readonly stageWidth = $derived.by(() => {
    const strips = this.columns.filter((column) => column.collapsed).length;
    return stageWidth(this.width, this.columns.length - strips, strips, appearance.rem);
  });

  /** The place that Tab leads to. */
  get at(): Standing {
    return this.#at;
  }
  /** The card on that place. */
  get card(): Card | undefined {
    const { stageId, index } = this.#at;
    return index === HEAD ? undefined : this.data.stage(stageId)?.at(index);
  }

  async load(filter: Filter): Promise<void> {
    await this.data.load(this.pipelineId, filter);
    this.picked.clear();
  }

  /** Stands where this device stood last, or on the first card. Until then it stands nowhere. */
  async resume(filter: Filter): Promise<void> {
    const id = focusedBefore(`board/${this.pipelineId}`);
    const there = id ? await this.#whereabouts(id, filter) : undefined;
    this.#resumed = true;
    if (this.#at !== NOWHERE) return; // somebody was quicker
    if (there) {
      await this.stand(there.stageId, there.index, { focus: true });
      return;
    }
    const first = this.columns.findIndex(({ data, collapsed }) => data.count > 0 && !collapsed);
    this.#settle({ stage: Math.max(0, first), index: 0 });
  }

  /** Puts the Tab stop on a card or head; focus also brings the keyboard there. */
  async stand(stageId: string, index: number, options: { focus: boolean }): Promise<void> {
    const id = index === HEAD ? '' : (this.data.stage(stageId)?.at(index)?.id ?? '');
    this.#at = { stageId, index, id };
    if (id) rememberFocus(`board/${this.pipelineId}`, id);
    if (!options.focus) return;
    await tick();
    if (index !== HEAD) this.lists.get(stageId)?.reveal(index);
    this.#element()?.focus({ preventScroll: true });
    this.bringIntoSight();
    if (id && peek.id && peek.id !== id) peek.open(id);
  }

  /** Scrolls the board so that the stage where it stands is seen whole. */
  bringIntoSight(): void {
    this.#section(this.#at.stageId)?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }

  /** Opens a menu of a card's tools; without a card it closes. */
  openMenu(kind: 'move' | 'more', id: string): void {
    this.menu = id ? { kind, id } : undefined;
  }

  /** M: "Mover para…" of the card that it stands on, which is brought into sight first. */
  async askMove(): Promise<void> {
    await this.refocus();
    if (this.card) this.openMenu('move', this.card.id);
  }

  /** The card whose tools stay where they are: their menu is open. */
  get held(): string {
    return this.menu?.id ?? '';
  }

  /** Brings the keyboard to a lead's card, wherever it stands by now. */
  async returnTo(id: string): Promise<void> {
    const found = this.data.find(id);
    const column = found && this.#column(found.stage.id);
    if (found && column && !column.collapsed)
      await this.stand(found.stage.id, found.index, { focus: true });
    else await this.refocus();
  }

  /** Brings the keyboard back to where it stood: after a menu or dialog. */
  async refocus(): Promise<void> {
    await this.stand(this.#at.stageId, this.#at.index, { focus: true });
  }

  /** Follows the card that it stands on when a refresh put it elsewhere; steps aside when it is gone. */
  async keepUp(filter: Filter): Promise<void> {
    if (!this.#resumed) return;
    const { stageId, index, id } = this.#at;
    const column = this.#column(stageId);
    if (!column) {
      this.#settle({ stage: 0, index: 0 });
      return;
    }
    const card = column.data.at(index);
    const known = id === '' ? -1 : column.data.indexOf(id);
    if (index !== HEAD && id === '' && card) this.#at = { stageId, index, id: card.id };
    else if (known >= 0 && known !== index) this.#at = { stageId, index: known, id };
    else if (id !== '' && known < 0 && !(await this.#seek(column, filter))) return;
    if (this.#early()) return;
    if (this.inside) await this.hold();
  }

  /** Another card is still drawn where its own is by now: once that stage is read, this is asked again. */
  #early(): boolean {
    const { stageId, id } = this.#at;
    if (id === '' || !this.card || this.card.id === id) return false;
    void this.data.stage(stageId)?.refresh();
    return true;
  }

  /** Looks for the card that it stands on. False when a later question or a person was quicker. */
  async #seek(column: Column, filter: Filter): Promise<boolean> {
    const { index, id } = this.#at;
    const question = ++this.#question;
    const there = await this.#whereabouts(id, filter);
    if (question !== this.#question || this.#at.id !== id) return false;
    if (there) this.#at = { ...there, id };
    else this.#settle({ stage: this.columns.indexOf(column), index });
    return true;
  }

  /** Where a lead's card stands on this board; undefined when it doesn't, or is gone altogether. */
  async #whereabouts(id: string, filter: Filter): Promise<Place | undefined> {
    // A lead that was deleted answers nothing here, where Locate would call it a mistake.
    const known = await api.Leads.Cards([id]).catch(() => []);
    if (known.length === 0) return undefined;
    const there = await api.Board.Locate(id, filter).catch(() => undefined);
    return there && there.index >= 0 && this.#column(there.stageId) ? there : undefined;
  }

  /** Walks by a key; false when the key doesn't walk. */
  walk(key: string): Spot | undefined {
    const from = this.#spot();
    const to = walk(key, from, {
      stages: this.columns.map(({ data, collapsed }) => ({ count: data.count, collapsed })),
      page: this.lists.get(this.#at.stageId)?.page() ?? 1,
      level: (spot, stage) => this.#level(spot, stage),
    });
    const column = to && this.columns[to.stage];
    if (!to || !column) return undefined;
    void this.stand(column.stage.id, to.index, { focus: true });
    return to;
  }

  open(id: string): void {
    router.go(`/lead/${id}`);
  }

  /** What a move of this card takes along: all picked ones when it is one of them. */
  async taken(card: Card): Promise<readonly Card[]> {
    if (!this.picked.has(card) || this.picked.count < 2) return [card];
    const { ids } = this.picked;
    const here = ids.map((id) => this.data.find(id)?.card);
    const whole = here.every((one) => one !== undefined);
    return whole ? here : await api.Leads.Cards([...ids]);
  }

  /** Alt+arrow sideways: to the next stage that takes leads, on top. */
  async moveAside(step: 1 | -1): Promise<void> {
    const card = this.card;
    // A card among the converted ones stands in another pipeline.
    if (!card || this.#column(this.#at.stageId)?.stage.kind === 'converted') return;
    let next = this.#spot().stage + step;
    while (this.columns[next]?.stage.kind === 'converted') next += step;
    const column = this.columns[next];
    if (column) await this.moveTo(column.stage, card);
  }

  /** Alt+arrow up or down: past the next card of the stage. */
  async moveAlong(step: 1 | -1): Promise<void> {
    const card = this.card;
    const column = this.#column(this.#at.stageId);
    if (!card || !column || !ranked(column.stage)) return;
    const index = this.#at.index + (step > 0 ? 2 : -1);
    if (index < 0 || index > column.data.count) return;
    await this.#put([card], column.stage, index);
  }

  /** V: converts a card, or all picked ones with it. */
  async convert(card: Card): Promise<void> {
    const converted = session.stagesOf(this.pipelineId).find((stage) => stage.kind === 'converted');
    if (converted) await this.drop(card, converted, 0);
  }

  /** "Mover para…": a card, or all picked ones with it, to the top of a stage. */
  async moveTo(stage: Stage, card: Card): Promise<void> {
    await this.drop(card, stage, 0);
  }

  /** Puts a card, or all picked ones with it, at a row of a stage. */
  async drop(card: Card, stage: Stage, index: number): Promise<void> {
    if (session.isFormer(stage.id)) return;
    if (!ranked(stage)) {
      if (card.stageId === stage.id) return;
      index = 0; // the latest lies on top
    }
    if (!this.picked.filter || !this.picked.has(card)) {
      await this.#put(await this.taken(card), stage, index);
      return;
    }
    if (await moveAll(this.picked.selection(), this.picked.count, stage)) this.picked.clear();
  }

  async #put(cards: readonly Card[], stage: Stage, index: number): Promise<void> {
    const first = cards[0];
    if (!first) return;
    const column = stage.kind === 'converted' ? undefined : this.#column(stage.id);
    if (!column) {
      if (await moveLeads(cards, stage)) this.picked.clear();
      await this.hold();
      return;
    }
    const plan = this.data.plan(cards, column.data, index);
    const reason = plan.idle ? undefined : await reasonFor(stage, cards);
    if (!reason) {
      await this.refocus();
      return;
    }
    const done = this.data.move(plan, reason);
    await this.stand(stage.id, column.collapsed ? HEAD : plan.at, { focus: true });
    try {
      toastDone(await done);
      announce(
        t('board.landed', {
          name: cards.length === 1 ? first.name : t('leads.bulk.count', { count: cards.length }),
          stage: stage.name,
          place: plan.at + 1,
          total: column.data.count,
        }),
      );
      if (cards.length > 1) this.picked.clear();
    } catch (thrown) {
      toastFailure(thrown);
      const back = this.data.find(first.id);
      if (back) await this.stand(back.stage.id, back.index, { focus: true });
    }
  }

  /** X: picks the card that it stands on, or lets it go. */
  pick(): void {
    if (this.card) this.picked.toggle(this.card.id);
  }

  /** Picks from the card picked last up to this one, in one stage. */
  async pickRange(stageId: string, index: number): Promise<void> {
    const data = this.data.stage(stageId);
    if (!data) return;
    const anchor = data.indexOf(this.picked.anchor);
    const from = anchor < 0 ? index : anchor;
    const ids = await data.ids(Math.min(from, index), Math.max(from, index) + 1);
    this.picked.add(ids, this.picked.anchor || (data.at(index)?.id ?? ''));
  }

  /** Picks all of a stage, fetched or not. */
  pickStage(stageId: string, filter: Filter): void {
    const data = this.data.stage(stageId);
    if (data) this.picked.everything({ ...filter, stageIds: [stageId] }, data.count);
  }

  addTo(stage: Stage): void {
    quickAdd.start(stage.id);
  }

  #column(stageId: string): Column | undefined {
    return this.columns.find((column) => column.stage.id === stageId);
  }

  #spot(): Spot {
    const stage = this.columns.findIndex((column) => column.stage.id === this.#at.stageId);
    return { stage: Math.max(0, stage), index: this.#at.index };
  }

  #settle(spot: Spot): void {
    const stages = this.columns.map(({ data, collapsed }) => ({ count: data.count, collapsed }));
    const there = inside({ ...spot, index: Math.max(0, spot.index) }, { stages });
    const column = this.columns[there.stage];
    if (column) void this.stand(column.stage.id, there.index, { focus: false });
  }

  #level(from: Spot, stage: number): number {
    const here = this.columns[from.stage];
    const there = this.columns[stage];
    if (here && from.index !== HEAD)
      this.#height = this.lists.get(here.stage.id)?.topOf(from.index) ?? 0;
    return (there && this.lists.get(there.stage.id)?.indexAt(this.#height)) ?? 0;
  }

  /** A card or layer that went away takes the focus with it, to nowhere: not so here. */
  async hold(): Promise<void> {
    await tick();
    if (!this.#resumed) return;
    if (document.activeElement === document.body) await this.refocus();
  }

  #section(stageId: string): HTMLElement | null | undefined {
    return this.root?.querySelector<HTMLElement>(`[data-stage="${stageId}"]`);
  }

  #element(): HTMLElement | null | undefined {
    const section = this.#section(this.#at.stageId);
    const selector = this.#at.index === HEAD ? '[data-head]' : `[data-index="${this.#at.index}"]`;
    return section?.querySelector<HTMLElement>(selector);
  }
}
