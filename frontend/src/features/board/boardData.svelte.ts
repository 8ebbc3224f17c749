import { api, on, type Card, type Change, type Done, type Filter } from '../../bridge';
import { narrowedFields } from '../../shared/leads/filter.svelte';
import { session, startWith } from '../../shared/stores';
import { freshOnceMoved, landing, neighbours, onScreen, withoutMoving } from './landing';
import { PAGE, type StageCards } from './stageCards';
import { StageData } from './stageData.svelte';

/** What comes of cards that are put somewhere. */
export interface Plan {
  cards: readonly Card[];
  to: StageData;
  /** The stage without them. */
  rest: StageCards;
  /** Where the first will stand once they have moved. */
  at: number;
  /** Above which row of the screen they go, while all still stand: the insertion line. */
  line: number;
  spot: { afterId: string; beforeId: string };
  /** It stands there already. */
  idle: boolean;
}

/** What the board shows of a pipeline under a filter; it follows the database. Reactive. */
export class BoardData {
  #stages = $state.raw<readonly StageData[]>([]);
  #loaded = $state(false);
  #exact = $state(true);
  #failure = $state.raw<unknown>(undefined);
  #pipelineId = '';
  #filter: Filter | undefined;
  #turn = 0;
  // Moves are written one after the other: each names neighbours that the one
  // before it made. Nothing is fetched meanwhile, or a card would jump back.
  #writes: Promise<unknown> = Promise.resolve();
  #pending = 0;
  #dirty = new Set<string>();
  #frame = 0;

