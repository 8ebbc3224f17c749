#!/usr/bin/env bash
# Draws build/icon/patio.svg in every size: into build/out/icon, and the one that
# the window carries into app/desktop. Run it after a change of the drawing.
source "$(dirname "$0")/lib.sh"

"$(dirname "$0")/setup.sh" package
mkdir -p "$out/icon"
for size in 16 24 32 48 64 128 256 512; do
  rsvg-convert --width $size --height $size build/icon/patio.svg --output "$out/icon/$size.png"
done
cmp -s "$out/icon/256.png" app/desktop/icon.png || cp "$out/icon/256.png" app/desktop/icon.png
