import type { FileRef, OpenAsk, SaveAsk } from './api';
import type { Done } from './records';
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
 * Hears files dropped on the window, but on what takes them itself. A page may
 * listen while it can take one. Of several files the first counts. onFailure
 * hears an upload that failed.
 */
export function onFileDrop(
  take: (file: FileRef) => void,
  onFailure: (failure: Failure) => void,
): () => void {
  return hearDrops(null, 1, ([file]) => file && take(file), onFailure);
}

const TAKES = 'data-takes-files';

/** The element around a place that takes files dropped there; null for none. */
export function takerOf(place: EventTarget | null): Element | null {
  return place instanceof Element ? place.closest(`[${TAKES}]`) : null;
}

/** Has an element take the files that are dropped on it. */
export function takeFileDrops(
  element: Element,
  take: (files: FileRef[]) => void,
  onFailure: (failure: Failure) => void,
): () => void {
  element.setAttribute(TAKES, '');
  return hearDrops(element, Infinity, take, onFailure);
}

function hearDrops(
  taker: Element | null,
  most: number,
  take: (files: FileRef[]) => void,
  onFailure: (failure: Failure) => void,
): () => void {
  if (inWindow()) {
    return on('files.dropped', ({ x, y, files }) => {
      if (takerOf(document.elementFromPoint(x, y)) === taker) take(files.slice(0, most));
    });
  }
  const drop = (event: DragEvent) => {
    const files = [...(event.dataTransfer?.files ?? [])].slice(0, most);
    if (files.length === 0 || takerOf(event.target) !== taker) return;
    event.preventDefault();
    Promise.all(files.map(upload)).then(take, (thrown: unknown) =>
      onFailure(toFailure(thrown, 'upload')),
    );
  };
  window.addEventListener('drop', drop);
  return () => window.removeEventListener('drop', drop);
}

/** Attaches a file that the page itself holds, such as one from the clipboard. */
export async function attachHeld(leadID: string, file: File): Promise<Done> {
  if (!inWindow()) return api.Attachments.Add(leadID, (await upload(file)).handle);
  const url = await readAsDataURL(file);
  return api.Attachments.Paste(leadID, file.name, url.slice(url.indexOf(',') + 1));
}

function readAsDataURL(file: File): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener('load', () => resolve(reader.result as string));
    reader.addEventListener('error', () => reject(new Failure('not_found', { call: 'paste' })));
    reader.readAsDataURL(file);
  });
}

/** Where the page finds an attachment; small is a picture of a photo. */
export function attachmentURL(id: string, small = false): string {
  return `attachment/${id}${small ? '?small' : ''}`;
}

/** Shows an attachment outside the page: in the system's viewer, or as browsers do. */
export async function openAttachment({ id, name }: { id: string; name: string }): Promise<void> {
  if (inWindow()) return api.Attachments.Open(id);
  const link = document.createElement('a');
  link.href = attachmentURL(id);
  link.target = '_blank';
  link.rel = 'noopener';
  link.title = name;
  document.body.append(link);
  link.click();
  link.remove();
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
