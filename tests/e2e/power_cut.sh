#!/usr/bin/env bash
# The same through power cuts: the lease directory is an ext4 file system of its own, which is shut down without writing
# its journal (EXT4_IOC_SHUTDOWN, NOLOGFLUSH) at random moments under load: what was not fsync'ed is gone, as after a
# power cut. 50 times; each time the remounted database must have every lease that a machine saw acknowledged.
. "$(dirname "$0")/lib.sh"
own_mounts "$@"
lab_begin power-cut
need python3 mkfs.ext4
cuts=${PXED_E2E_CUTS:-50}
seed=${PXED_E2E_SEED:-$$}
RANDOM=$seed
echo "PXED_E2E_SEED=$seed"
dorabot=$e2e_dir/../support/dorabot
record=leases
[ "$SERVER" = dnsmasq ] || record=leases.db
lab_host client
on server ip addr add 10.77.0.1/16 dev br0
configure <<END
interface=br0
dhcp-range=10.77.1.0,10.77.250.255,255.255.0.0,12h
dhcp-lease-max=80000
no-ping
quiet-dhcp
END
truncate -s 64M "$lab_dir/disk"
mkfs.ext4 -q -F "$lab_dir/disk"
mount -o loop "$lab_dir/disk" "$lab_dir/state" || skip "no loop device"

# The daemon dies and its disk is gone, in this order and in one moment, as when the power goes. Not the other way round:
# an fdatasync that the shutdown overtakes may report success although its journal commit was dropped (seen with ten lines
# of write and fdatasync on Linux 6.18). What a daemon does that outlives its disk is disk_faults.sh's question.
cut_power() {
  python3 -c '
import fcntl, os, signal, struct, sys
EXT4_IOC_SHUTDOWN, NOLOGFLUSH = 0x8004587D, 2
disk = os.open(sys.argv[1], os.O_RDONLY)
os.kill(int(sys.argv[2]), signal.SIGKILL)
fcntl.ioctl(disk, EXT4_IOC_SHUTDOWN, struct.pack("I", NOLOGFLUSH))' "$lab_dir/state" "$server_pid"
}
audit_dead() {
  rm -rf "$lab_dir/copy"
  cp -r "$lab_dir/state" "$lab_dir/copy"
  "$dorabot" audit --log "$lab_dir/acks" --leases "$lab_dir/copy/$record" > "$lab_dir/audit.log" 2>&1
}

server_start
spawn client "$lab_dir/dorabot.log" "$dorabot" flood eth0 --acks 60000 --log "$lab_dir/acks" --seconds 900 --seed "$seed"
bot=$spawned
for cut in $(seq "$cuts"); do
  before=$(stat -c %s "$lab_dir/acks" 2> /dev/null || echo 0)
  more_acks() { [ "$(stat -c %s "$lab_dir/acks" 2> /dev/null || echo 0)" -gt "$before" ]; }
  eventually 20 more_acks || fail "no acknowledgement after cut $((cut - 1))"
  sleep "$(printf '0.%03d' $((RANDOM % 400)))"
  { cut_power && server_kill; } 2> "$lab_dir/cut.log" || fail "the power could not be cut"
  umount "$lab_dir/state"
  mount -o loop "$lab_dir/disk" "$lab_dir/state"
  audit_dead || fail "after cut $cut: $(tail -n 3 "$lab_dir/audit.log")"
  server_start
done
kill "$bot"
reap "$bot" || true
expect "$cuts power cuts lost nothing: $(cat "$lab_dir/audit.log")" true
server_stop
expect "after a clean stop the database has every lease" "$dorabot" audit --log "$lab_dir/acks" --leases "$lab_dir/state/$record"
umount "$lab_dir/state"