  get stages(): readonly StageData[] {
    return this.#stages;
  }
  /** True once the first answer came. */
  get loaded(): boolean {
    return this.#loaded;
  }
  get failure(): unknown {
    return this.#failure;
  }
  /** False while stages count the first cards alone. */
  get counted(): boolean {
    return this.#exact;
  }
  readonly count = $derived(this.#counted.reduce((sum, stage) => sum + stage.count, 0));
  readonly sumCents = $derived(this.#counted.reduce((sum, stage) => sum + stage.sumCents, 0));

  // Converted leads count in the pipeline where they went, discarded ones nowhere.
  get #counted(): StageData[] {
    return this.#stages.filter((stage) => !listed(stage.id));
  }

  stage(id: string): StageData | undefined {
    return this.#stages.find((stage) => stage.id === id);
  }

  /** The card of a lead and the stage that shows it, as far as it is fetched. */
  find(id: string): { stage: StageData; index: number; card: Card } | undefined {
    for (const stage of this.#stages) {
      const index = stage.indexOf(id);
      if (index >= 0) return { stage, index, card: stage.at(index)! };
    }
    return undefined;
  }

  /** Shows a pipeline under a filter. What was there stays until the answer comes. */
  async load(pipelineId: string, filter: Filter, first = true): Promise<void> {
    const turn = ++this.#turn;
    try {
      const ask = { pipelineId, filter, limit: PAGE };
      const narrowed = narrowedFields(filter) > 0;
      const view = await (first && narrowed ? api.Board.First(ask) : api.Board.Load(ask));
      if (turn !== this.#turn) return;
      this.#exact = !view.partial;
      const known = new Map(
        pipelineId === this.#pipelineId ? this.#stages.map((stage) => [stage.id, stage]) : [],
      );
      this.#pipelineId = pipelineId;
      this.#filter = filter;
      this.#stages = view.stages.map((stageView) => {
        const id = stageView.stageId;
        const stage = known.get(id) ?? new StageData({ id }, filter);
        stage.start(stageView, filter);
        return stage;
      });
      this.#loaded = true;
      this.#failure = undefined;
      if (view.partial) return this.load(pipelineId, filter, false);
      startWith([
        ['Board', narrowed ? 'First' : 'Load', [ask]],
        ['Board', 'Tabs', [pipelineId]],
      ]);
    } catch (thrown) {
      if (turn === this.#turn) this.#failure = thrown;
    }
  }

  /** Fetches everything that is seen again. */
  async reload(): Promise<void> {
    if (this.#filter) await this.load(this.#pipelineId, this.#filter, false);
  }

  /** Follows the database; the answer stops it. */
  follow(): () => void {
    const offs = [
      on('change', (change) => this.#mark(change)),
      on('workspace', () => void this.reload()),
      on('events.lost', () => void this.reload()),
    ];
    return () => {
      offs.forEach((off) => off());
      cancelAnimationFrame(this.#frame);
    };
  }

  /**
   * What comes of cards that a person puts at an index of a stage. index counts
   * all cards on the screen, the moving ones among them.
   */
  plan(cards: readonly Card[], to: StageData, index: number): Plan {
    const standing = cards.map((card) => to.indexOf(card.id));
    const rest = to.cards.without(new Set(cards.map((card) => card.id)));
    const fresh = cards.length === 1 ? freshOnceMoved(cards[0]!.fresh) : 0;
    const at = landing(rest, withoutMoving(index, standing), fresh);
    return {
      cards,
      to,
      rest,
      at,
      line: onScreen(at, standing),
      spot: neighbours(rest, at, fresh),
      idle: cards.length === 1 && standing[0] === at,
    };
  }

  /**
   * Moves cards: at once on the screen, then in the database. A refusal puts
   * everything back and rejects.
   */
  move(plan: Plan, reason: { reasonId: string; reasonNote: string }): Promise<Done> {
    const { cards, to, rest, at, spot } = plan;
    const ids = cards.map((card) => card.id);
    const moving = new Set(ids);
    const before = new Map(this.#stages.map((stage) => [stage, stage.cards]));
    for (const stage of this.#stages) if (stage !== to) stage.put(stage.cards.without(moving));
    const there = cards.map((card) => moved(card, to.id, reason.reasonId));
    to.put(rest.inserted(at, there));

    const toTop = spot.afterId === '' && spot.beforeId === '';
    const done = this.#write(() =>
      api.Leads.Move({ ids, stageId: to.id, ...spot, toTop, ...reason }),
    );
    done.catch(() => {
      for (const [stage, were] of before) stage.put(were);
      this.#soon(this.#stages.map((stage) => stage.id));
    });
    return done;
  }

  #write<T>(write: () => Promise<T>): Promise<T> {
    this.#pending += 1;
    const written = this.#writes.then(write);
    this.#writes = written
      .catch(() => {})
      .finally(() => {
        this.#pending -= 1;
        if (this.#pending === 0) this.#soon([]);
      });
    return written;
  }

  // Only stages that the commit names, or that show one of its leads; those of
  // converted and discarded leads show what stands in other pipelines, or in none.
  #mark(change: Change): void {
    const named = (stage: StageData) =>
      change.all ||
      (change.stageIds ?? []).includes(stage.id) ||
      listed(stage.id) ||
      (change.leadIds ?? []).some((id) => stage.indexOf(id) >= 0);
    this.#soon(this.#stages.filter(named).map((stage) => stage.id));
  }

  // A burst of commits is fetched once a frame.
  #soon(ids: readonly string[]): void {
    for (const id of ids) this.#dirty.add(id);
    if (this.#dirty.size === 0 || this.#frame) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      if (this.#pending > 0) return; // the last write comes back here
      const stages = this.#stages.filter((stage) => this.#dirty.has(stage.id));
      this.#dirty.clear();
      for (const stage of stages) void stage.refresh();
    });
  }
}

/** True for stages that list what stands elsewhere: in another pipeline, in the archive. */
function listed(stageId: string): boolean {
  const kind = session.stage(stageId)?.kind;
  return kind === 'converted' || kind === 'discarded';
}

function moved(card: Card, stageId: string, reasonId: string): Card {
  return {
    ...card,
    stageId,
    stageSince: card.stageId === stageId ? card.stageSince : session.now,
    archivedAt: session.stage(stageId)?.kind === 'discarded' ? session.now : 0,
    reasonId: reasonId || (card.stageId === stageId ? card.reasonId : ''),
    fresh: freshOnceMoved(card.fresh),
  };
}
