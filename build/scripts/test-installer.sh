#!/usr/bin/env bash
# Installs and removes the packages of build/out in places of our own, and looks
# at what they leave. The window itself is not opened on Windows here: Wine has
# no WebView2.
source "$(dirname "$0")/wine.sh"

number=$(version)
fail() { echo "FAIL  package: $*" >&2; exit 1; }

# --- Windows: install, run, update, remove
wine_ready
user=$(find "$WINEPREFIX/drive_c/users" -mindepth 1 -maxdepth 1 -type d ! -name Public | head -n1)
local_data="$user/AppData/Local"
programs="$local_data/Programs/Patio"
setup=$out/Patio-$number-setup.exe
[ -f "$setup" ] || fail "no installer: run make package"
rm -rf "$programs" "$local_data/Patio"

# What the person has before, and what somebody else put beside the program.
mkdir -p "$local_data/Patio/data"
echo precious >"$local_data/Patio/data/patio.db"
wine winecfg -v win7
status=0
wine "$setup" /S >/dev/null 2>&1 || status=$?
[ $status -eq 3 ] && [ ! -e "$programs" ] || fail "on Windows 7 the installer ended with $status"
wine winecfg -v win10
wine "$setup" /S >/dev/null 2>&1 || fail "the installer ended with $?"
for file in patio.exe patioctl.exe LICENSE.txt uninstall.exe; do
  [ -f "$programs/$file" ] || fail "$file was not installed"
done
echo theirs >"$programs/notes.txt"
said=$(wine "$programs/patioctl.exe" version --json 2>/dev/null | tr -d '\r')
case $said in *"\"version\":\"$number\""*) ;; *) fail "patioctl.exe says: $said" ;; esac
said=$(wine "$programs/patio.exe" --version 2>/dev/null | tr -d '\r')
[ "$said" = "$number" ] || fail "patio.exe says: $said"
wine "$setup" /S >/dev/null 2>&1 || fail "installing over itself ended with $?"

# _?= has the uninstaller run in place instead of from a copy, so that wine waits.
wine "$programs/uninstall.exe" /S "_?=$(cd "$programs" && wine winepath -w . 2>/dev/null | tr -d '\r')" >/dev/null 2>&1 || fail "the uninstaller ended with $?"
wineserver --wait
for file in patio.exe patioctl.exe LICENSE.txt; do
  [ ! -e "$programs/$file" ] || fail "$file was left behind"
done
[ "$(cat "$programs/notes.txt")" = theirs ] || fail "the uninstaller deleted what it had not installed"
[ "$(cat "$local_data/Patio/data/patio.db")" = precious ] || fail "the uninstaller touched the database"
echo "ok    package Windows installer: refused on Windows 7; installed, updated, removed; data kept"

# --- Debian: contents and dependencies, without installing it on this machine
deb=$out/patio_${number}_amd64.deb
[ -f "$deb" ] || fail "no .deb: run make package"
[ "$(dpkg-deb -f "$deb" Version)" = "$number" ] || fail ".deb says it is $(dpkg-deb -f "$deb" Version)"
depends=$(dpkg-deb -f "$deb" Depends)
for library in libwebkit2gtk-4.1-0 libgtk-3-0; do
  case $depends in *"$library"*) ;; *) fail ".deb does not depend on $library: $depends" ;; esac
done
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
dpkg-deb -x "$deb" "$tree"
[ "$("$tree/usr/bin/patio" --version)" = "$number" ] || fail "patio of the .deb says $("$tree/usr/bin/patio" --version)"
case $("$tree/usr/bin/patioctl" version) in "patioctl $number"*) ;; *) fail "patioctl of the .deb: $("$tree/usr/bin/patioctl" version)" ;; esac
for file in usr/share/applications/patio.desktop usr/share/icons/hicolor/scalable/apps/patio.svg usr/share/icons/hicolor/48x48/apps/patio.png usr/share/doc/patio/copyright; do
  [ -f "$tree/$file" ] || fail ".deb lacks $file"
done
desktop-file-validate "$tree/usr/share/applications/patio.desktop" || fail ".deb has a menu entry that is none"
[ -z "$(find "$tree" -perm -002 -not -type l)" ] || fail ".deb has files that anybody may write"
echo "ok    package .deb: contents, version, dependencies, menu entry"

# --- The hub's package: it serves as it is, without being installed
deb=$out/patio-hub_${number}_amd64.deb
[ -f "$deb" ] || fail "no .deb of the hub: run make package"
[ "$(dpkg-deb -f "$deb" Version)" = "$number" ] || fail "the hub's .deb says it is $(dpkg-deb -f "$deb" Version)"
rm -rf "$tree"
mkdir "$tree"
dpkg-deb -x "$deb" "$tree"
dpkg-deb -e "$deb" "$tree/control"
for script in postinst prerm postrm; do
  sh -n "$tree/control/$script" || fail "the hub's .deb has a $script that is no script"
  [ -x "$tree/control/$script" ] || fail "the hub's .deb has a $script that can't be run"
done
unit=$tree/usr/lib/systemd/system/patio-hub.service
for file in "$unit" "$tree/usr/lib/sysusers.d/patio-hub.conf" "$tree/usr/share/doc/patio-hub/hub.md" "$tree/usr/share/doc/patio-hub/copyright"; do
  [ -f "$file" ] || fail "the hub's .deb lacks ${file#"$tree"}"
done
[ -x "$tree$(sed -n 's/^ExecStart=\([^ ]*\).*/\1/p' "$unit")" ] || fail "the hub's unit starts a program that its .deb lacks"
[ -z "$(find "$tree" -perm -002 -not -type l)" ] || fail "the hub's .deb has files that anybody may write"
hub="$tree/usr/bin/patio-hub --data $tree/data"
case $($hub version) in "patio-hub $number"*) ;; *) fail "patio-hub of the .deb: $($hub version)" ;; esac
$hub workspace create Loja >/dev/null || fail "patio-hub makes no workspace"
coproc SERVED { exec $hub serve --listen 127.0.0.1:0 --metrics 127.0.0.1:0 2>/dev/null; }
server=$SERVED_PID
read -r said <&"${SERVED[0]}" || fail "patio-hub does not serve"
$hub user add --workspace Loja --name Ana --role admin >/dev/null || fail "patio-hub adds nobody while it serves: $said"
code=$($hub enroll --workspace Loja --user Ana | tail -n1)
case $code in PATIO1-*) ;; *) fail "patio-hub enrolls nobody: $code" ;; esac
kill -TERM "$server"
status=0
wait "$server" || status=$?
[ $status -eq 0 ] || fail "patio-hub ended with $status"
echo "ok    package patio-hub .deb: contents, version, unit, scripts; it serves, enrolls and stops"
