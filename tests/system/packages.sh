#!/usr/bin/env bash
# Makes the packages that the other system tests install, from the program that this build has made, and lets Debian's own
# judge and systemd's look at them. PXED_PACKAGES is where they go, PXED_BUILD the build directory.
. "$(dirname "$0")/../e2e/lib.sh"
packages=${PXED_PACKAGES:?}
root=$(cd "$e2e_dir/../.." && pwd)
lab_dir=$(mktemp -d)
lab_name=packages
trap 'lab_end $?' EXIT
need dpkg-buildpackage lintian systemd-analyze

made() { # made KIND: what the build says is only of interest when it fails
  "$root/packaging/build" "$1" "$packages" "${PXED_BUILD:?}" > "$lab_dir/$1.log" 2>&1
}

step "the Debian package"
rm -rf "$packages"
expect "it can be built" made deb
deb=("$packages"/pxed_*.deb)
expect "there is one" [ ${#deb[@]} = 1 ]
# What it depends on has its names in Debian 12's own libraries; what was linked in must not be asked for.
version=$(sed -n 's/^project(pxed VERSION \([0-9.]*\).*/\1/p' "$root/CMakeLists.txt")
expect "its version is the program's" [ "$(dpkg-deb --field "${deb[0]}" Version)" = "$version-1" ]
expect "debug symbols are a package of their own" test -s "$(echo "$packages"/pxed-dbgsym_*.deb)"
# lintian wants no root, and says so on standard error.
clean() { lintian --allow-root --fail-on error,warning --tag-display-limit 0 "$packages"/pxed_*.changes; }
expect "lintian finds no error and no warning" clean

step "the unit"
expect "its exposure is at most 1.8" systemd-analyze security --no-pager --offline=true --threshold=18 "$root/packaging/pxed.service" > "$lab_dir/exposure.txt"
tail -n 1 "$lab_dir/exposure.txt"
