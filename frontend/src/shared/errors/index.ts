import { toFailure, type Failure } from '../../bridge';
import { hasKey, t } from '../i18n/index.svelte';

export interface Explained {
  /** What happened and what to do about it, in one or two sentences. */
  text: string;
  /** Technical lines for "copiar detalhes"; they hold no record's contents. */
  details: string;
  /** The input field it is about, as the API names it; '' when none. */
  field: string;
}

/**
 * Turns anything thrown into a sentence. `error.<code>.<field>` wins over
 * `error.<code>`; a code without a sentence gets the general one.
 */
export function explain(thrown: unknown): Explained {
  const failure = toFailure(thrown);
  const keys = [`error.${failure.code}.${failure.field}`, `error.${failure.code}`];
  const key = keys.find(hasKey);
  return {
    text: key ? t(key as 'error.internal', failure.params) : t('error.internal'),
    details: detailsOf(failure),
    field: failure.field,
  };
}

function detailsOf(failure: Failure): string {
  const lines = [`code: ${failure.code}`];
  if (failure.call) lines.push(`call: ${failure.call}`);
  if (failure.field) lines.push(`field: ${failure.field}`);
  for (const [name, value] of Object.entries(failure.params)) lines.push(`${name}: ${value}`);
  return lines.join('\n');
}
