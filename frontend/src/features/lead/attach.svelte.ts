import { api, shell, type Attachment, type FileRef } from '../../bridge';
import { isModalOpen } from '../../shared/actions';
import { t } from '../../shared/i18n/index.svelte';
import { toastDone, toastFailure, toastText } from '../../shared/stores';

const EXTENSIONS = ['jpg', 'jpeg', 'png', 'webp', 'heic', 'heif', 'pdf'];

/** Photos that engines draw. */
const DRAWN = new Set(['image/jpeg', 'image/png', 'image/webp']);

/** True when the page can show it as a picture. */
export function isDrawn(attachment: Attachment): boolean {
  return DRAWN.has(attachment.mime);
}

/** Puts files on a lead, one after the other, and says how it went. Reactive. */
export class Attaching {
  readonly #lead: string;
  #left = $state(0);

  constructor(leadId: string) {
    this.#lead = leadId;
  }

  /** Files that are still on their way. */
  get left(): number {
    return this.#left;
  }

  /** Asks for a file. */
  async choose(): Promise<void> {
    try {
      const file = await shell.pickFile({
        title: t('lead.files.attach'),
        kinds: [{ label: t('lead.files.kinds'), extensions: EXTENSIONS }],
      });
      if (file) await this.take([file]);
    } catch (thrown) {
      toastFailure(thrown);
    }
  }

  /** Attaches files that were picked or dropped. */
  take(files: readonly FileRef[]): Promise<void> {
    return this.#each(files, async (file) => {
      try {
        return await api.Attachments.Add(this.#lead, file.handle);
      } finally {
        void api.Native.Release(file.handle);
      }
    });
  }

  /** Attaches what is on the clipboard; cells and words on it mean no picture. */
  paste(event: ClipboardEvent): void {
    const held = event.clipboardData;
    const files = [...(held?.files ?? [])];
    if (files.length === 0 || held?.types.includes('text/plain') || isModalOpen()) return;
    event.preventDefault();
    void this.#each(files, (file) => shell.attachHeld(this.#lead, named(file)));
  }

  async #each<T>(
    files: readonly T[],
    attach: (file: T) => ReturnType<typeof api.Attachments.Add>,
  ): Promise<void> {
    this.#left += files.length;
    for (const file of files) {
      try {
        const done = await attach(file);
        toastDone(done, t('lead.files.added', { file: done.params.file ?? '' }));
      } catch (thrown) {
        toastFailure(thrown);
      } finally {
        this.#left -= 1;
      }
    }
  }
}

// Engines call every pasted picture "image.png".
function named(file: File): File {
  if (file.name !== '' && file.name !== 'image.png') return file;
  return new File([file], `${t('lead.files.pasted')}.png`, { type: file.type });
}

/** Writes an attachment's file where the person says. */
export async function saveAs({ id, name }: Attachment): Promise<void> {
  try {
    const extension = name.slice(name.lastIndexOf('.') + 1);
    const file = await shell.pickSave({
      title: t('lead.files.save'),
      name,
      kinds: [{ label: extension.toUpperCase(), extensions: [extension] }],
    });
    if (!file) return;
    await api.Attachments.Save(id, file.handle);
    shell.delivered(file);
    toastText(t('lead.files.saved', { file: file.name }));
  } catch (thrown) {
    toastFailure(thrown);
  }
}

/** Shows an attachment outside the page. */
export function openOutside(attachment: Attachment): void {
  shell.openAttachment(attachment).catch(toastFailure);
}

/** Takes an attachment off its lead. */
export function detach({ id }: Attachment): void {
  api.Attachments.Delete(id).then((done) => toastDone(done), toastFailure);
}
