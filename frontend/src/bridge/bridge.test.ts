import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { api, Failure, settled, toFailure, useTransport, watchTraffic } from '.';
import { httpTransport, windowTransport } from './transport';
import { PATIENCE_MS } from './watchdog';

beforeEach(() => vi.useFakeTimers());
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  useTransport(null);
  delete window.go;
});

async function failureOf(promise: Promise<unknown>): Promise<Failure> {
  return promise.then(
    () => {
      throw new Error('it did not fail');
    },
    (thrown: unknown) => thrown as Failure,
  );
}

test('a call carries its struct, method and arguments', async () => {
  const transport = vi.fn(async () => 'value');
  useTransport(transport);
  expect(await api.Device.Get('ui')).toBe('value');
  expect(transport).toHaveBeenCalledWith('Device', 'Get', ['ui']);
});

describe('the watchdog', () => {
  test('ends a call that Go never answers', async () => {
    useTransport(() => new Promise(() => {}));
    const failed = failureOf(api.Session.State());
    await vi.advanceTimersByTimeAsync(PATIENCE_MS - 1);
    await vi.advanceTimersByTimeAsync(1);
    expect(await failed).toMatchObject({ code: 'bridge.timeout', call: 'Session.State' });
  });

  test('lets a file dialog take its time', async () => {
    let answer: (value: unknown) => void = () => {};
    useTransport(() => new Promise((resolve) => (answer = resolve)));
    const picked = api.Native.PickFolder('Pasta');
    await vi.advanceTimersByTimeAsync(PATIENCE_MS * 10);
    answer({ handle: 'h', name: 'x', size: 0, url: '' });
    expect(await picked).toMatchObject({ handle: 'h' });
  });
});

test('a move of all that was picked may take longer than a move of one', async () => {
  const answers: ((value: unknown) => void)[] = [];
  useTransport(() => new Promise((resolve) => answers.push(resolve)));
  const all = api.Leads.MoveAll({ ids: ['a'], filter: null }, 's', '', '');
  const one = failureOf(api.Leads.Seen('a'));
  await vi.advanceTimersByTimeAsync(PATIENCE_MS);
  expect(await one).toMatchObject({ code: 'bridge.timeout' });
  answers[0]!('moved');
  expect(await all).toBe('moved');
});

test('what is under way can be waited for, failures too, but no file dialog', async () => {
  const answers: ((value: unknown) => void)[] = [];
  useTransport((struct) =>
    struct === 'Device'
      ? Promise.reject(new Failure('internal'))
      : new Promise((resolve) => answers.push(resolve)),
  );
  const picked = api.Native.PickFolder('Pasta');
  void api.Leads.Seen('a');
  void failureOf(api.Device.Get('a'));
  const done = vi.fn();
  const waiting = settled().then(done);
  await vi.advanceTimersByTimeAsync(1);
  expect(done).not.toHaveBeenCalled();
  answers[1]!(undefined);
  await waiting;
  expect(done).toHaveBeenCalledOnce();
  answers[0]!({ handle: '' });
  await picked;
});

test('traffic counts calls under way and remembers trouble until a call goes well', async () => {
  const seen: string[] = [];
  const off = watchTraffic(({ pending, trouble }) => seen.push(`${pending}${trouble}`));
  useTransport(async () => {
    throw new Failure('disk_full');
  });
  await failureOf(api.Device.Get('a'));
  useTransport(async () => {
    throw new Failure('required');
  });
  await failureOf(api.Device.Get('a'));
  off();
  expect(seen).toEqual(['0', '1', '0disk_full', '1disk_full', '0']);
});

describe('in the window', () => {
  test('calls go through the gate', async () => {
    const gate = vi.fn(async () => ({ people: [] }));
    window.go = { bind: { Gate: { Call: gate } } };
    await windowTransport('Session', 'ActAs', ['p1']);
    expect(gate).toHaveBeenCalledWith('Session', 'ActAs', ['p1']);
  });

  test('a rejection that is JSON text becomes a failure', async () => {
    window.go = {
      bind: {
        Gate: {
          Call: () => Promise.reject('{"code":"required","field":"name","params":{"max":"3"}}'),
        },
      },
    };
    expect(await failureOf(windowTransport('Leads', 'Create', []))).toMatchObject({
      code: 'required',
      field: 'name',
      params: { max: '3' },
      call: 'Leads.Create',
    });
  });
});

describe('in a browser', () => {
  const answer = (status: number, body: string) =>
    vi.stubGlobal(
      'fetch',
      vi.fn(async () => new Response(body, { status })),
    );

  test('a call is a post of its arguments', async () => {
    answer(200, '{"a":1}');
    expect(await httpTransport('Board', 'Load', ['x', 2])).toEqual({ a: 1 });
    expect(fetch).toHaveBeenCalledWith(
      'api/Board/Load',
      expect.objectContaining({ method: 'POST', body: '["x",2]' }),
    );
  });

  test('an empty answer is no answer', async () => {
    answer(200, '');
    expect(await httpTransport('Device', 'Set', ['a', 'b'])).toBeUndefined();
  });

  test('an error body is a failure; a foreign page is told by its status', async () => {
    answer(422, '{"code":"lead.needs_contact","field":"phone"}');
    expect(await failureOf(httpTransport('Leads', 'Create', []))).toMatchObject({
      code: 'lead.needs_contact',
      field: 'phone',
    });
    answer(401, '<html>no</html>');
    expect(await failureOf(httpTransport('Leads', 'Create', []))).toMatchObject({
      code: 'bridge.http',
      params: { status: '401' },
    });
  });

  test('a program that is gone is unreachable', async () => {
    vi.stubGlobal(
      'fetch',
      vi.fn(() => Promise.reject(new TypeError('refused'))),
    );
    expect(await failureOf(httpTransport('Leads', 'Create', []))).toMatchObject({
      code: 'bridge.unreachable',
    });
  });
});

test('what scripts throw keeps its message for the details', () => {
  expect(toFailure(new Error('boom'))).toMatchObject({
    code: 'internal',
    params: { message: 'boom' },
  });
  expect(toFailure('plain text')).toMatchObject({
    code: 'internal',
    params: { message: 'plain text' },
  });
  const own = new Failure('locked');
  expect(toFailure(own)).toBe(own);
});
