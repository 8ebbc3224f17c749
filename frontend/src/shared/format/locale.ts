/** Makes a function keep its answers by key: Intl objects are slow to build. */
export function remembered<T>(make: (...parts: string[]) => T): (...parts: string[]) => T {
  const kept = new Map<string, T>();
  return (...parts) => {
    const key = parts.join('|');
    let found = kept.get(key);
    if (found === undefined) kept.set(key, (found = make(...parts)));
    return found;
  };
}
