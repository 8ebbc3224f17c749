/**
 * A call's failure as Go sends it: a code, the input field it is about and the
 * values of the translated sentence. Never prose.
 */
export class Failure extends Error {
  readonly code: string;
  readonly field: string;
  readonly params: Readonly<Record<string, string>>;
  /** Where it happened, `Struct.Method`: for "copiar detalhes" and logs. */
  readonly call: string;

  constructor(
    code: string,
    options: { field?: string; params?: Record<string, string>; call?: string } = {},
  ) {
    super(options.call ? `${options.call}: ${code}` : code);
    this.name = 'Failure';
    this.code = code;
    this.field = options.field ?? '';
    this.params = options.params ?? {};
    this.call = options.call ?? '';
  }
}

/**
 * Makes a Failure of whatever was thrown: the window rejects with a JSON
 * string, HTTP answers with the same JSON as a body, and scripts throw Errors.
 */
export function toFailure(thrown: unknown, call = ''): Failure {
  if (thrown instanceof Failure) return thrown;
  const parsed = typeof thrown === 'string' ? parseJson(thrown) : thrown;
  if (isShape(parsed)) {
    return new Failure(parsed.code, { field: parsed.field, params: parsed.params, call });
  }
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new Failure('internal', { params: { message }, call });
}

interface Shape {
  code: string;
  field?: string;
  params?: Record<string, string>;
}

function isShape(value: unknown): value is Shape {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as Shape).code === 'string' &&
    !(value instanceof Error)
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
