#!/usr/bin/env bash
# The Ansible role against ansible-lint's strictest profile, and its variables: what defaults/ has, argument_specs.yml and
# the README have too.
set -euo pipefail
cd "$(dirname "$0")/../../contrib/ansible"
if ! command -v ansible-lint > /dev/null; then
  echo "SKIP: ansible-lint is not installed"
  [ -z "${PXED_E2E_STRICT:-}" ] || exit 1
  exit 77
fi
HOME=$(mktemp -d) # it keeps a cache there
export HOME ANSIBLE_HOME=$HOME/.ansible XDG_CACHE_HOME=$HOME
trap 'rm -rf "$HOME"' EXIT
timeout 120 ansible-lint --offline --nocolor --profile production
role=roles/pxed
mapfile -t variables < <(sed -n 's/^\(pxed_[a-z_]*\):.*/\1/p' "$role/defaults/main.yml")
[ "${#variables[@]}" -gt 5 ] || { echo "$role/defaults/main.yml has lost its variables"; exit 1; }
for variable in "${variables[@]}"; do
  for file in "$role/meta/argument_specs.yml" "$role/README.md"; do
    grep -q "$variable" "$file" || { echo "$file does not know $variable"; exit 1; }
  done
done
