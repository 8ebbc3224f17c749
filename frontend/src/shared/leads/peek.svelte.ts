/**
 * Which lead stands in the peek panel. Board, list and search open it; the
 * panel itself, an overlay of the lead feature, draws it.
 */
class Peek {
  #id = $state('');

  /** Id of the lead that is shown; '' while the panel is closed. Reactive. */
  get id(): string {
    return this.#id;
  }

  /** Shows a lead, or another one when the panel is open already. Keeps the focus where it is. */
  open(id: string): void {
    this.#id = id;
  }

  /** Space on a card: closes the panel when it shows this lead, else shows it. */
  toggle(id: string): void {
    this.#id = this.#id === id ? '' : id;
  }

  close(): void {
    this.#id = '';
  }
}

export const peek = new Peek();
