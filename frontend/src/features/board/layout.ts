/** Measures of the board in rem, as its styles have them. */
export const NARROWEST = 13.5;
export const GAP = 0.75;
export const STRIP = 2.75;
const MARGIN = 0.875;
/** How much of the next stage shows at the edge, to say that there is more. */
const HINT = 1;

/**
 * How wide each open stage is: all of them when they fit, else as many whole ones
 * as fit, with a hint of the next. All in pixels.
 */
export function stageWidth(viewport: number, open: number, strips: number, rem: number): number {
  const gap = GAP * rem;
  const room = viewport - 2 * MARGIN * rem - strips * (STRIP * rem + gap);
  if (open === 0) return NARROWEST * rem;
  const whole = (room - (open - 1) * gap) / open;
  if (whole >= NARROWEST * rem) return Math.floor(whole);
  const sight = viewport - (MARGIN + HINT) * rem;
  const fit = Math.max(1, Math.floor(sight / ((NARROWEST + GAP) * rem)));
  return Math.max(NARROWEST * rem, Math.floor(sight / fit - gap));
}

/** True when all stages can be seen side by side without a strip. */
export function allFit(viewport: number, stages: number, rem: number): boolean {
  return viewport - 2 * MARGIN * rem >= stages * NARROWEST * rem + (stages - 1) * GAP * rem;
}
