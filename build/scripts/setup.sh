#!/usr/bin/env bash
# Installs what is missing for one purpose or more, and nothing twice:
#   build     the window: C compiler, GTK 3, WebKitGTK 4.1
#   pages     the frontend's modules, by its lock file
#   tools     golangci-lint and gotestsum, built for this tree alone; strace,
#             with which tests of power cuts record what is written;
#             PostgreSQL, of which tests start one of their own
#   browser   Chromium, for the end-to-end tests
#   window    a screen without a monitor, and hands for it
#   wine      Windows programs on Linux
#   package   the installers' tools
# Go, Node.js and npm are expected to be there.
source "$(dirname "$0")/lib.sh"

golangci=v2.15.0
gotestsum=v1.13.0
go_needs=1.26
node_needs=20

need_go() {
  command -v go >/dev/null || die "Go is missing: install Go $go_needs or newer from go.dev/dl."
  local have
  have=$(go env GOVERSION)
  [ "$(printf '%s\n' "go$go_needs" "$have" | sort -V | head -n1)" = "go$go_needs" ] ||
    die "Go $go_needs or newer is needed; this is $have."
}

need_node() {
  command -v node >/dev/null && command -v npm >/dev/null ||
    die "Node.js is missing: install Node.js $node_needs or newer with npm, from nodejs.org."
  local have
  have=$(node -p 'process.versions.node.split(".")[0]')
  [ "$have" -ge "$node_needs" ] || die "Node.js $node_needs or newer is needed; this is $(node --version)."
}

# packages NAME... installs the Debian packages that are missing.
packages() {
  local missing=() name
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    die "This is no Debian or Ubuntu. Install by your system's own means what these Debian packages hold, then say so with: SYSTEM_READY=1 make …
  $*"
  fi
  for name in "$@"; do
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$name" 2>/dev/null)" = installed ] || missing+=("$name")
  done
  [ ${#missing[@]} -eq 0 ] && return
  say "installing ${missing[*]}"
  as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null ||
    die "Could not install: ${missing[*]}"
}

debian() { [ "${SYSTEM_READY:-}" = 1 ] || packages "$@"; }

setup_build() {
  need_go
  debian gcc libc6-dev pkg-config libgtk-3-dev libwebkit2gtk-4.1-dev
}

setup_pages() {
  need_node
  if [ -d frontend/node_modules ] && fresh pages frontend/package-lock.json; then return; fi
  say "fetching the frontend's modules"
  (cd frontend && npm ci --no-audit --no-fund --loglevel=error)
  done_for pages frontend/package-lock.json
}

setup_tools() {
  need_go
  debian strace postgresql
  tool golangci-lint "$golangci" github.com/golangci/golangci-lint/v2/cmd/golangci-lint
  tool gotestsum "$gotestsum" gotest.tools/gotestsum
}

# tool NAME VERSION PACKAGE builds a Go program, once a version.
tool() {
  local have="$tools/$1-$2"
  if [ ! -x "$have" ]; then
    say "building $1 $2 (once, it may take minutes)"
    mkdir -p "$tools"
    # Outside the tree's module: its dependencies are none of ours.
    (cd "$tools" && GOFLAGS= GOBIN="$tools/new" go install "$3@$2")
    mv "$tools/new/$1" "$have"
  fi
  ln -sfn "$1-$2" "$tools/$1"
}

setup_browser() { debian chromium; }

setup_window() {
  debian xvfb xauth dbus dbus-daemon at-spi2-core openbox xdotool x11-utils imagemagick
}

setup_wine() { debian wine wine64 gcc-mingw-w64-x86-64-win32; }

setup_package() { debian nsis librsvg2-bin desktop-file-utils dpkg-dev zip; }

for purpose in "$@"; do
  case $purpose in
    build | pages | tools | browser | window | wine | package) "setup_$purpose" ;;
    *) die "setup.sh knows no $purpose" ;;
  esac
done
