import { Failure, toFailure } from './failure';

/** Carries one call to Go and its answer back. Rejects with a Failure. */
export type Transport = (
  struct: string,
  method: string,
  args: readonly unknown[],
) => Promise<unknown>;

declare global {
  interface Window {
    /** Wails puts the one bound struct here: the gate through which every call goes. */
    go?: { bind?: { Gate?: Gate } };
    runtime?: WailsRuntime;
  }
}

interface Gate {
  Call(struct: string, method: string, args: readonly unknown[]): Promise<unknown>;
}

/** What the window's runtime offers and the bridge uses. */
export interface WailsRuntime {
  EventsOn(name: string, handler: (...payload: unknown[]) => void): () => void;
}

/** True in the program's own window, false in a browser. */
export function inWindow(): boolean {
  return typeof window !== 'undefined' && window.go?.bind?.Gate !== undefined;
}

export const windowTransport: Transport = async (struct, method, args) => {
  const call = `${struct}.${method}`;
  const gate = window.go?.bind?.Gate;
  if (!gate) throw new Failure('bridge.unreachable', { call });
  try {
    return await gate.Call(struct, method, args);
  } catch (thrown) {
    throw toFailure(thrown, call);
  }
};

export const httpTransport: Transport = async (struct, method, args) => {
  const call = `${struct}.${method}`;
  let response: Response;
  try {
    response = await fetch(`api/${struct}/${method}`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      credentials: 'same-origin',
      body: JSON.stringify(args),
    });
  } catch {
    throw new Failure('bridge.unreachable', { call });
  }
  const text = await response.text();
  if (!response.ok) throw failureOfResponse(response.status, text, call);
  return text === '' ? undefined : JSON.parse(text);
};

function failureOfResponse(status: number, body: string, call: string): Failure {
  const failure = toFailure(body, call);
  // A body that is not ours (a proxy's page, an empty 401) says only its status.
  return failure.code === 'internal' && failure.params.message !== undefined
    ? new Failure('bridge.http', { params: { status: String(status) }, call })
    : failure;
}
