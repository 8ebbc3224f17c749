#!/usr/bin/env bash
# Makes what is given to users, in build/out:
#   patio_VERSION_amd64.deb           Debian, Ubuntu and their kin
#   patio-hub_VERSION_amd64.deb       the hub, for a server with Debian or Ubuntu
#   Patio-VERSION-setup.exe           Windows 10 and later, for one person
#   patio-VERSION-windows-amd64.zip   the same programs without an installer
# The pages must be built. The same commit makes the same programs.
source "$(dirname "$0")/lib.sh"

number=$(version)
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct 2>/dev/null || date +%s)
export SOURCE_DATE_EPOCH
stage=$out/stage
rm -rf "$stage"
mkdir -p "$stage"
[ -f frontend/dist/index.html ] || die "The pages are not built: run make package."

# Objects that the linker takes in by their name, for Windows only.
objects=(rsrc_windows_amd64.syso app/cmd/patioctl/rsrc_windows_amd64.syso)
trap 'rm -f "${objects[@]}"' EXIT

go_build() { go build -trimpath -ldflags "-s -w $2" -tags "$1" -o "$3" "$4"; }

windows() {
  say "Windows programs"
  local programs=$stage/windows
  mkdir -p "$programs"
  go run ./build/winres -icons "$out/icon" -ico "$stage/patio.ico" -object "${objects[0]}" -name patio.exe
  go run ./build/winres -icons "$out/icon" -object "${objects[1]}" -name patioctl.exe
  (
    export GOOS=windows GOARCH=amd64 CGO_ENABLED=0
    go_build "$windows_tags" "-H windowsgui" "$programs/patio.exe" .
    go_build "" "" "$programs/patioctl.exe" ./app/cmd/patioctl
  )
  sed 's/$/\r/' LICENSE >"$programs/LICENSE.txt"

  say "Windows installer"
  makensis -V2 -INPUTCHARSET UTF8 \
    -DVERSION="$number" -DPROGRAMS="$programs" -DICON="$stage/patio.ico" \
    -DOUTPUT="$out/Patio-$number-setup.exe" build/windows/installer.nsi
  (
    cd "$programs"
    find . -type f -exec touch --date="@$SOURCE_DATE_EPOCH" {} +
    rm -f "$out/patio-$number-windows-amd64.zip"
    zip -q -X "$out/patio-$number-windows-amd64.zip" LICENSE.txt patio.exe patioctl.exe
  )
}

copyright() {
  cat >"$1" <<END
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: Pátio

Files: *
License: Apache-2.0
 On Debian systems the full text is in /usr/share/common-licenses/Apache-2.0.
END
}

deb() {
  say "Debian package"
  local tree=$stage/deb size
  mkdir -p "$tree"/DEBIAN "$tree"/usr/{bin,share/{applications,doc/patio,icons/hicolor/scalable/apps}}
  go_build "$linux_tags" "" "$tree/usr/bin/patio" .
  CGO_ENABLED=0 go_build "" "" "$tree/usr/bin/patioctl" ./app/cmd/patioctl
  install -m 644 build/debian/patio.desktop "$tree/usr/share/applications/"
  install -m 644 build/icon/patio.svg "$tree/usr/share/icons/hicolor/scalable/apps/"
  for size in 16 24 32 48 64 128 256 512; do
    install -D -m 644 "$out/icon/$size.png" "$tree/usr/share/icons/hicolor/${size}x$size/apps/patio.png"
  done
  copyright "$tree/usr/share/doc/patio/copyright"
  # The libraries that this very program was linked against, WebKitGTK 4.1 and
  # GTK 3 among them, with the versions that have its symbols.
  mkdir -p "$stage/shlibs/debian"
  printf 'Source: patio\n' >"$stage/shlibs/debian/control"
  local depends
  depends=$(cd "$stage/shlibs" && dpkg-shlibdeps -O "$tree/usr/bin/patio" | sed -n 's/^shlibs:Depends=//p')
  for library in libwebkit2gtk-4.1-0 libgtk-3-0; do
    case $depends in *"$library"*) ;; *) die "The program does not depend on $library: $depends" ;; esac
  done
  size=$(du -sk --exclude=DEBIAN "$tree" | cut -f1)
  cat >"$tree/DEBIAN/control" <<END
Package: patio
Version: $number
Section: misc
Priority: optional
Architecture: amd64
Installed-Size: $size
Depends: $depends
Recommends: xdg-utils
Maintainer: Pátio <patio@patio.invalid>
Description: CRM for car dealers that works offline
 Leads on a kanban board and in lists, imported from the shop's own
 spreadsheet, over one local SQLite file. No server and no network needed.
END
  find "$tree" -type d -exec chmod 755 {} +
  dpkg-deb --build --root-owner-group "$tree" "$out/patio_${number}_amd64.deb" >/dev/null
}

# The hub needs no window: one program without libraries, its unit and its user.
hub_deb() {
  say "Debian package of the hub"
  local tree=$stage/hub size
  mkdir -p "$tree"/DEBIAN "$tree"/usr/{bin,lib/{systemd/system,sysusers.d},share/doc/patio-hub}
  CGO_ENABLED=0 go_build "" "" "$tree/usr/bin/patio-hub" ./app/cmd/patio-hub
  install -m 644 build/linux/patio-hub.service "$tree/usr/lib/systemd/system/"
  install -m 644 build/linux/patio-hub.sysusers "$tree/usr/lib/sysusers.d/patio-hub.conf"
  install -m 644 docs/hub.md "$tree/usr/share/doc/patio-hub/"
  install -m 755 build/debian/hub/{postinst,prerm,postrm} "$tree/DEBIAN/"
  copyright "$tree/usr/share/doc/patio-hub/copyright"
  size=$(du -sk --exclude=DEBIAN "$tree" | cut -f1)
  cat >"$tree/DEBIAN/control" <<END
Package: patio-hub
Version: $number
Section: misc
Priority: optional
Architecture: amd64
Installed-Size: $size
Depends: systemd | passwd
Maintainer: Pátio <patio@patio.invalid>
Description: keeps the PCs of a car dealer's shops in agreement
 What Pátio's PCs push is stored, merged and passed on, in SQLite or PostgreSQL.
 The service is not started before it is told to: see hub.md.
END
  find "$tree" -type d -exec chmod 755 {} +
  dpkg-deb --build --root-owner-group "$tree" "$out/patio-hub_${number}_amd64.deb" >/dev/null
}

"$(dirname "$0")/icons.sh"
windows
deb
hub_deb
rm -rf "$stage"
(cd "$out" && ls -l ./*.deb ./*.exe ./*.zip)
