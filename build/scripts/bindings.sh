#!/usr/bin/env bash
# Writes the TypeScript side of the API to frontend/src/bridge/wailsjs, with the
# window library's own generator. With --check it writes nothing and fails when
# what is there is not what would be written.
source "$(dirname "$0")/lib.sh"

target=frontend/src/bridge/wailsjs/go
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# With the tag bindings the program opens no window: it writes and ends.
go build -buildvcs=false -tags bindings -o "$work/generator" .
echo '{"wailsjsdir": "."}' >"$work/wails.json"
(cd "$work" && tsoutputtype=interfaces ./generator >generator.log 2>&1) || { cat "$work/generator.log" >&2; exit 1; }
made=$work/wailsjs/go
[ -d "$made" ] || { cat "$work/generator.log" >&2; die "The generator wrote nothing."; }
# The page calls through one gate (src/bridge), so only the types are of use.
find "$made" -name '*.js' -delete
find "$made" -type f -exec chmod 644 {} +

if [ "${1:-}" = --check ]; then
  diff -r "$target" "$made" >"$work/diff" || {
    head -n 40 "$work/diff" >&2
    die "$target is not what the API makes: run make bindings and commit it."
  }
  exit
fi
rm -rf "$target"
mkdir -p "$(dirname "$target")"
cp -r "$made" "$target"
