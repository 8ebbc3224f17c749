import { beforeEach, describe, expect, test, vi } from 'vitest';
import { emitLocal, Failure, useTransport, type Change, type StageView } from '../../bridge';
import { openFilter } from '../../shared/leads/filter.svelte';
import { session } from '../../shared/stores';
import { aWorkspace, cards } from '../../tests/factories';
import { BoardData } from './boardData.svelte';

const NO_REASON = { reasonId: '', reasonNote: '' };
const filter = openFilter('sales');

type Answer = (...args: never[]) => unknown;
let answers: Record<string, Answer>;
const calls = vi.fn();

// What the database holds, stage by stage.
let held: Record<string, StageView>;

const stageView = (stageId: string, n: number, from = 0): StageView => ({
  stageId,
  count: n,
  sumCents: n * 100,
  cards: cards(n, { stageId, valueCents: 100 }, from),
});

const change = (over: Partial<Change>): Change => ({
  opId: '',
  label: '',
  kinds: ['leads'],
  leadIds: [],
  stageIds: [],
  all: false,
  ...over,
});

const windowsOf = () =>
  calls.mock.calls.filter(([method]) => method === 'Window').map(([, ask]) => ask.stageId);

beforeEach(async () => {
  calls.mockClear();
  held = { new: stageView('new', 4), talk: stageView('talk', 2, 10), won: stageView('won', 0) };
  answers = {
    State: () => aWorkspace(),
    Load: () => ({ stages: Object.values(held), totals: { count: 6, sumCents: 600 } }),
    // Where counting is no work, it comes with the count.
    First: (...args: never[]) => answers.Load!(...args),
    Window: (ask: { stageId: string; offset: number; limit: number }) => ({
      ...held[ask.stageId],
      cards: held[ask.stageId]!.cards.slice(ask.offset, ask.offset + ask.limit),
    }),
    Move: () => ({ opId: 'o', label: 'lead.move', params: {}, ids: [], undo: true }),
  };
  useTransport(async (_, method, args) => {
    calls(method, ...args);
    return (answers[method] as (...args: readonly unknown[]) => unknown)?.(...args);
  });
  await session.load();
});

const idsOf = (board: BoardData, stageId: string) => {
  const stage = board.stage(stageId)!;
  return Array.from({ length: stage.count }, (_, i) => stage.at(i)?.id).join(' ');
};

async function aBoard(): Promise<BoardData> {
  const board = new BoardData();
  await board.load('sales', filter);
  return board;
}

describe('a board', () => {
  test('adds up its stages', async () => {
    const board = await aBoard();
    expect([board.count, board.sumCents]).toEqual([6, 600]);
  });

  test('says what went wrong and keeps what it shows', async () => {
    const board = await aBoard();
    answers.Load = () => {
      throw new Failure('disk_full');
    };
    await board.load('sales', { ...filter, unread: true });
    expect((board.failure as Failure).code).toBe('disk_full');
    expect(board.count).toBe(6);
  });

  test('shows a narrowed board before it is counted, and says that it isn’t', async () => {
    const board = new BoardData();
    const load = answers.Load!;
    let answer: () => void = () => {};
    answers.Load = () => new Promise((resolve) => (answer = () => resolve(load())));
    answers.First = () => ({
      stages: [stageView('new', 2)],
      totals: { count: 0, sumCents: 0 },
      partial: true,
    });
    const loaded = board.load('sales', { ...filter, unread: true });
    await vi.waitFor(() => expect(board.counted).toBe(false));
    expect(idsOf(board, 'new')).toBe('c0 c1');
    answer();
    await loaded;
    expect([board.counted, board.stage('new')!.count]).toEqual([true, 4]);
  });

  test('a late answer does not overwrite a newer one', async () => {
    const board = new BoardData();
    const load = answers.Load!;
    let answer: () => void = () => {};
    answers.Load = () => new Promise((resolve) => (answer = () => resolve(load())));
    const late = board.load('sales', filter);
    answers.Load = () => ({ ...(load() as object), stages: [stageView('new', 1)] });
    await board.load('sales', { ...filter, unread: true });
    answer();
    await late;
    expect(board.stage('new')!.count).toBe(1);
  });
});

