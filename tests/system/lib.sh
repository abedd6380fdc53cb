# shellcheck shell=bash disable=SC2154  # tests/e2e/lib.sh sets lab_dir, e2e_dir and spawned
# What every system test stands on: the laboratory of tests/e2e with a booted Debian in it, in place of a server that the
# test starts itself. systemd, dpkg, journald, sandboxing and capabilities are the real ones; only the kernel is shared.
#
#   . "$(dirname "$0")/lib.sh"
#   system_begin service            the laboratory: br0 is 192.168.1.1/24 in the namespace `server`
#   machine_boot                    a throw-away Debian in that namespace; skips where it cannot be
#   inside systemctl status pxed    runs in it as root
#   install_pxed                    the .deb under test, by apt, offline
#   expect ...                      as everywhere
#
# PXED_PACKAGES is the directory of the packages under test, PXED_ROOT_CACHE where the root file system is kept.
. "$(dirname "${BASH_SOURCE[0]}")/../e2e/lib.sh"
. "$(dirname "${BASH_SOURCE[0]}")/../e2e/vm.sh"
system_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
packages=${PXED_PACKAGES:-$system_dir/../../build/release/packages}

system_begin() { # system_begin NAME
  lab_begin "$1"
  need systemd-nspawn nsenter dpkg-deb tar
  lab_host client 02:00:00:00:00:01
}

machine_leader() { # the process that is PID 1 inside
  machine_pid=$(pgrep -P "$nspawn_pid" 2> /dev/null | head -n 1)
  [ -n "$machine_pid" ]
}

# inside COMMAND...: in all namespaces of the machine. Its own environment: the caller's would tell lies in there.
inside() {
  nsenter --target "$machine_pid" --all -- env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 "$@"
}

machine_is_up() {
  machine_leader || return 1
  case $(inside systemctl is-system-running 2> /dev/null) in running | degraded) ;; *) return 1 ;; esac
}

# machine_boot: nothing it does outlasts it: what it writes is in memory.
machine_boot() {
  local tar
  tar=$("$system_dir/make_root" "${PXED_ROOT_CACHE:-$system_dir/../../build/system-root}" 2> "$lab_dir/make_root.log") ||
    { tail -n 20 "$lab_dir/make_root.log"; fail "the root file system could not be made"; }
  mkdir "$lab_dir/root"
  tar --extract --numeric-owner --file="$tar" -C "$lab_dir/root"
  cp "$packages"/pxed_*.deb "$lab_dir/root/root/pxed.deb" 2> /dev/null || fail "no packages in $packages (packaging/build makes them)"
  [ -z "${machine_prepare:-}" ] || "$machine_prepare" "$lab_dir/root"
  # Registering it is machined's work, which this host need not have. CAP_NET_ADMIN, as a real machine's root has it.
  systemd-nspawn --quiet --directory="$lab_dir/root" --volatile=overlay --boot --register=no --keep-unit \
    --network-namespace-path="/run/netns/pxed-$$-server" --machine="pxed-$$" --capability=CAP_NET_ADMIN \
    --console=pipe > "$lab_dir/console.log" 2>&1 < /dev/null &
  nspawn_pid=$!
  lab_pids+=("$nspawn_pid")
  if ! eventually 60 machine_is_up; then
    cat "$lab_dir/console.log"
    kill -0 "$nspawn_pid" 2> /dev/null || skip "systemd-nspawn does not run here"
    fail "the machine does not come up: $(inside systemctl --failed --no-legend 2>&1)"
  fi
}

install_pxed() { inside apt-get install --yes --quiet=2 /root/pxed.deb > "$lab_dir/apt.log" 2>&1 || { cat "$lab_dir/apt.log"; return 1; }; }

status_text() { inside systemctl show -P StatusText pxed; }
status_says() { status_text | grep -Eq -- "$1"; }
main_pid() { inside systemctl show -P MainPID pxed; }
# grep reads to the end: journalctl that is cut short is a failure of the pipe.
journal_says() { inside journalctl --unit=pxed --no-pager --output=cat 2> /dev/null | grep -E -- "$1" > /dev/null; }
service_is() { [ "$(inside systemctl show -P ActiveState pxed)" = "$1" ]; } # service_is active|failed

# write_file PATH: standard input, into a file of the machine
write_file() { inside tee "$1" > /dev/null; }

# drop_in [LINES]: what an administrator adds to the unit, in place of what was added before; without LINES, nothing.
drop_in() {
  inside mkdir -p /run/systemd/system/pxed.service.d
  printf '%s\n' '[Service]' "$@" | write_file /run/systemd/system/pxed.service.d/test.conf
  inside systemctl daemon-reload
}

# What a person would ask for first when a test has failed.
machine_explain() {
  [ -n "${machine_pid:-}" ] || return 0
  inside systemctl --no-pager --full status pxed > "$lab_dir/status.log" 2>&1
  inside journalctl --no-pager --unit=pxed --lines=40 > "$lab_dir/journal.log" 2>&1
  inside cat /etc/pxed.conf > "$lab_dir/pxed.conf" 2> /dev/null
}

lab_explain_laboratory=$(declare -f lab_explain)
eval "${lab_explain_laboratory/lab_explain/laboratory_explain}"
lab_explain() {
  machine_explain
  laboratory_explain
}

# machine_stop: as from its own power button; its exit is not ours to judge.
machine_stop() {
  kill -RTMIN+4 "$machine_pid" 2> /dev/null || true
  reap "$nspawn_pid" 20 || true
}
