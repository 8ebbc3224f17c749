/**
 * Drag and drop: elements join in as attachments: `{@attach dragSource({…})}`. A
 * source may unmount during its own drag (its card scrolls out of the window of
 * rows): what must happen at the end belongs into `ondrop` of a zone or into
 * watchDrags, never into the source.
 */
import type { Attachment } from 'svelte/attachments';

// The library comes after the first picture: nobody drags before that.
const LATER_MS = 100;
type Library = typeof import('./library');
let library: Library | undefined;
let arriving: Promise<Library> | undefined;

async function fetchLibrary(): Promise<Library> {
  await new Promise((resolve) => setTimeout(resolve, LATER_MS));
  return (library = await import('./library'));
}

/** Joins once the library is there, unless it was left before; the answer leaves. */
function whenThere(join: (library: Library) => () => void): () => void {
  if (library) return join(library);
  let leave: (() => void) | undefined;
  let left = false;
  arriving ??= fetchLibrary();
  void arriving.then((loaded) => {
    if (!left) leave = join(loaded);
  });
  return () => {
    left = true;
    leave?.();
  };
}

/** What is dragged: its kind keeps a card from falling into a list of stages. */
export interface Load {
  kind: string;
  id: string;
}

/** Where the pointer is, in pixels of the window. */
export interface Point {
  x: number;
  y: number;
}

export type Edge = 'top' | 'right' | 'bottom' | 'left';

interface SourceOptions<L extends Load> {
  load: () => L;
  canDrag?: () => boolean;
  /** The part that takes the drag; the whole element when absent. */
  handle?: () => Element | null;
  /** Draws what hangs on the pointer into box; absent: a picture of the element. */
  preview?: (box: HTMLElement) => (() => void) | void;
  onstart?: (load: L) => void;
}

/** Makes an element draggable. */
export function dragSource<L extends Load>(options: SourceOptions<L>): Attachment<HTMLElement> {
  return (element) =>
    whenThere(({ draggable, preserveOffsetOnSource, setCustomNativeDragPreview }) =>
      draggable({
        element,
        dragHandle: options.handle?.() ?? undefined,
        canDrag: () => options.canDrag?.() ?? true,
        getInitialData: () => ({ load: options.load() }),
        onGenerateDragPreview: ({ nativeSetDragImage, location }) => {
          const draw = options.preview;
          if (!draw) return;
          setCustomNativeDragPreview({
            nativeSetDragImage,
            getOffset: preserveOffsetOnSource({ element, input: location.initial.input }),
            render: ({ container }) => draw(container) ?? undefined,
          });
        },
        onDragStart: () => options.onstart?.(options.load()),
      }),
    );
}

interface ZoneOptions<L extends Load> {
  kind: string;
  accepts?: (load: L) => boolean;
  /** The pointer is over the zone, or moves in it: the place for an insertion line. */
  onover?: (load: L, at: Point) => void;
  onleave?: () => void;
  ondrop: (load: L, at: Point) => void;
}

/** Makes an element take drops. The innermost zone gets them. */
export function dropZone<L extends Load>(options: ZoneOptions<L>): Attachment<HTMLElement> {
  return (element) => {
    const over = (
      source: Record<string | symbol, unknown>,
      at: Point,
      innermost: Element | undefined,
    ) => {
      if (innermost === element) options.onover?.(loadOf<L>(source), at);
      else options.onleave?.();
    };
    return whenThere(({ dropTargetForElements }) =>
      dropTargetForElements({
        element,
        canDrop: ({ source }) =>
          carries<L>(source.data, options.kind) &&
          (options.accepts?.(loadOf<L>(source.data)) ?? true),
        onDragEnter: ({ source, location }) =>
          over(source.data, pointOf(location), location.current.dropTargets[0]?.element),
        onDrag: ({ source, location }) =>
          over(source.data, pointOf(location), location.current.dropTargets[0]?.element),
        onDragLeave: () => options.onleave?.(),
        onDrop: ({ source, location }) => {
          options.onleave?.();
          if (location.current.dropTargets[0]?.element === element)
            options.ondrop(loadOf<L>(source.data), pointOf(location));
        },
      }),
    );
  };
}

interface EdgeOptions<L extends Load> {
  kind: string;
  accepts?: (load: L) => boolean;
  /** The edges that count: top and bottom in a list, left and right in a row. */
  edges: Edge[];
  /** Which edge the pointer is nearest to; null when it left. */
  onedge: (edge: Edge | null) => void;
  ondrop: (load: L, edge: Edge) => void;
}

/** Makes an element take drops before or after itself: short lists that are not windowed. */
export function dropEdge<L extends Load>(options: EdgeOptions<L>): Attachment<HTMLElement> {
  return (element) =>
    whenThere(({ attachClosestEdge, dropTargetForElements, extractClosestEdge }) =>
      dropTargetForElements({
        element,
        canDrop: ({ source }) =>
          carries<L>(source.data, options.kind) &&
          (options.accepts?.(loadOf<L>(source.data)) ?? true),
        getData: ({ input }) =>
          attachClosestEdge({}, { element, input, allowedEdges: options.edges }),
        onDrag: ({ self }) => options.onedge(extractClosestEdge(self.data)),
        onDragLeave: () => options.onedge(null),
        onDrop: ({ self, source }) => {
          options.onedge(null);
          const edge = extractClosestEdge(self.data);
          if (edge) options.ondrop(loadOf<L>(source.data), edge);
        },
      }),
    );
}

/** Scrolls an element while a drag of kind is near its edges. */
export function autoScroll(
  kind: string,
  axis: 'vertical' | 'horizontal' | 'all' = 'all',
): Attachment<HTMLElement> {
  return (element) =>
    whenThere(({ autoScrollForElements }) =>
      autoScrollForElements({
        element,
        canScroll: ({ source }) => carries(source.data, kind),
        getAllowedAxis: () => axis,
        getConfiguration: () => ({ maxScrollSpeed: 'standard' }),
      }),
    );
}

interface WatchOptions<L extends Load> {
  kind: string;
  onstart?: (load: L) => void;
  /** landed is false when it was cancelled by Esc or dropped on nothing. */
  onend?: (load: L, landed: boolean) => void;
}

/** Follows every drag of a kind from outside its elements; the answer stops it. */
export function watchDrags<L extends Load>(options: WatchOptions<L>): () => void {
  return whenThere(({ monitorForElements }) =>
    monitorForElements({
      canMonitor: ({ source }) => carries<L>(source.data, options.kind),
      onDragStart: ({ source }) => options.onstart?.(loadOf<L>(source.data)),
      onDrop: ({ source, location }) =>
        options.onend?.(loadOf<L>(source.data), location.current.dropTargets.length > 0),
    }),
  );
}

/** Joins attachments of one element. */
export function attachAll(...attachments: Attachment<HTMLElement>[]): Attachment<HTMLElement> {
  return (element) => {
    const offs = attachments.map((attach) => attach(element));
    return () => offs.forEach((off) => off?.());
  };
}

type Carried = Record<string | symbol, unknown>;

function carries<L extends Load>(carried: Carried, kind: string): boolean {
  return (carried.load as L | undefined)?.kind === kind;
}

function loadOf<L extends Load>(carried: Carried): L {
  return carried.load as L;
}

function pointOf(location: { current: { input: { clientX: number; clientY: number } } }): Point {
  const { clientX, clientY } = location.current.input;
  return { x: clientX, y: clientY };
}
