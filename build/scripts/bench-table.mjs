// Puts the program's figures beside the floor's: node bench-table.mjs FOLDER,
// where bench.sh left floor.txt (one JSON object a line) and our answers.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = process.argv[2];
const floor = readFileSync(join(folder, 'floor.txt'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('{'))
  .map((line) => JSON.parse(line));
const read = (name) => JSON.parse(readFileSync(join(folder, name), 'utf8'));
const ours = read('ours.json');

/** The floor's entry of a kind of work; its variant contains text. */
function floorOf(work, text) {
  const found = floor.find((entry) => entry.work === work && entry.variant.includes(text));
  if (!found) throw new Error(`floor.txt has no ${work} ${text}`);
  return found;
}

// The floor times single writes as a whole: its figure is the mean.
const single = floorOf('W1single', 'FULL/fts');
const singleMs = (single.wall_s * 1000) / single.n;
// All the rows that were generated: as many as the program's.
const bulk = floorOf('W1bulk', 'FULL/fts');
const unsearched = floorOf('W1bulk', 'FULL/idx');
const worked = floorOf('W7bulk', 'activities');
const board = floorOf('W6', 'board + counts').p50_ms;
const list = floorOf('W6', 'list').p50_ms;

/** What each of ours is measured against, and what it must and should reach. */
const against = {
  board: [board, '≤ 14 ms', '5 ms'],
  'board.filtered': [board, '≤ 14 ms', '5 ms'],
  'search.prefix': [floorOf('W6', 'name prefix').p50_ms, '≤ 3×', '1.5×'],
  'search.part': [floorOf('W6', 'trigram)').p50_ms, '≤ 3×', '1.5×'],
  'search.notes': [undefined, '≤ 80 ms', ''],
  'board.quiet': [undefined, '≤ 50 ms', ''],
  'agenda.month': [undefined, '≤ 30 ms', ''],
  'agenda.all': [undefined, '≤ 30 ms', ''],
  duplicates: [undefined, '≤ 5 s', ''],
  known: [undefined, '≤ 5 ms', ''],
  save: [singleMs, '≤ 1.5×', '1.15×'],
  'bulk.move': [undefined, '≤ 3 s', ''],
  'bulk.undo': [undefined, '≤ 3 s', ''],
};

const rows = ours.timings.map(({ name, p50, p95 }) => {
  const [base, must, aim] = against[name] ?? (name.startsWith('list.') ? [list, '≤ 3×', '1.5×'] : []);
  return [name, ms(p50), ms(p95), ms(base), ratio(p50, base), must ?? '', aim ?? ''];
});
const sheet = read('import.json');
rows.push(
  ...bulkRows('leads alone', read('alone.json'), unsearched, bulk),
  ...bulkRows('with activities', read('seed.json'), undefined, worked),
  ['import planilha-loja', ms(sheet.ms), '', '', '', '≤ 3 s', ''],
  space('memory', ours.memoryBytes, floorOf('W6', 'board + counts').rss_mb * 1e6, '≤ 3×', '1.5×'),
  space('disk, leads alone', read('alone-bench.json').diskBytes, bulk.db_mb * 1e6, '≤ 1.8×', '1.4×'),
  space('disk, with activities', ours.diskBytes, worked.db_mb * 1e6, '≤ 1.8×', '1.4×'),
);

print([['', 'p50', 'p95', 'floor', 'ratio', 'must', 'aim'], ...rows]);

/** Seeding until the rows are there, and until the search finds them. */
function bulkRows(name, { ms: rows, searchMs }, unsearched, searched) {
  const row = (what, took, base, must, aim) => {
    const floorMs = base && base.wall_s * 1000;
    return [`${name}, ${what}`, ms(took), '', ms(floorMs), ratio(took, floorMs), must, aim];
  };
  return [
    row('rows', rows, unsearched, '', unsearched ? '2.1×' : ''),
    row('found', rows + searchMs, searched, '≤ 1.3×', ''),
  ];
}

function space(name, bytes, base, must, aim) {
  const mb = (n) => `${(n / 1e6).toFixed(0)} MB`;
  return [name, mb(bytes), '', mb(base), ratio(bytes, base), must, aim];
}

function ms(n) {
  return n === undefined ? '' : n >= 100 ? `${n.toFixed(0)} ms` : `${n.toFixed(2)} ms`;
}

function ratio(n, base) {
  return base ? `${(n / base).toFixed(2)}×` : '';
}

function print(table) {
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
  for (const row of table) {
    console.log(
      row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]) : cell.padStart(widths[i]))).join('  '),
    );
  }
}
