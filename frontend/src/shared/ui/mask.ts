/**
 * Re-formats a field while it is typed in, and says where the caret goes: after
 * as many digits as stood before it.
 */
export function remask(
  text: string,
  caret: number,
  mask: (text: string) => string,
): { text: string; caret: number } {
  const masked = mask(text);
  const digitsBefore = text.slice(0, caret).replace(/\D/g, '').length;
  // At the end the caret stays at the end, past the mask's own signs.
  if (caret >= text.length) return { text: masked, caret: masked.length };
  let seen = 0;
  let at = 0;
  while (at < masked.length && seen < digitsBefore) {
    if (/\d/.test(masked[at]!)) seen += 1;
    at += 1;
  }
  return { text: masked, caret: at };
}

/** "26112026" → "26/11/2026", as far as the digits go; a pasted ISO day is left as it is. */
export function dayMask(text: string): string {
  if (/^\d{4}-/.test(text.trim())) return text.trim();
  const typed = text.replace(/[^\d/.-]/g, '').replace(/[.-]/g, '/');
  // Separators that a person types stay where they are: 1/2/2026.
  if (typed.includes('/')) return typed.replace(/\/{2,}/g, '/').slice(0, 10);
  const digits = typed.slice(0, 8);
  return [digits.slice(0, 2), digits.slice(2, 4), digits.slice(4)]
    .filter((part) => part !== '')
    .join('/');
}
