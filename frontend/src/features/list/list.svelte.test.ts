import { beforeEach, describe, expect, test, vi } from 'vitest';
import { emitLocal, useTransport, type Change, type ListRequest } from '../../bridge';
import { openFilter } from '../../shared/leads/filter.svelte';
import { peek } from '../../shared/leads/peek.svelte';
import { flushDevice, loadDevice } from '../../shared/stores';
import { columnOf, COLUMNS } from './columns';
import { ListControl } from './control.svelte';
import { layout, sound } from './layout.svelte';
import { Rows } from './rows.svelte';

let total: number;
let asked: ListRequest[];
let prefix: string;
let held: (() => void)[];
let hold: boolean;
let kept: string;

beforeEach(async () => {
  total = 1000;
  asked = [];
  prefix = 'l';
  held = [];
  hold = false;
  kept = '';
  useTransport(async (_, method, args) => {
    if (method === 'Set') return void (kept = args[1] as string);
    if (method !== 'Query') return kept;
    const request = args[0] as ListRequest;
    asked.push(request);
    const answer = {
      rows: Array.from(
        { length: Math.max(0, Math.min(request.limit, total - request.offset)) },
        (_, i) => ({
          id: `${prefix}${request.offset + i}`,
          stageId: 's',
        }),
      ),
      count: total,
      sumCents: total * 100,
    };
    if (hold) await new Promise<void>((resolve) => held.push(resolve));
    return answer;
  });
  await loadDevice();
  peek.close();
});

const ask = { filter: openFilter('p'), sort: 'name', desc: false };
const offsets = () => asked.map(({ offset }) => offset);

describe('rows', () => {
  test('are fetched as they are scrolled to, once', async () => {
    const rows = new Rows();
    await rows.ask(ask);
    expect(rows.count).toBe(1000);
    expect(rows.at(99)?.id).toBe('l99');
    expect(rows.at(100)).toBeUndefined();
    rows.want(480, 520);
    await vi.waitFor(() => expect(rows.at(519)?.id).toBe('l519'));
    rows.want(90, 110);
    await vi.waitFor(() => expect(rows.at(100)?.id).toBe('l100'));
    rows.want(480, 520);
    await new Promise(requestAnimationFrame);
    expect(offsets()).toEqual([0, 400, 500, 100]);
  });

  test('a scroll that flies past leaves no queue behind', async () => {
    const rows = new Rows();
    await rows.ask(ask);
    hold = true;
    rows.want(200, 220);
    await vi.waitFor(() => expect(held).toHaveLength(1));
    for (let first = 300; first < 900; first += 50) rows.want(first, first + 20);
    hold = false;
    held.forEach((go) => go());
    await vi.waitFor(() => expect(rows.at(850)?.id).toBe('l850'));
    expect(offsets()).toEqual([0, 200, 800]);
  });

  test('stay until the next answer, and the older answer loses', async () => {
    const rows = new Rows();
    await rows.ask(ask);
    hold = true;
    const slow = rows.ask({ ...ask, sort: 'value' });
    await vi.waitFor(() => expect(held).toHaveLength(1));
    expect(rows.at(0)?.id).toBe('l0');
    hold = false;
    prefix = 'new';
    await rows.ask({ ...ask, sort: 'created' });
    held.forEach((go) => go());
    await slow;
    expect(rows.at(0)?.id).toBe('new0');
  });

  test('on the screen are fetched again after a commit, once a frame', async () => {
    const rows = new Rows();
    await rows.ask(ask);
    rows.want(150, 190);
    await vi.waitFor(() => expect(rows.at(150)).toBeDefined());
    const stop = rows.follow();
    const commit = (kinds: string[]) =>
      emitLocal('change', {
        opId: '',
        label: '',
        kinds,
        leadIds: [],
        stageIds: [],
        all: false,
      } as Change);
    prefix = 'new';
    commit(['settings']);
    await new Promise(requestAnimationFrame);
    expect(asked).toHaveLength(2);
    commit(['leads']);
    commit(['activities']);
    await vi.waitFor(() => expect(rows.at(150)?.id).toBe('new150'));
    expect(offsets()).toEqual([0, 100, 100]);
    stop();
  });

  test('what could not be fetched is told, and the last rows stay', async () => {
    const rows = new Rows();
    await rows.ask(ask);
    useTransport(async () => {
      throw new Error('no');
    });
    await rows.refresh();
    expect(rows.failure).toBeDefined();
    expect(rows.at(0)?.id).toBe('l0');
  });
});

