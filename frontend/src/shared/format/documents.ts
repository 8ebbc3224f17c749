/** A CPF or CNPJ with its punctuation; anything else as it is. */
export function documentText(document: string): string {
  return document.length === 11 || document.length === 14 ? documentMask(document) : document;
}

/** Formats a CPF (digits) or a CNPJ (letters and digits) while it is typed. */
export function documentMask(text: string): string {
  const bare = text.toUpperCase().replace(/[^A-Z\d]/g, '');
  return bare.length <= 11 && /^\d*$/.test(bare)
    ? punctuated(bare, [3, 3, 3, 2], ['.', '.', '-'])
    : punctuated(bare.slice(0, 14), [2, 3, 3, 4, 2], ['.', '.', '/', '-']);
}

/** "01310100" → "01310-100", as far as the digits go. */
export function cepMask(text: string): string {
  return punctuated(text.replace(/\D/g, '').slice(0, 8), [5, 3], ['-']);
}

/** A plate as it stands on the car: "ABC-1234", or "ABC1D23" without a dash. */
export function plateText(plate: string): string {
  return /^[A-Z]{3}\d{4}$/.test(plate) ? `${plate.slice(0, 3)}-${plate.slice(3)}` : plate;
}

/** Formats a plate while it is typed. */
export function plateMask(text: string): string {
  return plateText(
    text
      .toUpperCase()
      .replace(/[^A-Z\d]/g, '')
      .slice(0, 7),
  );
}

function punctuated(bare: string, sizes: readonly number[], signs: readonly string[]): string {
  let shown = '';
  let at = 0;
  for (const [i, size] of sizes.entries()) {
    const part = bare.slice(at, at + size);
    if (part === '') break;
    shown += (i > 0 ? signs[i - 1] : '') + part;
    at += size;
  }
  return shown;
}
