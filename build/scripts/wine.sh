# Sourced: a Windows of our own under Wine, in build/out/wine.
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

export WINEPREFIX=$out/wine/prefix
export WINEDEBUG=-all
# Neither .NET nor Internet Explorer is asked for, and no menu entries are made.
export WINEDLLOVERRIDES="mscoree,mshtml=;winemenubuilder.exe=d"

# wine_ready makes the prefix once, with the one library that Wine 8 lacks.
wine_ready() {
  command -v wine >/dev/null || die "Wine is missing: run build/scripts/setup.sh wine."
  local source=build/wine/bcryptprimitives.c self=build/scripts/wine.sh
  local library=$WINEPREFIX/drive_c/windows/system32/bcryptprimitives.dll
  if [ -f "$library" ] && fresh wine "$source" "$self"; then return; fi
  say "preparing Wine"
  rm -rf "$WINEPREFIX"
  mkdir -p "$WINEPREFIX"
  wine wineboot --init >/dev/null 2>&1 || true # complains about 32-bit programs
  wine winecfg -v win10 # Wine 8 says Windows 7 of itself
  wineserver --wait
  x86_64-w64-mingw32-gcc -O2 -shared -nostdlib -o "$library" "$source" -ladvapi32 -lkernel32
  done_for wine "$source" "$self"
}
