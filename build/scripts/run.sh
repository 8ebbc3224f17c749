#!/usr/bin/env bash
# Builds the program and opens it: in its window, or in a browser where there is
# no display. DATA names another data folder.
source "$(dirname "$0")/lib.sh"

data=${DATA:-${XDG_DATA_HOME:-$HOME/.local/share}/patio/data}
if [ -n "${DISPLAY:-}${WAYLAND_DISPLAY:-}" ]; then
  make --no-print-directory build-window
  exec "$binaries/patio" --data "$data"
fi
make --no-print-directory build-patioctl
echo "There is no display here. Open this address in a browser on this computer; Ctrl+C ends the program:"
exec "$binaries/patioctl" serve --data "$data"
