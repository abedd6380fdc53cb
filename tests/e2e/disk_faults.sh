#!/usr/bin/env bash
# No acknowledgement without a stored row: while fdatasync fails (EIO, ENOSPC) or the disk is full, no machine hears an
# ACK, however often it asks again; files are still sent; and when the disk works again, so does everything, without a
# restart. dnsmasq fails this test: it acknowledges what it could not write.
. "$(dirname "$0")/lib.sh"
own_mounts "$@"
lab_begin disk-faults
need python3 strace busybox
dorabot=$e2e_dir/../support/dorabot
record=leases
[ "$SERVER" = dnsmasq ] || record=leases.db
lab_host client
on client ip addr add 10.77.0.2/16 dev eth0
on server ip addr add 10.77.0.1/16 dev br0
echo kernel > "$lab_dir/tftp/kernel"
configure <<END
interface=br0
dhcp-range=10.77.1.0,10.77.250.255,255.255.0.0,12h
dhcp-lease-max=80000
no-ping
quiet-dhcp
enable-tftp
tftp-root=$lab_dir/tftp
END
mount -t tmpfs -o size=16m,mode=755 leases "$lab_dir/state"

: > "$lab_dir/acks"
acks() { wc -l < "$lab_dir/acks"; }
more_acks() { [ "$(acks)" -gt "$before" ]; }
come() { # come SECONDS: does another machine hear an ACK?
  before=$(acks)
  eventually "$1" more_acks
}
sends_files() { on client busybox tftp -g -l "$lab_dir/got" -r kernel 10.77.0.1; }
audit_dead() {
  rm -rf "$lab_dir/copy"
  cp -r "$lab_dir/state" "$lab_dir/copy"
  "$dorabot" audit --log "$lab_dir/acks" --leases "$lab_dir/copy/$record" > "$lab_dir/audit.log" 2>&1
}

server_start
# Few machines at a time, which ask again and again for what they were offered.
spawn client "$lab_dir/dorabot.log" "$dorabot" flood eth0 --acks 60000 --log "$lab_dir/acks" --seconds 300 --in-flight 20 --pause 0.02
bot=$spawned
expect "machines get leases" come 10

for error in EIO ENOSPC; do
  step "fdatasync says $error"
  spawn server "$lab_dir/strace.log" strace -f -p "$server_pid" -e trace=fdatasync,fsync -e "inject=fdatasync,fsync:error=$error"
  strace_pid=$spawned
  eventually 10 grep -q 'attached' "$lab_dir/strace.log" || skip "strace may not attach: $(cat "$lab_dir/strace.log")"
  sleep 0.3 # what was on its way
  expect_not "no ACK for three seconds" come 3
  expect "it was tried" grep -q "$error.*INJECTED" "$lab_dir/strace.log"
  expect "files are sent" sends_files
  expect "the daemon lives" server_runs
  kill "$strace_pid"
  reap "$strace_pid" || true
  expect "the disk works again: machines get leases" come 20
done

step "the disk is full"
dd if=/dev/zero of="$lab_dir/state/filler" bs=4k 2> /dev/null || true
# What room a database has left for itself is used up first, and a pause gives its log that room back once more: what is
# acknowledged then is stored, as the audit below shows.
settles() { ! come 8; }
expect "soon no more ACK" eventually 80 settles
expect_not "no ACK for three seconds" come 3
expect "files are sent" sends_files
rm "$lab_dir/state/filler"
expect "there is room again: machines get leases" come 20

step "what was acknowledged is there"
server_kill
kill "$bot"
reap "$bot" || true
audit_dead || fail "$(tail -n 3 "$lab_dir/audit.log")"
expect "each lease, once: $(cat "$lab_dir/audit.log")" true
umount "$lab_dir/state"
