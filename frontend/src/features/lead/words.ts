import { t } from '../../shared/i18n/index.svelte';

/** A piece of a sentence; the strong ones are names. */
export interface Piece {
  text: string;
  strong: boolean;
}

// Signs that no text holds, around what is to be strong.
const OPEN = '\u0001';
const CLOSE = '\u0002';

/** Marks a value of a sentence as strong, for `pieces`. */
export function strong(text: string): string {
  return OPEN + text + CLOSE;
}

/** Takes a sentence apart where `strong` marked it. */
export function pieces(sentence: string): Piece[] {
  return sentence
    .split(OPEN)
    .flatMap((part, i) => {
      if (i === 0) return [{ text: part, strong: false }];
      const [name = '', rest = ''] = part.split(CLOSE);
      return [
        { text: name, strong: true },
        { text: rest, strong: false },
      ];
    })
    .filter((piece) => piece.text !== '');
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How long ago, as a person says it: "agora há pouco", "há 12 minutos", "há 2 dias". */
export function ago(ms: number, now: number): string {
  const passed = Math.max(0, now - ms);
  if (passed < MINUTE) return t('lead.ago.now');
  if (passed < HOUR) return t('lead.ago.minutes', { count: Math.floor(passed / MINUTE) });
  if (passed < DAY) return t('lead.ago.hours', { count: Math.floor(passed / HOUR) });
  return t('lead.ago.days', { count: Math.floor(passed / DAY) });
}
