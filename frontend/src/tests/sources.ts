/** The program's own sources as text, by path from src/: for tests over the code. */
const texts = import.meta.glob<string>('../**/*.{ts,svelte}', {
  query: '?raw',
  import: 'default',
  eager: true,
});

export const sources: readonly { path: string; text: string }[] = Object.entries(texts)
  .map(([path, text]) => ({ path: path.replace(/^\.\.\//, ''), text }))
  .filter(
    ({ path }) =>
      !/^(tests|\.)\//.test(path) && !path.endsWith('.test.ts') && !path.includes('/wailsjs/'),
  );