describe('the list', () => {
  let list: ListControl;

  beforeEach(async () => {
    list = new ListControl();
    await list.load(openFilter('p'));
  });

  test('sorts by a column, the other way round the second time, and keeps that', async () => {
    list.sortBy(columnOf('value')!);
    expect(list.sorting).toEqual({ sort: 'value', desc: true });
    list.sortBy(columnOf('value')!);
    expect(list.sorting).toEqual({ sort: 'value', desc: false });
    list.sortBy(columnOf('name')!);
    list.sortBy(columnOf('email')!);
    expect(list.sorting).toEqual({ sort: 'name', desc: false });
    flushDevice();
    await loadDevice();
    expect(new ListControl().sorting).toEqual({ sort: 'name', desc: false });
  });

  test('keeps its cursor inside, and on its lead when rows move', async () => {
    list.walk(5000);
    expect(list.index).toBe(999);
    list.walk(-1);
    expect(list.index).toBe(0);
    list.walk(10);
    expect(list.card?.id).toBe('l10');
    // Two rows came above.
    prefix = 'x';
    const before = asked.length;
    useTransport(async () => ({
      rows: Array.from({ length: 100 }, (_, i) => ({
        id: i < 2 ? `new${i}` : `l${i - 2}`,
        stageId: 's',
      })),
      count: 1002,
      sumCents: 0,
    }));
    await list.rows.refresh();
    list.follow();
    expect(list.index).toBe(12);
    expect(list.card?.id).toBe('l10');
    expect(asked).toHaveLength(before);
  });

  test('takes the open panel along', () => {
    list.walk(3);
    expect(peek.id).toBe('');
    peek.open('l3');
    list.walk(4);
    expect(peek.id).toBe('l4');
  });

  test('picks with Shift from where it began, beyond what is fetched, and back', async () => {
    list.pickAt(0);
    list.walk(250);
    await list.pickTo(254);
    expect(list.picked.count).toBe(6);
    await list.pickTo(251);
    expect([...list.picked.ids]).toEqual(['l0', 'l250', 'l251']);
  });

  test('picks all that match without fetching them, and lets go again', () => {
    list.pickAll();
    expect(list.picked.count).toBe(1000);
    expect(list.picked.selection()).toEqual({ ids: [], filter: openFilter('p') });
    expect(asked).toHaveLength(1);
    list.pickAll();
    expect(list.picked.empty).toBe(true);
  });
});

describe('the columns', () => {
  beforeEach(() => layout.reset());

  test('are shown, hidden, moved and sized, and kept', async () => {
    layout.toggle('city');
    layout.toggle('vehicle');
    layout.move('city', -100);
    layout.move('name', 1);
    layout.resize(columnOf('value')!, 11.1);
    expect(layout.columns.slice(0, 3).map(({ id }) => id)).toEqual(['city', 'value', 'name']);
    expect(layout.has('vehicle')).toBe(false);
    expect(layout.width(columnOf('value')!)).toBe(11);
    flushDevice();
    expect(JSON.parse(kept)).toMatchObject({ 'list.columns': { widths: { value: 11 } } });
  });

  test('stay readable, and the name stays', () => {
    layout.resize(columnOf('value')!, -5);
    expect(layout.width(columnOf('value')!)).toBe(3);
    layout.resize(columnOf('value')!, 500);
    expect(layout.width(columnOf('value')!)).toBe(40);
    layout.toggle('name');
    expect(layout.has('name')).toBe(true);
  });

  test('of another version are mended', () => {
    expect(
      sound({ shown: ['value', 'gone', 'value'], widths: { value: 8, gone: 4, name: 'wide' } }),
    ).toEqual({
      shown: ['name', 'value'],
      widths: { value: 8 },
      hidden: [],
    });
    // A custom field's column is kept: the field may only not be known yet.
    expect(sound({ shown: ['field:a'], hidden: ['field:b', 'value'] })).toMatchObject({
      shown: ['name', 'field:a'],
      hidden: ['field:b'],
    });
    expect(sound('broken').shown.length).toBeGreaterThan(5);
  });

  test('each have a place of their own', () => {
    expect(new Set(COLUMNS.map(({ id }) => id)).size).toBe(COLUMNS.length);
  });
});
