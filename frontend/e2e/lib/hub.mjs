import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PATIO_HUB =
  process.env.PATIO_HUB ?? new URL('../../../.bin/patio-hub', import.meta.url).pathname;
const WORKSPACE = 'Dois Irmãos';

/**
 * @typedef {object} Hub A hub of one workspace, with one person of each role.
 * @property {string} address `host:port`
 * @property {(role?: 'admin' | 'manager' | 'seller') => Promise<string>} code a new one for a device
 * @property {() => Promise<void>} stop
 * @property {() => Promise<void>} start again, at the same address
 * @property {() => Promise<void>} close
 */

/**
 * Starts a hub in a folder of its own.
 * @returns {Promise<Hub>}
 */
export async function openHub() {
  const dir = await mkdtemp(join(tmpdir(), 'hub-'));
  const address = `127.0.0.1:${await freePort()}`;
  const run = (/** @type {string[]} */ ...args) => hubctl(dir, args);
  let served = await serveHub(dir, address);
  await run('workspace', 'create', WORKSPACE);
  for (const role of ['admin', 'manager', 'seller'])
    await run('user', 'add', '--workspace', WORKSPACE, '--name', role, '--role', role);
  return {
    address,
    code: async (role = 'admin') =>
      (await run('enroll', '--workspace', WORKSPACE, '--user', role)).trim().split('\n').at(-1) ??
      '',
    stop: () => served(),
    start: async () => {
      served = await serveHub(dir, address);
    },
    close: async () => {
      await served();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

/**
 * Serves until the answer is called.
 * @param {string} dir
 * @param {string} address
 * @returns {Promise<() => Promise<void>>}
 */
async function serveHub(dir, address) {
  const args = ['serve', '--data', dir, '--listen', address, '--public', `https://${address}`];
  const child = spawn(program(), [...args, '--json'], { stdio: ['ignore', 'pipe', 'pipe'] });
  const ended = new Promise((resolve) => child.on('close', resolve));
  let said = '';
  child.stderr.on('data', (chunk) => (said += chunk));
  // It says where it listens once it does.
  await new Promise((resolve, reject) => {
    child.stdout.once('data', resolve);
    child.on('error', reject);
    child.on('close', (code) => reject(new Error(`patio-hub serve: exit ${code}\n${said}`)));
  });
  return async () => {
    child.kill('SIGTERM');
    await ended;
  };
}

/**
 * @param {string} dir
 * @param {string[]} args
 * @returns {Promise<string>}
 */
function hubctl(dir, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(program(), [...args, '--data', dir], { stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    let err = '';
    child.stdout.on('data', (chunk) => (out += chunk));
    child.stderr.on('data', (chunk) => (err += chunk));
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0
        ? resolve(out)
        : reject(new Error(`patio-hub ${args.join(' ')}: exit ${code}\n${err}${out}`)),
    );
  });
}

/** @returns {Promise<number>} */
function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const at = server.address();
      const port = typeof at === 'object' && at ? at.port : 0;
      server.close(() => resolve(port));
    });
  });
}

function program() {
  if (!existsSync(PATIO_HUB)) throw new Error(`${PATIO_HUB} is not built: run make build`);
  return PATIO_HUB;
}
