#!/usr/bin/env bash
# Runs a command with a screen, a window manager and a message bus of its own,
# so that windows open where nobody looks and nothing of the person's desktop is
# touched. Usage: with-display.sh COMMAND ARG...
# SCREEN sets the size, 1366x768 unless given.
set -euo pipefail

for tool in dbus-run-session xvfb-run openbox; do
  command -v "$tool" >/dev/null || { echo "$tool is missing: run make setup-window" >&2; exit 1; }
done

if [ "${1:-}" = --inside ]; then
  shift
  openbox --sm-disable >/dev/null 2>&1 &
  manager=$!
  status=0
  "$@" || status=$?
  kill "$manager" 2>/dev/null || true
  exit "$status"
fi

# The accessibility bus puts its socket here. The cache stays: compilers keep
# theirs in it.
private=$(mktemp -d)
trap 'rm -rf "$private"' EXIT
chmod 700 "$private"
export XDG_RUNTIME_DIR=$private
# Pages read the language from here.
export LANG=C.UTF-8
unset WAYLAND_DISPLAY

dbus-run-session -- xvfb-run -a -s "-screen 0 ${SCREEN:-1366x768}x24" "$0" --inside "$@"
