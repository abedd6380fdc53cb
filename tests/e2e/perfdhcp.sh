#!/usr/bin/env bash
# perfdhcp, ISC's load generator: a few thousand machines get a lease each within seconds. None is dropped, no address is
# given twice, and the lease file agrees. (dnsmasq drops some: it writes its lease file anew for each.)
. "$(dirname "$0")/lib.sh"
lab_begin perfdhcp
need perfdhcp
lab_host load
on load ip addr add 192.168.1.2/16 dev eth0
on server ip addr flush dev br0
on server ip addr add 192.168.1.1/16 dev br0
machines=3000

configure <<END
interface=br0
dhcp-range=192.168.16.0,192.168.79.255,255.255.0.0,1h
no-ping
quiet-dhcp
END
server_start

# An exchange is DISCOVER to OFFER, then REQUEST to ACK; -W waits (in microseconds) for the last ones, -d (seconds) is how late counts as lost.
load() {
  on load timeout 60 perfdhcp -4 -l eth0 -R "$machines" -r 500 -n "$machines" -d 10 -W 3000000 > "$lab_dir/load.log" 2>&1
}
dropped() { awk '/^drops:|^orphans:/ { sum += $2 } END { print sum + 0 }' "$lab_dir/load.log"; }
acknowledged() { awk '/^received packets:/ { last = $3 } END { print last + 0 }' "$lab_dir/load.log"; }
doubled() { awk '{ print $3 }' "$lab_dir/state/leases" | sort | uniq -d; }
# perfdhcp draws its machines at random, so that a few ask twice.
all_leases() { [ "$(wc -l < "$lab_dir/state/leases")" -gt "$((machines / 2))" ]; }

step "$machines exchanges"
expect "perfdhcp ends well" load
sed -n '/^Rate:/p; /^sent packets:/,/^drops ratio:/p' "$lab_dir/load.log"
expect "no exchange was dropped" [ "$(dropped)" = 0 ]
expect "each was acknowledged" [ "$(acknowledged)" = "$machines" ]
expect "the lease file has them" eventually 10 all_leases
expect "no address is there twice" [ -z "$(doubled)" ]
server_stop
