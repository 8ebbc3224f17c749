import type { Feature, PageModule, Route } from '../shared/feature';
import { allWords, hasKey } from '../shared/i18n/index.svelte';
import { matchPath, router, type PathParams } from '../shared/router';

// Every folder of features joins by having an index.ts.
const found = import.meta.glob<Feature>('../features/*/index.ts', {
  import: 'default',
  eager: true,
});

/** All features of this build, in the order of their names. */
export const features: readonly Feature[] = Object.values(found);

export const routes: readonly Route[] = features.flatMap((feature) => feature.routes ?? []);

/** The route of a path and the params in it. */
export function routeOf(path: string): { route: Route; params: PathParams } | undefined {
  for (const route of routes) {
    const params = matchPath(route.path, path);
    if (params) return { route, params };
  }
  return undefined;
}

const fetched = new Map<Route, PageModule>();

/** What a route shows: at once when it was fetched before. */
export function pageOf(route: Route): PageModule | Promise<PageModule> {
  return fetched.get(route) ?? withWords(route);
}

// A page whose title has a sentence has its others, too.
async function withWords(route: Route): Promise<PageModule> {
  const [page] = await Promise.all([route.page(), hasKey(route.title) ? undefined : allWords()]);
  return page;
}

/** Goes to where this device was last, and fetches its page: the first picture has it. */
export async function openFirst(): Promise<void> {
  const first = navRoutes()[0];
  router.start(first ? navTarget(first) : '/');
  const matched = routeOf(router.path);
  if (!matched) return;
  try {
    fetched.set(matched.route, await withWords(matched.route));
  } catch {
    // The page asks again, and says so where it would stand.
  }
}

/** Where the nav entry of a route leads: its path without the optional parts. */
export function navTarget(route: Route): string {
  return route.nav?.to ?? route.path.replace(/\/:\w+\?/g, '');
}

/** Routes with a nav entry that can be used now, in order. */
export function navRoutes(): Route[] {
  return routes
    .filter((route) => route.nav && (route.when?.() ?? true))
    .sort((a, b) => a.nav!.order - b.nav!.order);
}
