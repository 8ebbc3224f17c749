#!/usr/bin/env bash
# Measures SQLite alone (bench/floor) and then the program, in the same minutes
# on the same machine, over LEADS leads (100,000); then the pages in Chromium with
# 60,000 leads beside their budgets. Nothing here passes or fails.
source "$(dirname "$0")/lib.sh"

leads=${LEADS:-100000}
seed=20260101
work=$out/bench
rm -rf "$work/data" "$work/alone" "$work/sheet"
mkdir -p "$work"
export FLOOR_SCRATCH=$work/floor

say "machine"
echo "$(nproc) cores, $(awk '/MemTotal/ {printf "%.0f GB", $2 / 1048576}' /proc/meminfo), $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n1), load $(cut -d' ' -f1-3 /proc/loadavg)"

say "floor: SQLite alone, $leads leads"
(cd bench/floor && go build -tags sqlite_fts5 -o "$work/floor-bench" ./cmd/floor)
mkdir -p "$FLOOR_SCRATCH"
{
  "$work/floor-bench" gen "$leads" "$seed"
  "$work/floor-bench" w1 modernc FULL idx
  "$work/floor-bench" w1 modernc FULL fts
  "$work/floor-bench" w6 modernc
  "$work/floor-bench" w7 modernc
} 2>&1 | tee "$work/floor.txt"

say "ours: through the API, $leads leads"
"$binaries/patioctl" seed --data "$work/alone" --leads "$leads" --activities 0 --seed "$seed" --json >"$work/alone.json"
"$binaries/patioctl" bench --data "$work/alone" --times 1 --json >"$work/alone-bench.json"
"$binaries/patioctl" import --data "$work/sheet" backend/sheet/testdata/planilha-loja.csv --json >"$work/import.json"
"$binaries/patioctl" seed --data "$work/data" --leads "$leads" --seed "$seed" --json >"$work/seed.json"
"$binaries/patioctl" bench --data "$work/data" --json >"$work/ours.json"
node "$(dirname "$0")/bench-table.mjs" "$work"

say "pages: in Chromium, as fast as the machine is (×1) and four times slower (×4)"
node frontend/e2e/perf.mjs

say "in the real window, 60,000 leads"
"$(dirname "$0")"/setup.sh window
"$(dirname "$0")"/with-display.sh go test -tags window -run '^$' -bench Window -benchtime 1x -timeout 15m ./app/desktop/windowtest \
  2>"$work/window.log" | sed '/^\(goos\|goarch\|pkg\|cpu\|Benchmark\|PASS\|ok\)/d' || { tail -n 30 "$work/window.log" >&2; exit 1; }
