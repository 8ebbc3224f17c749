/** The lead whose print view is asked for; '' when none. The overlay draws it and prints. */
class LeadPrint {
  #id = $state('');

  get id(): string {
    return this.#id;
  }

  start(id: string): void {
    this.#id = id;
  }

  done(): void {
    this.#id = '';
  }
}

export const leadPrint = new LeadPrint();

/** Prints all that is known of a lead, on paper as in a file. */
export function printLead(id: string): void {
  leadPrint.start(id);
}
