import { beforeEach, expect, test, vi } from 'vitest';
import { useTransport } from '../../bridge';
import { flushDevice, loadDevice, remember } from '../stores/device';
import { focusedBefore, keptScroll, rememberFocus } from './restore';
import { joinHash, matchPath, splitHash } from './path';
import { router } from './router.svelte';

let stored = '';

beforeEach(async () => {
  stored = '';
  useTransport(async (_, method, args) => {
    if (method === 'Set') stored = args[1] as string;
    return stored;
  });
  await loadDevice();
  history.replaceState(null, '', '#');
});

test.each([
  ['/leads/:id', '/leads/42', { id: '42' }],
  ['/leads/:id', '/leads/a%2Fb', { id: 'a/b' }],
  ['/leads/:id', '/leads', null],
  ['/leads/:id', '/leads/1/2', null],
  ['/board/:pipeline?', '/board', {}],
  ['/board/:pipeline?', '/board/vendas', { pipeline: 'vendas' }],
  ['/', '/', {}],
  ['/board', '/list', null],
])('%s and %s give %o', (pattern, path, params) => {
  expect(matchPath(pattern, path)).toEqual(params);
});

test('an address is split and joined without loss', () => {
  const { path, query } = splitHash('#/list?owner=1&q=a%26b');
  expect(path).toBe('/list');
  expect(joinHash(path, Object.fromEntries(query))).toBe('#/list?owner=1&q=a%26b');
  expect(joinHash('/list', { owner: '' })).toBe('#/list');
});

test('the program opens where it was left', async () => {
  const stop = router.start('/board');
  expect(router.path).toBe('/board');
  router.go('/list', { query: { owner: 'carla' } });
  router.setQuery({ stage: 'novo', owner: '' });
  expect(router.query).toEqual({ stage: 'novo' });
  stop();
  flushDevice();

  history.replaceState(null, '', '#');
  await loadDevice();
  router.start('/board')();
  expect(router.path).toBe('/list');
  expect(router.query).toEqual({ stage: 'novo' });
});

test('a step back goes to the page before', async () => {
  const stop = router.start('/board');
  router.go('/list');
  history.replaceState(null, '', '#/board');
  window.dispatchEvent(new PopStateEvent('popstate'));
  await vi.waitFor(() => expect(router.path).toBe('/board'));
  stop();
});

test('a step back is offered only where it stays in the program', () => {
  const stop = router.start('/board');
  expect(router.canGoBack).toBe(false);
  router.go('/list', { replace: true });
  expect(router.canGoBack).toBe(false);
  router.go('/lead/1');
  expect(router.canGoBack).toBe(true);
  // A link makes an entry that knows nothing of steps.
  history.pushState(null, '', '#/lead/2');
  window.dispatchEvent(new HashChangeEvent('hashchange'));
  expect(router.canGoBack).toBe(true);
  history.replaceState({ step: 0 }, '', '#/list');
  window.dispatchEvent(new PopStateEvent('popstate'));
  expect(router.canGoBack).toBe(false);
  stop();
});

test('scroll and focus come back', () => {
  const element = document.createElement('div');
  const scrollTo = vi.spyOn(element, 'scrollTo');
  const leave = keptScroll('board/novo')(element);
  element.scrollTop = 300;
  element.dispatchEvent(new Event('scroll'));
  if (leave) leave();
  expect(remember('scroll:board/novo', null)).toEqual([300, 0]);
  keptScroll('board/novo')(element);
  expect(scrollTo).toHaveBeenLastCalledWith({ top: 300, left: 0, behavior: 'instant' });

  rememberFocus('board', 'lead-1');
  expect(focusedBefore('board')).toBe('lead-1');
  rememberFocus('board', undefined);
  expect(focusedBefore('board')).toBe('');
});
