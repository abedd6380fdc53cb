#!/usr/bin/env bash
# Makes the packages that the other system tests install, from the program that this build has made, and lets Debian's own
# judge and systemd's look at them. PXED_PACKAGES is where they go, PXED_BUILD the build directory.
. "$(dirname "$0")/../e2e/lib.sh"
packages=${PXED_PACKAGES:?}
root=$(cd "$e2e_dir/../.." && pwd)
lab_dir=$(mktemp -d)
lab_name=packages
trap 'lab_end $?' EXIT
need dpkg-buildpackage lintian rpm rpmbuild rpmlint systemd-analyze

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

step "the RPM package"
expect "it can be built" made rpm
rpms=("$packages"/pxed-"$version"-*.rpm) # the package and its source
expect "there are two" [ ${#rpms[@]} = 2 ]
rpm=$(echo "$packages"/pxed-"$version"-*."$(uname -m)".rpm)
flawless() { # rpmlint ends with 0 whatever it finds
  rpmlint --rpmlintrc "$root/packaging/pxed.rpmlintrc" "${rpms[@]}" "$root/packaging/pxed.spec" > "$lab_dir/rpmlint.txt" 2>&1 || true
  grep -q ' checked; 0 errors, 0 warnings' "$lab_dir/rpmlint.txt" || { cat "$lab_dir/rpmlint.txt"; return 1; }
}
expect "rpmlint finds nothing that packaging/pxed.rpmlintrc does not explain" flawless
expect "it asks for nothing that Fedora and RHEL 9 do not have" "$root/packaging/check_requires" "$rpm"
in_root() { rpm --root "$lab_dir/rpm" "$@" 2>> "$lab_dir/rpm.log"; }
mkdir "$lab_dir/rpm"
in_root --initdb
# This system's own packages are dpkg's, so rpm finds no dependency and no account here.
expect "rpm installs it" in_root --install --nodeps --noscripts "$rpm"
expect "and finds each file as it was packaged" in_root --verify --nodeps --nouser --nogroup pxed
flags_of() { in_root --query --queryformat '[%{FILENAMES} %{FILEFLAGS:fflags}\n]' pxed | sed -n "s,^$1 ,,p"; }
expect "its file is a configuration file that an upgrade does not replace" [ "$(flags_of /etc/pxed.conf)" = cn ]
expect "the account is made before files belong to it" grep -q useradd <(in_root --query --scripts pxed)
expect "the program in it runs" grep -q "^pxed $version" <("$lab_dir/rpm/usr/sbin/pxed" --version)
expect "and reads its own configuration" "$lab_dir/rpm/usr/sbin/pxed" --test --conf-file="$lab_dir/rpm/etc/pxed.conf"
echo "# mine" >> "$lab_dir/rpm/etc/pxed.conf"
expect "rpm removes it" in_root --erase --noscripts pxed
expect "and keeps the file that was edited" grep -q '^# mine' "$lab_dir/rpm/etc/pxed.conf.rpmsave"
expect_not "the program is gone" test -e "$lab_dir/rpm/usr/sbin/pxed"

step "the unit"
expect "its exposure is at most 1.9" systemd-analyze security --no-pager --offline=true --threshold=19 "$root/packaging/pxed.service" > "$lab_dir/exposure.txt"
tail -n 1 "$lab_dir/exposure.txt"
