/** Lower case without accents: for comparing what people type. */
export function fold(text: string): string {
  return text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();
}

/** "Patrícia da Assunção" → "PA": the first and last names that count. */
export function initials(name: string): string {
  const words = name
    .split(/\s+/)
    .filter((word) => /^\p{L}/u.test(word) && !PARTICLES.has(word.toLowerCase()));
  const first = words[0];
  if (!first) return '—';
  const last = words.length > 1 ? words.at(-1)! : '';
  return (first[0]! + (last[0] ?? first[1] ?? '')).toUpperCase();
}

const PARTICLES = new Set(['da', 'de', 'do', 'das', 'dos', 'e', 'del', 'la', 'y', 'of', 'the']);

/** Upper-case first letter, for a label that begins a line. */
export function sentence(text: string): string {
  return text.charAt(0).toLocaleUpperCase() + text.slice(1);
}
