import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const PATIOCTL =
  process.env.PATIOCTL ?? new URL('../../../.bin/patioctl', import.meta.url).pathname;

/**
 * Runs `patioctl` to its end and answers what it printed. Fails when it failed.
 * @param {string[]} args
 * @returns {Promise<string>}
 */
export function patioctl(...args) {
  return new Promise((resolve, reject) => {
    const child = spawn(program(), args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk) => (out += chunk));
    child.stderr.on('data', (chunk) => (err += chunk));
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0
        ? resolve(out)
        : reject(new Error(`patioctl ${args.join(' ')}: exit ${code}\n${err}${out}`)),
    );
  });
}

/**
 * A new empty data folder, in a folder that stands for a person's home: what
 * makes it a device of a workspace lies there. remove() takes both away.
 */
export async function dataFolder() {
  const home = await mkdtemp(join(tmpdir(), 'patio-e2e-'));
  const dir = join(home, 'data');
  await mkdir(dir);
  return { dir, remove: () => rm(home, { recursive: true, force: true }) };
}

/**
 * Serves a data folder in a browser. `url` holds the token.
 * @param {string} dir
 * kill() is a power cut.
 * @returns {Promise<{url: string, stop: () => Promise<void>, kill: () => Promise<void>}>}
 */
export async function serve(dir) {
  const child = spawn(program(), ['serve', '--data', dir, '--addr', '127.0.0.1:0'], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, XDG_DATA_HOME: dirname(dir) },
  });
  let printed = '';
  const ended = new Promise((resolve) => child.on('close', resolve));
  /** @type {string} */
  const url = await new Promise((resolve, reject) => {
    const read = (/** @type {Buffer} */ chunk) => {
      printed += chunk;
      const found = /http:\/\/\S+token=\w+/.exec(printed);
      if (found) resolve(found[0]);
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.on('error', reject);
    child.on('close', (code) => reject(new Error(`patioctl serve: exit ${code}\n${printed}`)));
  });
  return {
    url,
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
    },
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

function program() {
  if (!existsSync(PATIOCTL)) throw new Error(`${PATIOCTL} is not built: run make build`);
  return PATIOCTL;
}