describe('a card that is moved', () => {
  test('stands at its new place before Go answers', async () => {
    const board = await aBoard();
    let answer: (value: unknown) => void = () => {};
    answers.Move = () => new Promise((resolve) => (answer = resolve));
    const plan = board.plan([board.stage('new')!.at(1)!], board.stage('talk')!, 1);
    const done = board.move(plan, NO_REASON);
    expect(idsOf(board, 'new')).toBe('c0 c2 c3');
    expect(idsOf(board, 'talk')).toBe('c10 c1 c11');
    expect(board.stage('talk')!.sumCents).toBe(300);
    await vi.waitFor(() => expect(calls).toHaveBeenCalledWith('Move', expect.anything()));
    expect(calls).toHaveBeenCalledWith('Move', {
      ids: ['c1'],
      stageId: 'talk',
      afterId: 'c10',
      beforeId: 'c11',
      toTop: false,
      ...NO_REASON,
    });
    answer({});
    await done;
  });

  test('goes back when Go refuses', async () => {
    const board = await aBoard();
    answers.Move = () => {
      throw new Failure('disk_full');
    };
    const plan = board.plan([board.stage('new')!.at(0)!], board.stage('talk')!, 0);
    await expect(board.move(plan, NO_REASON)).rejects.toMatchObject({ code: 'disk_full' });
    expect(idsOf(board, 'new')).toBe('c0 c1 c2 c3');
    expect(idsOf(board, 'talk')).toBe('c10 c11');
  });

  test('is written after the move before it', async () => {
    const board = await aBoard();
    const order: string[] = [];
    let first: (value: unknown) => void = () => {};
    answers.Move = (move: { ids: string[] }) => {
      order.push(move.ids[0]!);
      return move.ids[0] === 'c0' ? new Promise((resolve) => (first = resolve)) : {};
    };
    const to = board.stage('talk')!;
    const one = board.move(board.plan([board.stage('new')!.at(0)!], to, 0), NO_REASON);
    const two = board.move(board.plan([board.stage('new')!.at(0)!], to, 0), NO_REASON);
    await vi.waitFor(() => expect(order).toEqual(['c0']));
    first({});
    await Promise.all([one, two]);
    expect(order).toEqual(['c0', 'c1']);
    expect(idsOf(board, 'talk')).toBe('c1 c0 c10 c11');
  });

  test('several keep their order', async () => {
    const board = await aBoard();
    const some = [board.stage('new')!.at(3)!, board.stage('new')!.at(1)!];
    await board.move(board.plan(some, board.stage('new')!, 0), NO_REASON);
    expect(idsOf(board, 'new')).toBe('c3 c1 c0 c2');
  });

  test('dropped where it stands is no move', async () => {
    const board = await aBoard();
    const stage = board.stage('new')!;
    expect(board.plan([stage.at(1)!], stage, 1).idle).toBe(true);
    expect(board.plan([stage.at(1)!], stage, 2).idle).toBe(true);
    expect(board.plan([stage.at(1)!], stage, 3).idle).toBe(false);
  });
});

describe('what others change', () => {
  test('is fetched for the stages that a commit names, and once for a burst', async () => {
    const board = await aBoard();
    const off = board.follow();
    held.talk = stageView('talk', 3, 10);
    for (let i = 0; i < 20; i++) emitLocal('change', change({ stageIds: ['talk'] }));
    await vi.waitFor(() => expect(board.stage('talk')!.count).toBe(3));
    expect(windowsOf()).toEqual(['talk']);
    off();
  });

  test('is fetched for the stage that shows a named lead', async () => {
    const board = await aBoard();
    const off = board.follow();
    emitLocal('change', change({ leadIds: ['c11', 'elsewhere'] }));
    await vi.waitFor(() => expect(windowsOf()).toEqual(['talk']));
    off();
  });

  test('waits for moves under way, so that no card jumps back', async () => {
    const board = await aBoard();
    const off = board.follow();
    let answer: (value: unknown) => void = () => {};
    answers.Move = () => new Promise((resolve) => (answer = resolve));
    const plan = board.plan([board.stage('new')!.at(0)!], board.stage('talk')!, 0);
    const done = board.move(plan, NO_REASON);
    emitLocal('change', change({ stageIds: ['new', 'talk'] }));
    await new Promise((resolve) => requestAnimationFrame(resolve));
    await new Promise((resolve) => requestAnimationFrame(resolve));
    expect(windowsOf()).toEqual([]);
    expect(idsOf(board, 'talk')).toBe('c0 c10 c11');
    held.new = stageView('new', 3, 1);
    answer({});
    await done;
    await vi.waitFor(() => expect(windowsOf().sort()).toEqual(['new', 'talk']));
    off();
  });
});

describe('a long stage', () => {
  test('fetches what is seen, page by page, and nothing else', async () => {
    held.new = stageView('new', 1000);
    answers.Load = () => ({
      stages: [{ ...held.new, cards: held.new!.cards.slice(0, 50) }],
      totals: { count: 1000, sumCents: 0 },
    });
    const board = await aBoard();
    const stage = board.stage('new')!;
    stage.show(0, 12);
    stage.show(700, 712);
    await vi.waitFor(() => expect(stage.at(700)?.id).toBe('c700'));
    expect(windowsOf()).toHaveLength(1);
    expect(stage.at(400)).toBeUndefined();
    expect(await stage.ids(690, 760)).toHaveLength(70);
  });
});
