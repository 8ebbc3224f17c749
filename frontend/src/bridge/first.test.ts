import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { api, checkFirst, emitLocal, on, takeFirst, useTransport } from '.';
import { forgetAhead } from './client';

const transport = vi.fn(async (struct: string, method: string): Promise<unknown> =>
  method === 'Events' ? 7 : `${struct} asked`,
);

function cameWithThePage(events: number): void {
  document.body.innerHTML = `<script type="application/json" id="first">${JSON.stringify({
    events,
    answers: [
      { call: ['Device', 'Get', ['ui']], result: 'came' },
      { call: ['Board', 'Tabs', ['p']], result: { mine: 1 } },
    ],
  })}</script>`;
  takeFirst();
}

beforeEach(() => {
  vi.useFakeTimers();
  transport.mockClear();
  useTransport(transport);
  // What the window has: events are heard as soon as somebody listens.
  window.go = { bind: { Gate: { Call: vi.fn() } } };
  window.runtime = { EventsOn: () => () => {} };
});

afterEach(() => {
  forgetAhead();
  useTransport(null);
  delete window.go;
  delete window.runtime;
  document.body.innerHTML = '';
  vi.useRealTimers();
});

test('who calls first gets what came with the page, once', async () => {
  cameWithThePage(7);
  expect(await api.Device.Get('ui')).toBe('came');
  expect(await api.Board.Tabs('p')).toEqual({ mine: 1 });
  expect(transport).not.toHaveBeenCalled();
  expect(await api.Device.Get('ui')).toBe('Device asked');
});

test('another call asks', async () => {
  cameWithThePage(7);
  expect(await api.Device.Get('other')).toBe('Device asked');
  expect(await api.Board.Tabs('q')).toBe('Board asked');
});

test.each(['change', 'workspace', 'sync', 'events.lost'] as const)(
  'the event %s takes back what came with the page',
  async (name) => {
    cameWithThePage(7);
    emitLocal(name, null as never);
    expect(await api.Device.Get('ui')).toBe('Device asked');
  },
);

test('after a moment nothing of it is held', async () => {
  cameWithThePage(7);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(await api.Device.Get('ui')).toBe('Device asked');
});

test('what changed while the page was on its way is asked for again', async () => {
  const lost = vi.fn();
  const off = on('events.lost', lost);
  cameWithThePage(7);
  await checkFirst();
  expect(lost).not.toHaveBeenCalled();
  cameWithThePage(6);
  await checkFirst();
  expect(lost).toHaveBeenCalledOnce();
  off();
});

test('a page that came alone asks', async () => {
  takeFirst();
  expect(await api.Device.Get('ui')).toBe('Device asked');
});
