import type { Done, HistoryEntry, Workspace } from './records';

/**
 * The shapes of the bound structs. Generated bindings live in ./wailsjs; each
 * struct that has them is typed by `Bound<typeof import('./wailsjs/go/api/X')>`
 * and its hand-written interface here goes.
 */

/** Generated models are classes; the page sends and reads plain objects. */
export type Plain<T> = T extends (infer U)[]
  ? Plain<U>[]
  : T extends object
    ? { [K in keyof T as K extends 'convertValues' ? never : K]: Plain<T[K]> }
    : T;

/** A generated binding module with plain arguments and answers. */
export type Bound<M> = {
  [K in keyof M]: M[K] extends (...args: infer A) => Promise<infer R>
    ? (...args: { [I in keyof A]: Plain<A[I]> }) => Promise<Plain<R>>
    : never;
};

export interface Api {
  Device: {
    /** The JSON text kept under key on this device; empty when there is none. */
    Get(key: string): Promise<string>;
    Set(key: string, value: string): Promise<void>;
  };
  Session: {
    /** Ask again on the event `workspace`. */
    State(): Promise<Workspace>;
    /** How many events there have been. */
    Events(): Promise<number>;
    ActAs(userID: string): Promise<void>;
    /** Ends the message about a damaged database. */
    DismissRecovery(): Promise<void>;
  };
  History: {
    /** Takes the last operation back. Its label and `skipped` stand in the answer's params. */
    Undo(): Promise<Done>;
    /** Takes back what one import brought in, whatever was done since. */
    UndoImport(importID: string): Promise<Done>;
    Redo(): Promise<Done>;
    /** The last operations of this device, the newest first. */
    List(limit: number): Promise<HistoryEntry[]>;
  };
  /** What only the surroundings of the page can do; use `shell` rather than this. */
  Native: {
    PickOpen(ask: OpenAsk): Promise<FileRef>;
    PickSave(ask: SaveAsk): Promise<FileRef>;
    PickFolder(title: string): Promise<FileRef>;
    Reveal(handle: string): Promise<void>;
    Print(): Promise<void>;
    SetTitle(title: string): Promise<void>;
    ToggleFullscreen(): Promise<void>;
    Drawing(): Promise<Drawing>;
    /** From the next start on; choosing what is on trial keeps it. */
    ChooseDrawing(mode: DrawMode): Promise<void>;
    /** Shows a notification of the operating system; `unsupported` where there are none. */
    Notify(note: Notification): Promise<void>;
    Autostart(): Promise<Autostart>;
    SetAutostart(on: boolean): Promise<void>;
    Quit(): Promise<void>;
    Release(handle: string): Promise<void>;
  };
}

/** What the operating system shows beside its clock. */
export interface Notification {
  /** Comes back with `notification.opened` when it is clicked on. */
  id: string;
  title: string;
  body: string;
}

/** Whether the program starts with the PC. */
export interface Autostart {
  /** False where it can't be chosen. */
  offered: boolean;
  on: boolean;
}

/** By the processor, by the graphics card, or by the processor without newer paths. */
export type DrawMode = 'software' | 'gpu' | 'compatible';

/** How the window draws its pages. */
export interface Drawing {
  /** Empty where nothing can be chosen. */
  choices: DrawMode[];
  running: DrawMode;
  /** Of the next start. */
  next: DrawMode;
  /** `running` is on trial: unless it is chosen again, the next start goes back. */
  trial: boolean;
  /** What was on trial in the last start and wasn't kept, or ''. */
  failed: DrawMode | '';
}

/** A file that a dialog, a drop or an upload gave; an empty handle means cancelled. */
export interface FileRef {
  handle: string;
  /** Last element of the path. */
  name: string;
  /** bytes */
  size: number;
  /** Where a browser fetches it once written; '' in the window. */
  url: string;
}

/** One line of a dialog's filter. */
export interface FileKind {
  /** As the person reads it. */
  label: string;
  /** Without a dot. */
  extensions: string[];
}

export interface OpenAsk {
  title: string;
  kinds: FileKind[];
}

export interface SaveAsk extends OpenAsk {
  /** Suggested file name with its extension. */
  name: string;
}
