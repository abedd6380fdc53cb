#!/usr/bin/env bash
# Boot files on a file system that answers each question after 50 ms (a file server across a slow network, a disk that
# sleeps): a hundred TFTP and a hundred HTTP transfers from it, and DHCP must not notice; nor when the configuration is
# read again meanwhile, or the file server answers nothing at all. The same with a pxed that waits for disks in its loop
# must fail, or this test sees nothing.
. "$(dirname "$0")/lib.sh"
own_mounts "$@"
need curl cmp fusermount3
[ -c /dev/fuse ] || skip "no /dev/fuse"
[ -x "${SLOW_FILES:-}" ] || skip "tests/support/slow_files was not built (libfuse3-dev)"
lab_begin slow
lab_host client
lab_host machines
on client ip addr add 192.168.1.9/24 dev eth0
mkdir "$lab_dir/files" "$lab_dir/hosts"
head -c 40000 /dev/urandom > "$lab_dir/files/boot"
chmod -R a+rX "$lab_dir"
# The leases elsewhere, and where nothing waits: what is measured is what the boot files do to DHCP.
mount -t tmpfs none "$lab_dir/state"
slow_mount() {
  "$SLOW_FILES" "$lab_dir/files" "$lab_dir/tftp" 50 > "$lab_dir/slow_files.log" 2>&1 &
  slow_pid=$!
  lab_pids+=("$slow_pid")
  eventually 5 mountpoint -q "$lab_dir/tftp" || fail "the slow file system is not mounted"
}
# What hangs on a server that answers nothing can only be ended by its going.
slow_unmount() {
  kill -KILL "$slow_pid" || true
  umount -l "$lab_dir/tftp"
}
trap 'status=$?; slow_unmount 2> /dev/null || true; lab_end "$status"' EXIT
slow_mount
configure << END
interface=br0
dhcp-range=192.168.1.20,192.168.1.250,1h
no-ping
dhcp-hostsdir=$lab_dir/hosts
enable-tftp
enable-http
tftp-root=$lab_dir/tftp
END

transfers_start() {
  spawn client "$lab_dir/tftp_load.log" "$TFTP_LOAD" 192.168.1.1 boot "$lab_dir/files/boot" --clients 100
  tftp_pid=$spawned
  spawn client "$lab_dir/curl.log" curl -sS --max-time 60 --parallel --parallel-immediate --parallel-max 100 \
    -o "$lab_dir/got-#1" "http://192.168.1.1/boot?[1-100]"
  curl_pid=$spawned
}
# dhcp_waits SECONDS: what DHCP clients see meanwhile, in microseconds: the 99th percentile is in $p99, the most in $worst.
dhcp_waits() {
  # Before all that this machine has to do besides: it is the loop that is measured, and not who else wants a processor.
  local thread first=()
  for thread in "/proc/$(cat "$lab_dir/server.pid")"/task/*; do chrt -f -p 1 "${thread##*/}" 2> /dev/null || true; done
  if chrt -f 1 true 2> /dev/null; then first=(chrt -f 1); fi
  on machines "${first[@]}" "$e2e_dir/../support/dorabot" waits eth0 --seconds "$1" > "$lab_dir/waits.log"
  sed 's/^/  /' "$lab_dir/waits.log"
  p99=$(sed -En 's/.* p99 ([0-9]+)\.([0-9][0-9]) ms.*/\1\20/p' "$lab_dir/waits.log")
  worst=$(sed -En 's/.* worst ([0-9]+)\.([0-9][0-9]) ms.*/\1\20/p' "$lab_dir/waits.log")
}
all_whole() {
  local number
  for number in {1..100}; do cmp -s "$lab_dir/got-$number" "$lab_dir/files/boot" || return 1; done
}

step "each question takes 50 ms"
server_start
on machines "$e2e_dir/../support/dorabot" waits eth0 --seconds 1 > /dev/null # bridge, ARP and all first times
started=$(date +%s%N)
transfers_start
dhcp_waits 4
expect "DHCP answers within 10 ms, 99 times of 100" test "$p99" -lt 10000
expect "and nobody waits for long" test "$worst" -lt 500000
expect "a hundred files by TFTP" reap "$tftp_pid" 60
expect "a hundred files by HTTP" reap "$curl_pid" 60
expect "each of them whole" all_whole
echo "  after $((($(date +%s%N) - started) / 1000000)) ms"

step "a reload and a change of a file beside the configuration, while the files are served"
transfers_start
(for number in 1 2 3 4 5 6; do
  kill -HUP "$server_pid"
  sleep 0.3
  echo "02:00:00:00:00:0$number,ignore" > "$lab_dir/hosts/some"
  sleep 0.3
done) &
dhcp_waits 4
expect "DHCP does not notice them" test "$p99" -lt 10000
expect "both were read" logged 'inotify: .*/hosts/some new or modified'
reap "$tftp_pid" 60 || true
reap "$curl_pid" 60 || true

step "the file server answers nothing any more"
kill -STOP "$slow_pid"
# Each thread of it: a question that one of them takes on before it stops keeps the asker in the kernel, where not even
# SIGKILL reaches it.
stands_still() { ! sed -n 's/^State:\t//p' "/proc/$slow_pid"/task/*/status | grep -qv '^T'; }
expect "(it stands still)" eventually 5 stands_still
kill -HUP "$server_pid"
transfers_start
dhcp_waits 3
expect "DHCP does not notice that" test "$p99" -lt 10000
kill -KILL "$tftp_pid" "$curl_pid"
reloads() { [ "$(grep -c 'reading the configuration again' "$lab_dir/server.log")" -ge 7 ]; }
expect "all reloads were begun" reloads
# systemd would kill it after 90 s, and that without the lease database being closed.
kill -TERM "$server_pid"
expect "SIGTERM ends it all the same, within 3 s and with status 0" reap "$server_pid" 3
expect "it says why it did not wait" logged 'without waiting for files that are still being read'
expect_not "its lease database is closed" test -e "$lab_dir/state/leases.db-wal"
expect_not "and its process id is gone" test -e "$lab_dir/server.pid"
kill -CONT "$slow_pid"

step "the same, waiting in the loop"
[ -x "${PXED_DISK_IN_LOOP:-}" ] || fail "no pxed that waits for disks in its loop (PXED_DISK_IN_LOOP)"
PXED=$PXED_DISK_IN_LOOP server_start
transfers_start
dhcp_waits 4
expect "DHCP waits, and this test sees it" test "$p99" -gt 10000
server_kill
