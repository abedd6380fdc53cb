#!/usr/bin/env bash
# A rack is switched on: a thousand machines ask for addresses at one moment, then five hundred fetch their boot file at
# once. All are served, and the daemon is no larger for it.
. "$(dirname "$0")/lib.sh"
lab_begin many-machines
need python3
[ -x "${TFTP_LOAD:-}" ] || skip "TFTP_LOAD names no program (CTest sets it)"
dorabot=$e2e_dir/../support/dorabot
machines=${PXED_E2E_MACHINES:-1000} transfers=${PXED_E2E_TRANSFERS:-500}
lab_host client
on client ip addr add 10.77.0.2/16 dev eth0
on server ip addr add 10.77.0.1/16 dev br0
head -c 300000 /dev/urandom > "$lab_dir/tftp/loader"
configure <<END
interface=br0
dhcp-range=10.77.1.0,10.77.20.255,255.255.0.0,1h
dhcp-lease-max=4000
enable-tftp
tftp-root=$lab_dir/tftp
tftp-max=1000
END
server_start

step "$machines machines ask at once, each address is tested"
expect "all hold a lease" on client timeout 100 "$dorabot" flood eth0 --acks "$machines" --in-flight "$machines" \
  --log "$lab_dir/acks" --seconds 90
recorded() { "$dorabot" audit --log "$lab_dir/acks" --leases "$lab_dir/state/leases"; }
expect "each lease is in the file, once" eventually 5 recorded

step "they ask for their leases again and are gone: their ACKs wait for ARP"
expect "all ask" on client "$dorabot" rebind eth0 --log "$lab_dir/acks"
expect "a machine that is there is offered an address" on client timeout 20 "$dorabot" first eth0 --times 3
expect_not "no reply was refused because the socket was full" logged 'cannot send'

step "$transfers machines fetch a file at once"
expect "all get it whole" on client timeout 120 "$TFTP_LOAD" 10.77.0.1 loader "$lab_dir/tftp/loader" --clients "$transfers"
expect "and with windows" on client timeout 120 "$TFTP_LOAD" 10.77.0.1 loader "$lab_dir/tftp/loader" --clients "$transfers" --windowsize 8
awk '/^(VmHWM|RssAnon):/ { print "  " $0 }' "/proc/$server_pid/status"
descriptors() { [ "$(find "/proc/$server_pid/fd" -mindepth 1 | wc -l)" -lt 100 ]; }
expect "no descriptor of theirs is left" eventually 10 descriptors
server_stop
