#!/usr/bin/env bash
# Measures how devices agree beside what SQLite and HTTP alone reach on the same
# leads (bench/floor), each round of both in the same minute; then many devices
# on one hub. Everything lies on the disk of this tree. Nothing here passes or
# fails for being slow; what would be lost fails it.
#   ROUNDS (3)  rounds of each      LEADS (10000 50000)  leads to tell and to take
#   FLEET (60s) how long the devices of a fleet work; "" for no fleet
source "$(dirname "$0")/lib.sh"

rounds=${ROUNDS:-3}
read -ra sizes <<<"${LEADS:-10000 50000}"
fleet=${FLEET-60s}
work=$out/bench-sync
rm -rf "$work/data" "$work"/*.txt
mkdir -p "$work/data" "$work/floor"
export FLOOR_SCRATCH=$work/floor

most=$(printf '%s\n' "${sizes[@]}" | sort -n | tail -n1)
(cd bench/floor && go build -tags sqlite_fts5 -o "$work/floor-bench" ./cmd/floor)
go build -o "$work/bench-sync" ./app/cmd/bench-sync
"$work/floor-bench" gen "$most" 20260101
ours() { "$work/bench-sync" "$1" --hub "$binaries/patio-hub" --dir "$work/data" "${@:2}" | tee -a "$work/ours.txt"; }
floor() { "$work/floor-bench" "$@" | tee -a "$work/floor.txt"; }

{
  echo "$(nproc) cores, $(awk '/MemTotal/ {printf "%.0f GB", $2 / 1048576}' /proc/meminfo), $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n1), load $(cut -d' ' -f1-3 /proc/loadavg)"
} | tee "$work/machine.txt"

for round in $(seq "$rounds"); do
  say "round $round of $rounds"
  for n in "${sizes[@]}"; do
    edits=0 seen=0
    if [ "$n" = "${sizes[0]}" ]; then edits=2000 seen=200; fi
    floor sync modernc "$n"
    if [ "$seen" != 0 ]; then floor w5 modernc; fi
    ours pair --leads "$FLOOR_SCRATCH/data/leads.ndjson" --n "$n" --edits "$edits" --seen "$seen"
  done
done
if [ -n "$fleet" ]; then
  say "a fleet of 1,000 devices, $fleet each, SQLite and PostgreSQL"
  ours fleet --lasts "$fleet"
  ours fleet --lasts "$fleet" --postgres
fi
rm -rf "$work/data"
node "$(dirname "$0")/bench-sync-table.mjs" "$work"
