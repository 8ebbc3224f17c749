/** Forms of a sentence by count; `zero` is asked for before the plural rules. */
export interface Plural {
  zero?: string;
  one?: string;
  two?: string;
  few?: string;
  many?: string;
  other: string;
}

export type Message = string | Plural;

export type Params = Readonly<Record<string, string | number>>;

/**
 * Fills a message. `{name}` takes params.name; numbers are written in the
 * language's way; `params.count` chooses the plural form.
 */
export function fill(message: Message, params: Params, language: string): string {
  const text = typeof message === 'string' ? message : pluralForm(message, params.count, language);
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = params[name];
    if (value === undefined) return whole;
    return typeof value === 'number' ? numberFormat(language).format(value) : value;
  });
}

// pt-BR has 0 and 1.5 as `one` and 1,000,000 as `many`, hence the own zero case
// and the fall back to `other`.
function pluralForm(message: Plural, count: string | number | undefined, language: string): string {
  const n = Number(count ?? 0);
  if (n === 0 && message.zero !== undefined) return message.zero;
  return message[pluralRules(language).select(n)] ?? message.other;
}

const rules = new Map<string, Intl.PluralRules>();
const numbers = new Map<string, Intl.NumberFormat>();

function pluralRules(language: string): Intl.PluralRules {
  let found = rules.get(language);
  if (!found) rules.set(language, (found = new Intl.PluralRules(language)));
  return found;
}

function numberFormat(language: string): Intl.NumberFormat {
  let found = numbers.get(language);
  if (!found) numbers.set(language, (found = new Intl.NumberFormat(language)));
  return found;
}
