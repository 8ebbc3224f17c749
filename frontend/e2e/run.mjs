/**
 * Runs the tests in Chromium: every e2e/*.test.mjs, or those named on the
 * command line. Builds the gallery first; `make` builds pages and patioctl.
 */
import { spawn } from 'node:child_process';
import { readdir } from 'node:fs/promises';

const here = new URL('.', import.meta.url).pathname;
const asked = process.argv.slice(2);
const files = (await readdir(here))
  .filter((name) => name.endsWith('.test.mjs'))
  .filter((name) => asked.length === 0 || asked.some((part) => name.startsWith(part)))
  .map((name) => `${here}${name}`)
  .sort();
if (files.length === 0) throw new Error(`no test begins with ${asked.join(', ')}`);

/**
 * @param {string} command
 * @param {string[]} args
 * @returns {Promise<number>}
 */
function run(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: `${here}..`, stdio: 'inherit' });
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? 1));
  });
}

const built = await run('npx', ['vite', 'build', '--mode', 'gallery', '--logLevel', 'warn']);
// One file at a time: timings stay comparable on a small machine.
process.exitCode =
  built ||
  (await run(process.execPath, [
    '--test',
    '--test-concurrency=1',
    '--test-reporter=spec',
    ...files,
  ]));
