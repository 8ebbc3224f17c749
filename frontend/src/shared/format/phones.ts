// Brazil's area codes (DDD), as ranges of the numbering plan.
const DDDS = /^(1[1-9]|2[12478]|3[1-578]|4[1-9]|5[1345]|6[1-9]|7[134579]|8[1-9]|9[1-9])$/;

/** "+5511985270593" → "(11) 98527-0593"; a foreign number is shown as it is kept. */
export function phone(e164: string): string {
  const national = /^\+55(\d{10,11})$/.exec(e164)?.[1];
  return national ? withMask(national) : e164;
}

/**
 * Formats what is being typed: digits as far as they go, "(11) 98527-0". A
 * number that starts with + and another country's code is left alone.
 */
export function phoneMask(text: string): string {
  const trimmed = text.trim();
  if (trimmed.startsWith('+') && !trimmed.startsWith('+55'))
    return '+' + trimmed.replace(/\D/g, '');
  return withMask(nationalDigits(trimmed).slice(0, 11));
}

/** The E.164 form of a typed or pasted number, or null when it is not a whole one. */
export function parsePhone(text: string): string | null {
  const trimmed = text.trim();
  if (trimmed.startsWith('+') && !trimmed.startsWith('+55')) {
    const digits = trimmed.replace(/\D/g, '');
    return digits.length >= 8 && digits.length <= 15 ? `+${digits}` : null;
  }
  const digits = nationalDigits(trimmed);
  if (!DDDS.test(digits.slice(0, 2))) return null;
  const mobile = digits.length === 11 && digits[2] === '9';
  const landline = digits.length === 10 && /[2-5]/.test(digits[2]!);
  // Old eight-digit mobile numbers still stand in sheets and phone books.
  const oldMobile = digits.length === 10 && /[6-9]/.test(digits[2]!);
  return mobile || landline || oldMobile ? `+55${digits}` : null;
}

// Pasted numbers come with +55, 0 and an operator's code, blanks and dashes.
function nationalDigits(text: string): string {
  let digits = text.replace(/\D/g, '');
  if (text.startsWith('+55') || (digits.startsWith('55') && digits.length >= 12))
    digits = digits.slice(2);
  return digits.replace(/^0+/, '');
}

function withMask(digits: string): string {
  if (digits.length <= 2) return digits === '' ? '' : `(${digits}`;
  const area = digits.slice(0, 2);
  const local = digits.slice(2);
  const head = local.length > 8 ? 5 : 4;
  return local.length <= 4
    ? `(${area}) ${local}`
    : `(${area}) ${local.slice(0, head)}-${local.slice(head)}`;
}
