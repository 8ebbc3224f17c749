#!/usr/bin/env bash
# Runs Go tests as Windows programs under Wine. Usage: test-wine.sh PACKAGE...
# It prints each package's last words, and everything of one that fails.
source "$(dirname "$0")/wine.sh"

[ $# -gt 0 ] || die "Which packages? test-wine.sh ./backend/store …"
wine_ready
mkdir -p "$out/wine/tests"
log=$out/test/wine.log
mkdir -p "$(dirname "$log")"
: >"$log"
failed=0
# One round of the long tests: they are about the disk, and ran on this one.
export PATIO_DAMAGES=${PATIO_DAMAGES:-1}

# Wine 8 lacks the call with which Go deletes a tree of files since 1.24, and
# says so in words that Go doesn't know. Go has a way for older Windows, behind
# a switch of its own tests: these programs are built with it on.
original=$(go env GOROOT)/src/internal/syscall/windows/at_windows.go
patched=$out/wine/tests/at_windows.go
sed 's/^var TestDeleteatFallback bool$/var TestDeleteatFallback = true/' "$original" >"$patched"
! cmp -s "$original" "$patched" || die "$original has no such switch any more."
printf '{"Replace": {"%s": "%s"}}\n' "$original" "$patched" >"$out/wine/tests/overlay.json"

# Their files lie where those of the other tests do, in memory when TMPDIR is.
temp=$WINEPREFIX/drive_c/users/$(id -un)/Temp
place=$(mktemp -d)
trap 'rm -rf "$temp" "$place"; mkdir "$temp"' EXIT
rm -rf "$temp"
ln -s "$place" "$temp"

for package in "$@"; do
  folder=$(go list -f '{{.Dir}}' "$package")
  binary=$out/wine/tests/$(basename "$package").test.exe
  GOOS=windows GOARCH=amd64 CGO_ENABLED=0 go test -c -overlay "$out/wine/tests/overlay.json" -o "$binary" "$package"
  [ -f "$binary" ] || die "$package has no tests that build for Windows."
  one=$out/wine/tests/$(basename "$package").log
  start=$SECONDS
  if (cd "$folder" && wine "$binary" -test.v -test.timeout=15m) >"$one" 2>&1; then
    echo "ok    windows $package $((SECONDS - start))s, $(grep -c -- '--- PASS' "$one") passed"
  else
    failed=1
    grep -v -e '^=== ' -e '--- PASS' "$one" | tail -n 60
    echo "FAIL  windows $package"
  fi
  cat "$one" >>"$log"
done
wineserver --kill 2>/dev/null || true # ours alone: the prefix is ours
exit $failed
