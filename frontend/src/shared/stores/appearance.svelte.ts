import { keep, remember } from './device';

export const THEMES = ['system', 'light', 'dark'] as const;
export const DENSITIES = ['compact', 'comfortable', 'roomy'] as const;
export const TEXT_SIZES = [90, 100, 110, 125, 150, 175, 200] as const;
export type Theme = (typeof THEMES)[number];
export type Density = (typeof DENSITIES)[number];

// Heights in rem as app.css has them: windowed lists count in pixels.
const HEIGHTS: Readonly<Record<Density, { row: number; card: number; gap: number }>> = {
  compact: { row: 1.75, card: 4.5, gap: 0.25 },
  comfortable: { row: 2.25, card: 6.5, gap: 0.375 },
  roomy: { row: 2.75, card: 7.5, gap: 0.5 },
};

const ROOT_PX = 16;

class Appearance {
  #theme = $state<Theme>('system');
  #density = $state<Density>('comfortable');
  #textSize = $state(100);

  get theme(): Theme {
    return this.#theme;
  }
  get density(): Density {
    return this.#density;
  }
  /** Percent, 90–200. */
  get textSize(): number {
    return this.#textSize;
  }

  /** Pixels of one rem at this text size. */
  readonly rem = $derived((ROOT_PX * this.#textSize) / 100);
  /** Pixel heights of a list line and a board card, and the gap between cards. */
  readonly rowHeight = $derived(HEIGHTS[this.#density].row * this.rem);
  readonly cardHeight = $derived(HEIGHTS[this.#density].card * this.rem);
  readonly cardGap = $derived(HEIGHTS[this.#density].gap * this.rem);

  setTheme(theme: Theme): void {
    this.#theme = theme;
    keep('theme', theme);
    this.#paint();
  }

  setDensity(density: Density): void {
    this.#density = density;
    keep('density', density);
    this.#paint();
  }

  setTextSize(percent: number): void {
    this.#textSize = Math.min(200, Math.max(90, Math.round(percent)));
    keep('textSize', this.#textSize);
    this.#paint();
  }

  /** One step up (+1) or down (−1) in TEXT_SIZES; 0 goes back to 100%. */
  stepTextSize(step: 1 | -1 | 0): void {
    if (step === 0) return this.setTextSize(100);
    const sizes = step > 0 ? TEXT_SIZES : [...TEXT_SIZES].reverse();
    const next = sizes.find((size) => (size - this.#textSize) * step > 0);
    if (next !== undefined) this.setTextSize(next);
  }

  /** Takes over what this device kept; to be called once the device state is loaded. */
  restore(): void {
    this.#theme = oneOf(THEMES, remember('theme', 'system'), 'system');
    this.#density = oneOf(DENSITIES, remember('density', 'comfortable'), 'comfortable');
    const size = remember('textSize', 100);
    this.#textSize = typeof size === 'number' && size >= 90 && size <= 200 ? size : 100;
    this.#paint();
  }

  #paint(): void {
    const root = document.documentElement;
    if (this.#theme === 'system') delete root.dataset.theme;
    else root.dataset.theme = this.#theme;
    root.dataset.density = this.#density;
    root.style.fontSize = `${this.#textSize}%`;
  }
}

function oneOf<T extends string>(known: readonly T[], value: unknown, fallback: T): T {
  return known.find((one) => one === value) ?? fallback;
}

/** Theme, density and text size of this device; reactive. */
export const appearance = new Appearance();
