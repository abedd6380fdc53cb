#!/usr/bin/env bash
# Other servers on the wire: a real udhcpd and a real dnsmasq beside pxed are named once, with their addresses, and only where
# they are in the way.
. "$(dirname "$0")/lib.sh"
[ "$SERVER" = pxed ] || skip "the words are pxed's own"
lab_begin other-servers
need python3 busybox dnsmasq
lab_host client
lab_host other 02:00:00:00:0b:02
dorabot=$e2e_dir/../support/dorabot
other_server_prepare
other_listens() { [ -n "$(on other ss -Hlun "sport = :67")" ]; }
discover() { on client "$dorabot" first eth0 --times 1 > "$lab_dir/discover.log" 2>&1 || true; }
told_of() { grep -Ec -- "$1" "$lab_dir/server.log" || true; }
# Until the log has it, machines go on asking: who asks first may have been heard by one server alone.
heard() {
  local i
  for i in 1 2 3 4 5 6; do
    on client "$dorabot" ask eth0 "02:00:00:00:0c:0$i" --broadcast --seconds 5 > /dev/null 2>&1 || true
    if logged "$1"; then return 0; fi
  done
  return 1
}

step "a second server that gives addresses"
other_server_start
udhcpd=$spawned
configure <<END
interface=br0
dhcp-range=192.168.1.50,192.168.1.60,1h
END
server_start
expect "is named with address, hardware and interface" \
  heard 'another server gives addresses here: 192\.168\.1\.2( \(02:00:00:00:0b:02\))? on br0'
discover
discover
expect "once" [ "$(told_of 'another server gives addresses here')" = 1 ]
kill -USR1 "$server_pid"
expect "SIGUSR1 counts it" logged 'other server 192\.168\.1\.2 .*on br0 gives addresses: heard [0-9]+ times'
server_stop

step "beside a proxy it is welcome"
configure <<END
interface=br0
dhcp-range=192.168.1.0,proxy
dhcp-boot=pxelinux.0
END
: > "$lab_dir/server.log"
server_start
on client "$dorabot" pxe eth0 0 > "$lab_dir/pxe.log" 2>&1 || true
expect "the machine has both offers" grep -Eq '^proxy offer' "$lab_dir/pxe.log"
expect_not "and nothing is said of the other server" grep -Eq 'another server|calls itself|no DHCP server' "$lab_dir/server.log"
kill -TERM "$udhcpd"
reap "$udhcpd" 5 || true

step "a DHCP server that calls itself PXEClient"
spawn other "$lab_dir/dnsmasq.log" dnsmasq --keep-in-foreground --conf-file=/dev/null --port=0 --user=root --log-facility=- \
  --interface=eth0 --dhcp-range=192.168.1.100,192.168.1.110,1h --dhcp-leasefile="$lab_dir/dnsmasq.leases" --no-ping \
  --pid-file="$lab_dir/dnsmasq.pid" '--pxe-service=x86PC,Theirs,theirs'
dnsmasq=$spawned
eventually 10 other_listens || fail "dnsmasq does not listen"
on client "$dorabot" pxe eth0 0 > "$lab_dir/pxe.log" 2>&1 || true
expect "is named as what poisons the proxy" logged 'calls itself a PXE server: 192\.168\.1\.2 \(02:00:00:00:0b:02\) on br0'
kill -TERM "$dnsmasq"
reap "$dnsmasq" 5 || true

step "a second proxy"
spawn other "$lab_dir/dnsmasq2.log" dnsmasq --keep-in-foreground --conf-file=/dev/null --port=0 --user=root --log-facility=- \
  --interface=eth0 --dhcp-range=192.168.1.0,proxy --pid-file="$lab_dir/dnsmasq.pid" '--pxe-service=x86PC,Theirs,theirs'
dnsmasq=$spawned
eventually 10 other_listens || fail "dnsmasq does not listen"
on client timeout 10 "$dorabot" pxe eth0 0 > "$lab_dir/pxe.log" 2>&1 || true
expect "is named" logged 'another server tells machines here what to boot: 192\.168\.1\.2 \(02:00:00:00:0b:02\) on br0'
server_stop
