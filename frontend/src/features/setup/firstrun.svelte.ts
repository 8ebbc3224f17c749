import { api, toFailure } from '../../bridge';
import { perform } from '../../shared/actions';
import { language } from '../../shared/i18n/index.svelte';
import { router } from '../../shared/router';
import { chooseLanguage, session, toastFailure } from '../../shared/stores';
import { explain } from '../../shared/errors';

/** How a new workspace begins. */
export type Beginning = 'import' | 'sample' | 'blank';

/** The two steps of the first run. Reactive. */
class FirstRun {
  shopName = $state('');
  userName = $state('');
  /** Sentences beside the fields, by the field's name. */
  errors = $state.raw<Readonly<Record<string, string>>>({});
  #choosing = $state(false);
  #busy = $state(false);

  /** The workspace is set up; now the person says how to begin. */
  get choosing(): boolean {
    return this.#choosing;
  }
  get busy(): boolean {
    return this.#busy;
  }
  /** The page is in use, though the workspace may say already that it is set up. */
  get underWay(): boolean {
    return this.#choosing || this.#busy;
  }

  /** Sets the workspace up. A field that Go refuses gets its sentence in errors. */
  async start(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    this.errors = {};
    try {
      await api.Setup.Start({
        language: language(),
        shopName: this.shopName,
        userName: this.userName,
      });
      this.#choosing = true;
      await chooseLanguage(language());
      await session.load();
    } catch (thrown) {
      const failure = toFailure(thrown);
      if (failure.field) this.errors = { [failure.field]: explain(failure).text };
      else toastFailure(failure);
    } finally {
      this.#busy = false;
    }
  }

  async begin(how: Beginning): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    try {
      if (how === 'sample') {
        await api.Setup.AddSample();
        await session.load();
      }
      this.#choosing = false;
      router.goHome();
      if (how === 'import') perform('sheets.import');
    } catch (thrown) {
      toastFailure(thrown);
    } finally {
      this.#busy = false;
    }
  }
}

export const firstRun = new FirstRun();
