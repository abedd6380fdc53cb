#!/usr/bin/env bash
# SIGHUP reads the whole configuration again: a good one is served at once and transfers under way do not notice; a bad
# one is named line by line and changes nothing. (dnsmasq reads only parts of its files again: pxed alone is tested.)
. "$(dirname "$0")/lib.sh"
lab_begin reload
[ "$SERVER" = pxed ] || skip "dnsmasq does not read its configuration again"
need python3 busybox
dorabot=$e2e_dir/../support/dorabot
lab_host client
head -c 20000000 /dev/urandom > "$lab_dir/tftp/large"
write() { # write RANGE-START RANGE-END [LINE...]
  { echo "interface=br0"; echo "dhcp-range=$1,$2,8h"; shift 2; printf '%s\n' "$@"; } |
    configure
}
common=(no-ping enable-tftp "tftp-root=$lab_dir/tftp")
ask() { on client "$dorabot" ask eth0 "$1" > "$lab_dir/ask.log" 2>&1; }
told() { grep -Eq -- "$1" "$lab_dir/ask.log"; }
spawn server "$lab_dir/notify.log" "$e2e_dir/../support/notify_listener" "$lab_dir/notify"
eventually 5 grep -q listening "$lab_dir/notify.log"
export NOTIFY_SOCKET=$lab_dir/notify

write 192.168.1.50 192.168.1.59 "${common[@]}"
server_start
expect "an address of the first range" ask 02:00:00:00:00:01
expect "it is one" told '^ACK 192\.168\.1\.5[0-9] '

step "a transfer is under way"
on client ip addr add 192.168.1.9/24 dev eth0
spawn client "$lab_dir/tftp.log" busybox tftp -b 512 -g -l "$lab_dir/got" -r large 192.168.1.1
transfer=$spawned
arriving() { [ -s "$lab_dir/got" ]; }
expect "it has begun" eventually 10 arriving
kill -STOP "$transfer" # the client holds its breath over the reload

step "a good configuration"
write 192.168.1.70 192.168.1.79 "${common[@]}"
kill -HUP "$server_pid"
expect "systemd was told of the reload" eventually 5 grep -q 'RELOADING=1.*MONOTONIC_USEC=' "$lab_dir/notify.log"
ready_twice() { [ "$(grep -c 'READY=1' "$lab_dir/notify.log")" -ge 2 ]; }
expect "and of its end" eventually 5 ready_twice
kill -CONT "$transfer"
expect "a new machine has an address of the new range" ask 02:00:00:00:00:02
expect "it is one" told '^ACK 192\.168\.1\.7[0-9] '
expect "the transfer ends well" reap "$transfer" 60
expect "and is whole" cmp "$lab_dir/got" "$lab_dir/tftp/large"

step "a bad configuration"
write 192.168.1.90 192.168.1.99 "${common[@]}" 'dhcp-optoin=3,1.2.3.4' 'dhcp-lease-max=many'
kill -HUP "$server_pid"
expect "the first error is named" eventually 5 logged 'pxed\.conf:6: '
expect "and the second" eventually 5 logged 'pxed\.conf:7: '
expect "the process lives" server_runs
expect "a new machine has an address of the old range" ask 02:00:00:00:00:03
expect "it is one" told '^ACK 192\.168\.1\.7[0-9] '

step "and a good one again"
write 192.168.1.90 192.168.1.99 "${common[@]}"
kill -HUP "$server_pid"
served_again() { ask "02:00:00:00:01:$(printf '%02x' $((SECONDS % 256)))" && told '^ACK 192\.168\.1\.9[0-9] '; }
expect "it is served" eventually 10 served_again

step "a hundred reloads in a row"
for _ in $(seq 100); do kill -HUP "$server_pid"; done
expect "the process lives and answers" ask 02:00:00:00:00:04
server_stop
