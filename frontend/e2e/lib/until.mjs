/**
 * Asks until it is so.
 * @param {() => unknown} condition May be asynchronous.
 */
export async function until(condition) {
  const end = Date.now() + 10_000;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error('it did not become so');
  }
}
