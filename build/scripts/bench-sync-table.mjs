// Puts what bench-sync measured beside the floor's: node bench-sync-table.mjs
// FOLDER, where bench-sync.sh left ours.txt and floor.txt (one JSON object a
// line). Prints the tables and keeps them as sync.md and sync.json.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.argv[2];
const read = (name) => {
  const file = join(folder, name);
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  return text
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line));
};
const ours = read('ours.txt');
const floor = read('floor.txt');

/** All rounds of one kind of work, the first first. */
const rounds = (list, work, n) => list.filter((row) => row.work === work && (n === undefined || row.n === n));
const median = (list) => [...list].sort((a, b) => a - b)[Math.floor((list.length - 1) / 2)];

/**
 * A line of ours beside the floor's: medians of the rounds; the ratio is the
 * median of the rounds' own, each measured within a minute.
 */
function line(what, mine, theirs, unit, must, aim, p95 = []) {
  const ratio = theirs.length ? median(mine.map((value, i) => value / theirs[Math.min(i, theirs.length - 1)])) : undefined;
  return { what, ours: median(mine), p95: p95.length ? median(p95) : undefined, floor: theirs.length ? median(theirs) : undefined, ratio, unit, must, aim, rounds: mine.length };
}

const seconds = (rows) => rows.map((row) => row.wall_s * 1000);
const pick = (rows, name) => rows.map((row) => row[name]);
const both = (rows) => rows.map((row) => row.up_mb + row.down_mb);
const lines = [];
for (const n of [...new Set(rounds(ours, 'upload').map((row) => row.n))]) {
  const up = rounds(ours, 'upload', n);
  const down = rounds(ours, 'download', n);
  const packed = pick(rounds(floor, 'W2', n), 'wire_mb');
  const leads = n.toLocaleString('en');
  lines.push(
    line(`first upload, ${leads} leads`, seconds(up), seconds(rounds(floor, 'W2', n)), 'ms', '≤ 2.5×', '1.8×'),
    line(`first download, ${leads} leads`, seconds(down), seconds(rounds(floor, 'W3', n)), 'ms', '≤ 2.5×', '1.8×'),
    line(`upload ${leads}: bytes, both ways`, both(up), packed, 'MB', '≤ 1.7×', '1.15×'),
    line(`download ${leads}: bytes, both ways`, both(down), packed, 'MB', '≤ 1.7×', '1.15×'),
    line(`joining with ${leads} leads`, pick(up, 'join_s').map((s) => s * 1000), [], 'ms', '', ''),
    line(`nothing new, ${leads} leads`, pick(rounds(ours, 'idle', n), 'p50_ms'), [], 'ms', '≤ 20 ms', '', pick(rounds(ours, 'idle', n), 'p95_ms')),
  );
}
const apart = rounds(ours, 'diverge');
if (apart.length) {
  lines.push(line('2,000 + 2,000 offline edits', seconds(apart), seconds(rounds(floor, 'W4')), 'ms', '≤ 1500 ms', '0.9×'));
}
const seen = rounds(ours, 'seen');
if (seen.length) {
  const alone = rounds(floor, 'W5');
  lines.push(
    line('edit seen elsewhere, p50', pick(seen, 'p50_ms'), pick(alone, 'p50_ms'), 'ms', '≤ 3×', '1.6×'),
    line('edit seen elsewhere, p95', pick(seen, 'p95_ms'), pick(alone, 'p95_ms'), 'ms', '≤ 4×', '2.5×'),
  );
}

const amount = (value, unit) => {
  if (value === undefined) return '';
  return `${value >= 100 ? value.toFixed(0) : value.toFixed(2)} ${unit}`;
};
const tables = [
  [
    ['', 'ours', 'p95', 'floor', 'ratio', 'must', 'aim'],
    ...lines.map((l) => [l.what, amount(l.ours, l.unit), amount(l.p95, l.unit), amount(l.floor, l.unit), l.ratio ? `${l.ratio.toFixed(2)}×` : '', l.must, l.aim]),
  ],
];

const fleets = ours.filter((row) => row.work.startsWith('fleet.'));
if (fleets.length) {
  const name = { 'fleet.steady': 'each saves once in 5 s', 'fleet.outage': 'all at once after an outage' };
  const spread = (row, what) => ['p50_ms', 'p95_ms', 'p99_ms', 'max_ms'].map((p) => amount(row[`${what}_${p}`], 'ms'));
  tables.push([
    ['', 'p50', 'p95', 'p99', 'max', 'saves', 'errors', 'unseen', 'hub', 'processors: hub, devices'],
    ...fleets.flatMap((row) => {
      const rest = [String(row.errors), String(row.unseen), amount(row.hub_mb, 'MB'), `${row.hub_cpu.toFixed(2)}, ${row.devices_cpu.toFixed(2)}`];
      const what = `${row.store}, ${row.devices.toLocaleString('en')} devices, ${name[row.work]}`;
      return [
        [`${what}: acknowledged`, ...spread(row, 'acked'), String(row.acked_times), ...rest],
        [`${what}: seen by the shop's others`, ...spread(row, 'seen'), String(row.seen_times), ...rest],
      ];
    }),
  ]);
}

const machine = readFileSync(join(folder, 'machine.txt'), 'utf8').trim();
const notes = [
  `Medians of ${Math.max(...lines.map((l) => l.rounds), 1)} rounds; the machine: ${machine}.`,
  "Bytes are bodies as they were on the wire, beside zstd of the same leads' JSON in batches of 500.",
  ...(fleets.length ? ['The hub, the devices and the database share the processors. A fleet must: p99 < 500 ms while each saves once in 5 s, 0 errors, 0 unseen, hub < 300 MB.'] : []),
];
for (const table of tables) print(table);
for (const note of notes) console.log(note);
writeFileSync(join(folder, 'sync.json'), `${JSON.stringify({ machine, lines, fleets }, undefined, 2)}\n`);
writeFileSync(join(folder, 'sync.md'), `${tables.map(markdown).join('\n')}\n${notes.join('\n')}\n`);

function markdown([head, ...rows]) {
  const cells = (row) => `| ${row.join(' | ')} |\n`;
  return cells(head) + cells(head.map((_, i) => (i ? '---:' : '---'))) + rows.map(cells).join('');
}

function print(table) {
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
  for (const row of table) {
    console.log(row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  '));
  }
  console.log();
}
