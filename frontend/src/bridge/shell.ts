import type { FileRef, OpenAsk, SaveAsk } from './api';
import { api } from './client';
import { on } from './events';
import { toFailure, Failure } from './failure';
import { inWindow } from './transport';

/** Asks for one file to read. null when the person cancels. */
export async function pickFile(ask: OpenAsk): Promise<FileRef | null> {
  if (inWindow()) return orNull(await api.Native.PickOpen(ask));
  const file = await askBrowser(
    ask.kinds.flatMap((kind) => kind.extensions.map((ext) => `.${ext}`)),
  );
  return file ? upload(file) : null;
}

/**
 * Asks where to write. null when the person cancels. Once Go has written it,
 * hand the answer to `delivered`.
 */
export async function pickSave(ask: SaveAsk): Promise<FileRef | null> {
  return orNull(await api.Native.PickSave(ask));
}

/** Hands a written file over: a browser downloads it, the window has it where the person said. */
export function delivered(file: FileRef): void {
  if (file.url) download(file.url, file.name);
}

/** Asks for a folder. null when the person cancels; a browser answers `unsupported`. */
export async function pickFolder(title: string): Promise<FileRef | null> {
  return orNull(await api.Native.PickFolder(title));
}

/** Prints the page that is shown. */
export async function print(): Promise<void> {
  if (inWindow()) await api.Native.Print();
  else window.print();
}

function orNull(file: FileRef): FileRef | null {
  return file.handle ? file : null;
}

function askBrowser(accept: readonly string[]): Promise<File | null> {
  return new Promise((resolve) => {
    const input = document.createElement('input');
    input.type = 'file';
    input.accept = accept.join(',');
    input.hidden = true;
    // Tests and some engines need the input in the page.
    document.body.append(input);
    const finish = (file: File | null) => {
      input.remove();
      resolve(file);
    };
    input.addEventListener('change', () => finish(input.files?.[0] ?? null));
    input.addEventListener('cancel', () => finish(null));
    input.click();
  });
}

/** Sends a file to the host's private folder and answers its handle. Browser only. */
export async function upload(file: File): Promise<FileRef> {
  const call = 'upload';
  let response: Response;
  try {
    response = await fetch(`upload?name=${encodeURIComponent(file.name)}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/octet-stream' },
      credentials: 'same-origin',
      body: file,
    });
  } catch {
    throw new Failure('bridge.unreachable', { call });
  }
  const text = await response.text();
  if (!response.ok) throw toFailure(text, call);
  return JSON.parse(text) as FileRef;
}

/**
 * Hears files dropped anywhere on the window. A page may listen while it can
 * take one. Of several files the first counts. onFailure hears an upload that failed.
 */
export function onFileDrop(
  take: (file: FileRef) => void,
  onFailure: (failure: Failure) => void,
): () => void {
  if (inWindow()) {
    return on('files.dropped', ({ files }) => {
      if (files[0]) take(files[0]);
    });
  }
  const drop = (event: DragEvent) => {
    const file = event.dataTransfer?.files[0];
    if (!file) return;
    event.preventDefault();
    upload(file).then(take, (thrown: unknown) => onFailure(toFailure(thrown, 'upload')));
  };
  window.addEventListener('drop', drop);
  return () => window.removeEventListener('drop', drop);
}

/**
 * Keeps what is dropped from outside from replacing the page: WebKit opens a
 * dropped file or link in the window unless the last event before the drop was
 * prevented, and that is `dragenter`, not `dragover`, when the pointer has just
 * come over another element. Drags that the page itself began carry neither.
 */
export function guardAgainstFileDrops(): void {
  const guard = (event: DragEvent) => {
    const types = event.dataTransfer?.types ?? [];
    const link = types.includes('text/uri-list') && !isTextField(event.target);
    if (types.includes('Files') || link) event.preventDefault();
  };
  for (const name of ['dragenter', 'dragover', 'drop'] as const) {
    window.addEventListener(name, guard);
  }
}

/** A link dropped on a text field is written into it. */
function isTextField(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('input, textarea') !== null;
}

function download(url: string, name: string): void {
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  document.body.append(link);
  link.click();
  link.remove();
}
