/** Rows drawn beyond each edge, so that a quick scroll meets no blank. */
const MARGIN = 6;

/** Which rows of fixed height stand in a viewport: [first, end). All in pixels. */
export function visibleRows(
  scrollTop: number,
  viewport: number,
  rowHeight: number,
  count: number,
  margin = MARGIN,
): { first: number; end: number } {
  const first = Math.max(0, Math.floor(scrollTop / rowHeight) - margin);
  const end = Math.min(count, Math.ceil((scrollTop + viewport) / rowHeight) + margin);
  return { first: Math.min(first, end), end };
}

/** The most rows that visibleRows ever answers for a viewport, wherever it is scrolled to. */
export function mostRows(viewport: number, rowHeight: number, margin = MARGIN): number {
  return Math.ceil(viewport / rowHeight) + 1 + 2 * margin;
}

/** The row under a y inside the list's content, and which half of it: where a drop lands. */
export function dropIndex(y: number, rowHeight: number, count: number): number {
  return Math.min(count, Math.max(0, Math.round(y / rowHeight)));
}

/** The scroll that brings a row whole into the viewport; the same when it already is. */
export function scrollToRow(
  index: number,
  scrollTop: number,
  viewport: number,
  rowHeight: number,
  stickyTop = 0,
): number {
  const top = index * rowHeight;
  if (top < scrollTop) return top;
  const bottom = top + rowHeight;
  const room = viewport - stickyTop;
  return bottom > scrollTop + room ? bottom - room : scrollTop;
}
