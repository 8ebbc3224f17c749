import {
  api,
  Failure,
  type FileRef,
  type ImportOptions,
  type Review,
  type SheetView,
  toFailure,
} from '../../bridge';
import { keep, remember, session, toastFailure } from '../../shared/stores';
import { jobs } from './jobs.svelte';
import { assign, columnsOf, requirements, type Column } from './mapping';

export type Step = 'choose' | 'map' | 'review' | 'import';

const DUPLICATES = 'import.duplicates';

/** An import on its way: choose → map → review → import. One at a time; it stays while the page is left. Reactive. */
class Wizard {
  step = $state<Step>('choose');
  /** The file that is read or was read. */
  fileName = $state('');
  #file: FileRef | null = null;
  #opening = $state(false);
  #view = $state.raw<SheetView | undefined>(undefined);
  #columns = $state.raw<readonly Column[]>([]);
  #options = $state.raw<ImportOptions>({
    stageId: '',
    ownerId: '',
    sourceId: '',
    duplicates: 'fill',
  });
  #review = $state.raw<Review | undefined>(undefined);
  #reviewing = $state(false);
  #importID = $state('');
  #failure = $state.raw<Failure | undefined>(undefined);
  #wanted = 0;

  get opening(): boolean {
    return this.#opening;
  }
  get view(): SheetView | undefined {
    return this.#view;
  }
  get columns(): readonly Column[] {
    return this.#columns;
  }
  get options(): ImportOptions {
    return this.#options;
  }
  get review(): Review | undefined {
    return this.#review;
  }
  get reviewing(): boolean {
    return this.#reviewing;
  }
  /** Of the import that was confirmed. */
  get importID(): string {
    return this.#importID;
  }
  get failure(): Failure | undefined {
    return this.#failure;
  }
  /** The columns say enough for a row to become a lead. */
  get mapped(): boolean {
    const { name, reachable } = requirements(this.#columns);
    return name && reachable;
  }
  /** Rows are coming in right now. */
  get importing(): boolean {
    return jobs.get(this.#importID)?.state === 'running';
  }

  /** Reads a file; tab names a workbook's sheet. */
  async open(file: FileRef, tab = ''): Promise<void> {
    if (this.#opening || this.importing) return;
    await this.#discard();
    this.#file = file;
    this.fileName = file.name;
    this.step = 'choose';
    this.#failure = undefined;
    this.#opening = true;
    try {
      const view = await api.Sheets.Open(file.handle, tab);
      this.#view = view;
      this.#columns = columnsOf(view);
      this.#options = this.#defaults();
      this.step = 'map';
    } catch (thrown) {
      const failure = toFailure(thrown);
      if (failure.code === 'cancelled') this.fileName = '';
      else this.#failure = failure;
    } finally {
      this.#opening = false;
    }
  }

  /** Another sheet of the same workbook. */
  async openTab(tab: string): Promise<void> {
    if (this.#file && tab !== this.#view?.tab) await this.open(this.#file, tab);
  }

  map(index: number, field: string): void {
    this.#columns = assign(this.#columns, index, field, this.#view?.several ?? []);
  }

  /** Back to what was proposed. */
  mapAsProposed(): void {
    this.#columns = this.#columns.map((column) => ({ ...column, field: column.proposed }));
  }

  async choose(changes: Partial<ImportOptions>): Promise<void> {
    this.#options = { ...this.#options, ...changes };
    if (changes.duplicates) keep(DUPLICATES, changes.duplicates);
    if (this.step === 'review') await this.lookThrough();
  }

  /**
   * Goes through the rows as the import would. Called again while one runs, it
   * stops that one and starts over: only the last answer counts.
   */
  async lookThrough(): Promise<void> {
    const view = this.#view;
    if (!view || !this.mapped) return;
    const turn = ++this.#wanted;
    this.step = 'review';
    this.#failure = undefined;
    if (this.#reviewing) {
      await api.Sheets.Cancel(view.jobId).catch(toastFailure);
      return;
    }
    this.#reviewing = true;
    try {
      await this.#runReview(view);
    } catch (thrown) {
      if (turn === this.#wanted) this.#failure = toFailure(thrown);
    } finally {
      this.#reviewing = false;
    }
    if (turn !== this.#wanted && this.step === 'review') await this.lookThrough();
  }

  async #runReview(view: SheetView): Promise<void> {
    const ended = jobs.ended(view.jobId, 'review');
    const turn = this.#wanted;
    await api.Sheets.Review(
      view.jobId,
      this.#columns.map((column) => column.field),
      this.#options,
    );
    const job = await ended;
    if (turn !== this.#wanted) return;
    if (job.state === 'failed') throw toFailure(job.error);
    if (job.state === 'cancelled') return this.back();
    this.#review = await api.Sheets.ReviewResult(view.jobId);
  }

  async confirm(): Promise<void> {
    if (!this.#view || !this.#review) return;
    try {
      this.#importID = await api.Sheets.Confirm(this.#view.jobId);
      await jobs.load();
      this.step = 'import';
    } catch (thrown) {
      toastFailure(thrown);
    }
  }

  /** One step back; nothing that was chosen is lost. */
  back(): void {
    this.#wanted += 1;
    this.#failure = undefined;
    if (this.step === 'review') {
      this.step = 'map';
      if (this.#reviewing && this.#view) void api.Sheets.Cancel(this.#view.jobId);
    } else {
      this.step = 'choose';
    }
  }

  /** Shows an interrupted import that goes on. */
  follow(importID: string, name: string): void {
    this.#importID = importID;
    this.fileName = name;
    this.#review = undefined;
    this.step = 'import';
  }

  /** Leaves everything and begins anew. */
  async reset(): Promise<void> {
    await this.#discard();
    this.step = 'choose';
    this.fileName = '';
    this.#file = null;
    this.#failure = undefined;
  }

  // Takes the private copy of the file away, and an import that is over.
  async #discard(): Promise<void> {
    this.#wanted += 1;
    const ids = [this.#view?.jobId, this.#importID];
    this.#view = undefined;
    this.#review = undefined;
    this.#columns = [];
    this.#importID = '';
    for (const id of ids) {
      if (!id || jobs.get(id)?.state === 'paused') continue;
      jobs.forget(id);
      await api.Sheets.Discard(id).catch(toastFailure);
    }
  }

  #defaults(): ImportOptions {
    const people = session.people;
    return {
      stageId: '',
      ownerId: people.length === 1 ? people[0]!.id : '',
      sourceId: '',
      duplicates: remember(DUPLICATES, 'fill'),
    };
  }
}

export const wizard = new Wizard();
