import {
  api,
  type CustomField,
  type FieldTarget,
  type Pipeline,
  type Reason,
  type Shop,
  type Source,
  type SavedView,
  type Stage,
  type Tag,
  type User,
  type Workspace,
} from '../../bridge';
import { dayOf, type Day } from '../format/dates';
import { byName } from '../format/names';

const ZONE = 'America/Sao_Paulo';
const QUIET_DAYS = 7;

const EMPTY: Workspace = {
  users: [],
  shops: [],
  pipelines: [],
  stages: [],
  sources: [],
  tags: [],
  reasons: [],
  former: [],
  fields: [],
  views: [],
  settings: {},
  firstRun: false,
  sample: false,
  version: '',
  actingUserId: '',
  dataFolder: '',
  referralSource: '',
  recovery: null,
};

/** Who uses the program, the workspace's small records, and what "now" is there. Reactive. */
class Session {
  #state = $state.raw<Workspace>(EMPTY);
  #now = $state(Date.now());

  /** All of it as Go sent it, but people, sources and tags by name; lists are never null. */
  get state(): Workspace {
    return this.#state;
  }
  get zone(): string {
    return this.#state.settings.zone || ZONE;
  }
  get currency(): string {
    return this.#state.settings.currency || 'BRL';
  }
  /** Days without contact after which a lead counts as quiet. */
  get quietDays(): number {
    const days = Number(this.#state.settings.idle_days);
    return Number.isInteger(days) && days > 0 ? days : QUIET_DAYS;
  }
  /** People who can act: those who left are in history only. */
  get people(): readonly User[] {
    return this.#people;
  }
  /** The person who acts, or undefined before one is chosen. */
  get acting(): User | undefined {
    return this.user(this.#state.actingUserId);
  }
  /** ms UTC, moving once a minute: ages and "hoje" follow it. */
  get now(): number {
    return this.#now;
  }
  /** The shop's today. */
  get today(): Day {
    return dayOf(this.#now, this.zone);
  }

  readonly #people = $derived(this.#state.users.filter((user) => !user.retired));
  readonly #users = $derived(byID(this.#state.users));
  readonly #shops = $derived(byID(this.#state.shops));
  readonly #pipelines = $derived(byID(this.#state.pipelines));
  readonly #stages = $derived(byID([...this.#state.former, ...this.#state.stages]));
  readonly #former = $derived(byID(this.#state.former));
  readonly #sources = $derived(byID(this.#state.sources));
  readonly #tags = $derived(byID(this.#state.tags));
  readonly #reasons = $derived(byID(this.#state.reasons));
  readonly #fields = $derived(byID(this.#state.fields));
  readonly #views = $derived(byID(this.#state.views));

  // Records name each other by id; these name them on the screen.
  user(id: string): User | undefined {
    return this.#users.get(id);
  }
  shop(id: string): Shop | undefined {
    return this.#shops.get(id);
  }
  pipeline(id: string): Pipeline | undefined {
    return this.#pipelines.get(id);
  }
  stage(id: string): Stage | undefined {
    return this.#stages.get(id);
  }
  source(id: string): Source | undefined {
    return this.#sources.get(id);
  }
  tag(id: string): Tag | undefined {
    return this.#tags.get(id);
  }
  reason(id: string): Reason | undefined {
    return this.#reasons.get(id);
  }

  /** True of a deleted stage, which is shown only as long as leads stand there. */
  isFormer(stageID: string): boolean {
    return this.#former.has(stageID);
  }

  field(id: string): CustomField | undefined {
    return this.#fields.get(id);
  }

  view(id: string): SavedView | undefined {
    return this.#views.get(id);
  }

  /** The custom fields of leads or contacts in use, in their order. */
  fieldsOf(target: FieldTarget): CustomField[] {
    return this.#state.fields.filter((field) => field.target === target && !field.retired);
  }

  /** The stages of a pipeline in their order, deleted ones with leads too. */
  stagesOf(pipelineID: string): Stage[] {
    return this.#state.stages.filter((stage) => stage.pipelineId === pipelineID);
  }

  async load(): Promise<void> {
    // A Go slice or map without entries arrives as null.
    const sent = Object.entries(await api.Session.State()).filter(([, value]) => value !== null);
    const state: Workspace = { ...EMPTY, ...Object.fromEntries(sent) };
    const { users, sources, tags } = state;
    this.#state = { ...state, users: named(users), sources: named(sources), tags: named(tags) };
  }

  async actAs(userID: string): Promise<void> {
    await api.Session.ActAs(userID);
    await this.load();
  }

  /** Lets `now` move; the answer stops it. */
  startClock(): () => void {
    const timer = setInterval(() => (this.#now = Date.now()), 60_000);
    return () => clearInterval(timer);
  }
}

// Every list to choose from is in the order in which a person looks a name up.
function named<T extends { name: string }>(records: readonly T[]): T[] {
  return [...records].sort(byName);
}

function byID<T extends { id: string }>(records: readonly T[]): ReadonlyMap<string, T> {
  return new Map(records.map((record) => [record.id, record]));
}

export const session = new Session();
