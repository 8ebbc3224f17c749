#!/usr/bin/env bash
# The long tests: every fuzz target for as long as SOAK says (10m), the tests of
# damage to a store and of a killed hub with more rounds, and a million simulated
# lives of replicas. What a fuzzer
# finds it writes into the package's testdata/fuzz: commit it with the cure, it
# is a test from then on.
source "$(dirname "$0")/lib.sh"

"$(dirname "$0")/setup.sh" build
each=${SOAK:-10m}
failed=0
found=0

for package in $(go list ./...); do
  targets=$(go test -list '^Fuzz' "$package" | grep '^Fuzz' || true)
  for target in $targets; do
    found=$((found + 1))
    say "$package $target for $each"
    go test -run '^$' -fuzz "^$target\$" -fuzztime "$each" "$package" || failed=1
  done
done
[ $found -gt 0 ] || die "No fuzz targets were found."

say "damage, kills and power cuts"
# Rounds a test, where the everyday run makes do with fewer.
export PATIO_DAMAGES=${PATIO_DAMAGES:-100} PATIO_KILLS=${PATIO_KILLS:-5000} PATIO_POWER_CUTS=${PATIO_POWER_CUTS:-8000}
go test -count 1 -timeout 0 -v ./backend/store/... | grep -v -e '^=== ' -e '^ *--- PASS' || failed=1
PATIO_HUB_KILLS=${PATIO_HUB_KILLS:-1000} go test -count 1 -timeout 0 -v -run '^TestAKilledHub' ./app/cmd/patio-hub | grep -v -e '^=== ' || failed=1

say "a million simulated lives"
# So many of each mix, from the seed PATIO_SIM_FROM on: days, on a small machine.
export PATIO_SIM_SEEDS=${PATIO_SIM_SEEDS:-60000} PATIO_SIM_FROM=${PATIO_SIM_FROM:-0}
go test -count 1 -timeout 0 -v -run '^TestReplicasAgreeAndNothingIsLost$' ./sync/sim | grep -v '^=== ' || failed=1

[ $failed -eq 0 ] || die "FAIL: soak"
echo "ok: $found fuzz targets of $each each, and the long tests"
