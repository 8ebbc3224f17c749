# Shared by the scripts beside it; sourced, with bash's strict mode on.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$root"

out=$root/build/out     # what is made
tools=$root/.tools      # tools built for this tree
stamps=$root/.stamps    # what was set up, by the digest of what asked for it
binaries=$root/.bin     # the programs, for development and tests

# The tags of a released window; webkit2_41 is the WebKitGTK that Debian 12 and
# later have.
linux_tags="desktop production webkit2_41"
# A missing WebView2 is explained, and its download page opened.
windows_tags="desktop production wv2runtime.browser"

die() { echo "$*" >&2; exit 1; }
say() { echo "→ $*"; }

version() { sed -n 's/^const Number = "\(.*\)"$/\1/p' app/version/version.go; }

# as_root COMMAND... runs it with the rights to install packages.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    die "This needs root: install sudo, or run as root: $*"
  fi
}

# fresh NAME FILE... succeeds when NAME was done for exactly these files;
# done_for NAME FILE... remembers that it was.
fresh() { [ "$(cat "$stamps/$1" 2>/dev/null)" = "$(digest "${@:2}")" ]; }
done_for() { mkdir -p "$stamps" && digest "${@:2}" >"$stamps/$1"; }
digest() { cat "$@" | sha256sum | cut -c1-64; }
