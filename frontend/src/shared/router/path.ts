export type PathParams = Readonly<Record<string, string>>;

/**
 * Matches a path with a pattern: `/leads/:id` and `/leads/42` → {id: "42"};
 * a last `:name?` may be missing. null when they differ.
 */
export function matchPath(pattern: string, path: string): PathParams | null {
  const wanted = pattern.split('/').filter(Boolean);
  const given = path.split('/').filter(Boolean);
  if (given.length > wanted.length) return null;
  const params: Record<string, string> = {};
  for (const [i, part] of wanted.entries()) {
    const value = given[i];
    if (part.startsWith(':')) {
      const optional = part.endsWith('?');
      if (value === undefined && !optional) return null;
      if (value !== undefined)
        params[part.slice(1, optional ? -1 : undefined)] = decodeURIComponent(value);
    } else if (part !== value) {
      return null;
    }
  }
  return params;
}

/** Splits `#/board/vendas?owner=1` into its path and its query. */
export function splitHash(hash: string): { path: string; query: URLSearchParams } {
  const text = hash.replace(/^#/, '');
  const cut = text.indexOf('?');
  const path = cut < 0 ? text : text.slice(0, cut);
  return { path: path || '/', query: new URLSearchParams(cut < 0 ? '' : text.slice(cut + 1)) };
}

/** Joins a path and query values; empty ones are left out. */
export function joinHash(path: string, query: Readonly<Record<string, string>> = {}): string {
  const kept = Object.entries(query).filter(([, value]) => value !== '');
  return kept.length === 0 ? `#${path}` : `#${path}?${new URLSearchParams(kept)}`;
}
