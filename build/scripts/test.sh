#!/usr/bin/env bash
# The tests, in stages. Usage: test.sh check|all. The first stage that fails does
# not stop the others; the last lines say what each counted.
#
# check: sources in their form, lint, types, bindings as the API makes them,
#        unit tests of Go and of the frontend.
# all:   the same with the race detector, and what drives the program: Chromium,
#        the real window, Windows programs under Wine, the packages.
source "$(dirname "$0")/lib.sh"

scripts=$(dirname "$0")
logs=$out/test
mkdir -p "$logs"
recap=()
failed=0

# stage NAME COUNTER COMMAND... runs one and counts the tests in its output.
stage() {
  local name=$1 counter=$2 start=$SECONDS status=0 passed
  shift 2
  say "$name"
  "$@" > >(tee "$logs/$name.log") 2>&1 || status=$?
  wait $! # until all is written
  passed=$("$counter" "$logs/$name.log")
  local verdict=ok
  [ $status -eq 0 ] || { verdict=FAIL failed=1; }
  recap+=("$(printf '%-4s  %-10s %6s passed  %4ss' "$verdict" "$name" "$passed" $((SECONDS - start)))")
}

no_tests() { echo -; }
# "DONE 412 tests, 1 failure in 61.2s"
go_tests() { sed -n 's/^DONE \([0-9]*\) tests.*/\1/p' "$1" | tail -n1; }
# "Tests  140 passed (140)"; the reporter colours it.
vitest_tests() { sed 's/\x1b\[[0-9;]*m//g' "$1" | sed -n 's/^ *Tests .*[^0-9]\([0-9]\+\) passed.*/\1/p' | tail -n1; }
# "ℹ pass 66", once a file run.
node_tests() { sed 's/\x1b\[[0-9;]*m//g' "$1" | awk '/^ℹ pass /{n += $3} END {print n + 0}'; }
wine_tests() { awk '$1 == "ok" && $2 == "windows" {n += $(NF - 1)} END {print n + 0}' "$1"; }
ok_lines() { grep -c '^ok ' "$1" || true; }

form() {
  local files
  files=$(gofmt -l main.go app backend build/winres sync frontend/embed.go)
  [ -z "$files" ] || { echo "Not in gofmt's form (make format):"; echo "$files"; return 1; }
  (cd frontend && npm run --silent format:check)
}

lint() {
  go vet ./... && "$tools/golangci-lint" run && linux_vet
}
# The window's own sources, which need GTK to be read.
linux_vet() { go vet -tags "$linux_tags" . ./app/desktop; }

types() { (cd frontend && npm run --silent check); }

bindings() { "$scripts/bindings.sh" --check; }

# Tests write and fsync a lot. In memory that costs nothing, and none of them is
# about the honesty of this machine's disk.
if [ -w /dev/shm ] && [ "$(df --output=avail /dev/shm | tail -n1)" -gt 4000000 ]; then
  TMPDIR=$(mktemp -d /dev/shm/patio-test-XXXXXX)
  export TMPDIR
  trap 'rm -rf "$TMPDIR"' EXIT
fi

# What the tests of a passing package say stands in the log of each, NAME.json.
go_test() { "$tools/gotestsum" --format pkgname --format-hide-empty-pkg --jsonfile "$logs/$1.json" -- "${@:2}"; }
go_unit() { go_test go -timeout 30m ./...; }
# Under the race detector SQLite, which is Go here, runs ten times slower: the
# long tests of damage make do with a few rounds there. That each of its unsafe
# pointers be checked, too, would make it fifty: it has its own memory, of which
# such a check knows nothing. The mutants of sync are programs of their own, which
# the stage before has run.
go_race() {
  PATIO_KILLS=20 PATIO_HUB_KILLS=100 PATIO_POWER_CUTS=50 PATIO_DAMAGES=1 go_test race -race '-gcflags=modernc.org/...=-d=checkptr=0' \
    -timeout 30m -skip '^TestEachMutantIsCaught$' ./...
}
vitest() { (cd frontend && npm run --silent test); }
browser() { (cd frontend && npm run --silent e2e); }
window() { "$scripts/with-display.sh" "$0" go-test window -tags window -count 1 -timeout 15m ./app/desktop/windowtest; }
wine_run() { "$scripts/test-wine.sh" ./app/bind ./app/webhost ./backend/store ./backend/sheet ./backend/transfer; }
packages() { make package && "$scripts/test-installer.sh"; }

case ${1:-} in
  go-test) # for with-display.sh, which runs programs
    go_test "${@:2}"
    exit
    ;;
  check)
    "$scripts/setup.sh" build pages tools
    make pages
    stage format no_tests form
    stage lint no_tests lint
    stage types no_tests types
    stage bindings no_tests bindings
    stage go go_tests go_unit
    stage frontend vitest_tests vitest
    ;;
  all)
    "$scripts/setup.sh" build pages tools browser window wine package
    make build
    stage format no_tests form
    stage lint no_tests lint
    stage types no_tests types
    stage bindings no_tests bindings
    stage go go_tests go_unit
    stage race go_tests go_race
    stage frontend vitest_tests vitest
    stage chromium node_tests browser
    stage window go_tests window
    stage windows wine_tests wine_run
    stage packages ok_lines packages
    ;;
  *) die "test.sh check|all" ;;
esac
echo
printf '%s\n' "${recap[@]}"
if [ $failed -ne 0 ]; then
  echo "FAIL: the output of each stage is in ${logs#"$root"/}"
  exit 1
fi
echo "ok: all stages passed"
