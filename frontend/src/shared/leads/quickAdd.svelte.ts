/** Where a new lead is taken in; '' lets the dialog choose. */
interface Wanted {
  stageId: string;
}

/** The dialog "Novo lead": opened from anywhere, drawn by an overlay. */
class QuickAdd {
  #wanted = $state.raw<Wanted | undefined>(undefined);

  get open(): boolean {
    return this.#wanted !== undefined;
  }
  get stageId(): string {
    return this.#wanted?.stageId ?? '';
  }

  /** Opens it, in a stage if one is named. */
  start(stageId = ''): void {
    this.#wanted ??= { stageId };
  }

  close(): void {
    this.#wanted = undefined;
  }
}

export const quickAdd = new QuickAdd();
