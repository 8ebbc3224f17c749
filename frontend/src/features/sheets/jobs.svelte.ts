import { api, on, type Job } from '../../bridge';

/** Long work under way and imports that were interrupted; follows the event `job`. Reactive. */
class Jobs {
  #all = $state.raw<readonly Job[]>([]);
  #waiting = new Set<(job: Job) => void>();

  get all(): readonly Job[] {
    return this.#all;
  }
  get running(): Job[] {
    return this.#all.filter((job) => job.state === 'running');
  }
  /** Imports that a kill or a cancel left in the middle. */
  get paused(): Job[] {
    return this.#all.filter((job) => job.kind === 'import' && job.state === 'paused');
  }

  get(id: string): Job | undefined {
    return this.#all.find((job) => job.id === id);
  }

  /** Listens, and asks for what is there already. The answer stops listening. */
  start(onFailure: (thrown: unknown) => void): () => void {
    const load = () => void this.load().catch(onFailure);
    const offs = [on('job', (job) => this.take(job)), on('events.lost', load)];
    load();
    return () => offs.forEach((off) => off());
  }

  /** What was told while the answer was on its way is newer than it. */
  async load(): Promise<void> {
    const told = new Set<string>();
    const hear = (job: Job) => void told.add(job.id);
    this.#waiting.add(hear);
    const all = await api.Sheets.Jobs().finally(() => this.#waiting.delete(hear));
    for (const job of all) if (!told.has(job.id)) this.take(job);
  }

  /**
   * The end of the next run of a job. To be asked for before the call that
   * starts it: its events may come before that call's answer.
   */
  ended(id: string, kind: string): Promise<Job> {
    return new Promise((resolve) => {
      const hear = (job: Job) => {
        if (job.id !== id || job.kind !== kind || job.state === 'running') return;
        this.#waiting.delete(hear);
        resolve(job);
      };
      this.#waiting.add(hear);
    });
  }

  /** Drops a job that nobody needs to see any more. */
  forget(id: string): void {
    this.#all = this.#all.filter((job) => job.id !== id);
  }

  take(job: Job): void {
    // Whoever opened or exported a file hears its end from the call itself.
    const over = job.state !== 'running' && job.kind !== 'import';
    const others = this.#all.filter((other) => other.id !== job.id);
    this.#all = over ? others : [...others, job];
    for (const hear of [...this.#waiting]) hear(job);
  }
}

export const jobs = new Jobs();
