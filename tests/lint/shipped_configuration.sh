#!/usr/bin/env bash
# shipped_configuration.sh PXED: etc/pxed.conf as it is installed sets nothing; each line that it offers, alone and all
# together, is one that pxed takes. Nothing is bound and no root is needed.
set -euo pipefail
pxed=${1:?usage: shipped_configuration.sh PXED}
root=$(cd "$(dirname "$0")/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
fail() { echo "FAILED: $*" >&2; exit 1; }

sets=$("$pxed" --dump -C "$root/etc/pxed.conf" | grep -vc '^#' || true)
[ "$sets" = 0 ] || fail "etc/pxed.conf sets $sets directives as it is shipped"
"$pxed" --test -C "$root/etc/pxed.conf" 2> "$work/said" || fail "etc/pxed.conf as shipped"
grep -q 'nothing is served' "$work/said" || fail "nobody is told that etc/pxed.conf serves nothing"

# `#name` is a line to switch on, `# text` is text. The directories it names are not on this machine.
mkdir "$work/tftp"
sed -n 's/^#\([a-z]\)/\1/p' "$root/etc/pxed.conf" | sed "s,/srv/tftp,$work/tftp," > "$work/lines"
[ "$(wc -l < "$work/lines")" -ge 15 ] || fail "the tour has lost its lines"
"$pxed" --test -C "$work/lines" || fail "the lines of the tour together"
while IFS= read -r line; do
  printf '%s\n' "$line" > "$work/one"
  "$pxed" --test -C "$work/one" 2> "$work/said" || fail "$line: $(cat "$work/said")"
done < "$work/lines"

# A dump of everything says the same as what it was made of.
"$pxed" --dump -C "$work/lines" > "$work/once"
"$pxed" --dump -C "$work/once" > "$work/twice"
only_lines() { sed -n '/^#/!s/  *# .*//p' "$1"; }
diff <(only_lines "$work/once") <(only_lines "$work/twice") || fail "a dump of the dump differs"
[ "$(only_lines "$work/once" | wc -l)" = "$(wc -l < "$work/lines")" ] || fail "the dump has lost lines"
grep -q "^tftp-root=$work/tftp  *# $work/lines:" "$work/once" || fail "the dump does not say where a line is from"

# What the manuals and the README show is taken too, line by line. What they show besides (commands, the log) has blanks,
# or is no `name=value`.
{
  sed -n '/^\.nf/,/^\.fi/{s/\\-/-/g; p}' "$root"/man/*.7 "$root/man/pxed.conf.5.in"
  sed -n 's/^    //p' "$root/README.md"
} | grep -E '^([a-z]+-)*[a-z]+=[^ ]' | sed "s,/srv/tftp[a-z]*,$work/tftp,; s,/etc/dnsmasq.d,$work/tftp," > "$work/shown"
[ "$(wc -l < "$work/shown")" -ge 20 ] || fail "the manuals have lost their examples"
while IFS= read -r line; do
  printf '%s\n' "$line" > "$work/one"
  "$pxed" --test -C "$work/one" 2> "$work/said" || fail "a manual shows $line: $(cat "$work/said")"
done < "$work/shown"

# The examples: their syntax. tests/e2e/examples.sh plays them.
for example in "$root"/etc/examples/*.conf; do
  "$pxed" --dump -C "$example" > /dev/null || fail "$example"
done
