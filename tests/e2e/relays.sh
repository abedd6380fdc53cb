#!/usr/bin/env bash
# Relay agents between a client's network and the server's: pxed before pxed and before dnsmasq, ISC's before pxed. Clients
# get an address, renew it by unicast and give it back; option 82 comes back to who has put it in.
. "$(dirname "$0")/lib.sh"
lab_begin relays
need dhclient busybox dhcrelay dnsmasq perfdhcp tcpdump

# far - eth1 relay eth0 - br0 server
lab_host relay
lab_namespace far
on relay ip addr add 192.168.1.2/24 dev eth0
on relay ip link add eth1 type veth peer name eth0 netns "pxed-$$-far"
on relay ip addr add 10.9.0.1/24 dev eth1
on relay ip link set eth1 up
on far ip link set lo up
on far ip link set eth0 up
on relay sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward'

configure <<END
interface=br0
dhcp-range=10.9.0.100,10.9.0.150,255.255.255.0,1h
dhcp-lease-max=200
dhcp-option=option:router,10.9.0.1
dhcp-boot=pxelinux.0
no-ping
END

relay_start() { # relay_start LINE...: pxed as the relay agent
  printf '%s\n' interface=eth1 bind-interfaces port=0 user=root log-facility=- log-dhcp "$@" > "$lab_dir/relay.conf"
  : > "$lab_dir/relay.log"
  spawn relay "$lab_dir/relay.log" "$(SERVER=pxed server_program)" --keep-in-foreground "--conf-file=$lab_dir/relay.conf" \
    "--pid-file=$lab_dir/relay.pid"
  relay=$spawned
  eventually 20 relay_listens || fail "the relay agent does not listen"
}
relay_listens() { [ -n "$(on relay ss -Hlun 'sport = :67')" ]; }
relay_stop() {
  kill -TERM "$relay"
  reap "$relay" 15 || fail "the relay agent ended with status $?"
}
relay_said() { eventually 2 grep -Eq -- "$1" "$lab_dir/relay.log"; }

address() { on far ip -4 -o addr show eth0 | sed -n 's, *.* inet \([0-9.]*\)/.*,\1,p'; }
heard() { grep -Eq -- "$1" "$lab_dir/far.lease"; }
acks() { grep -c "DHCPACK(br0) $1" "$lab_dir/server.log" || true; }
has_acks() { [ "$(acks "$1")" -ge "$2" ]; }
released() { grep -q "DHCPRELEASE(br0) $1" "$lab_dir/server.log"; }

# udhcpc_story SERVER-ID: an address, a renewal by unicast, a release; the server is known as SERVER-ID.
udhcpc_story() {
  local mine client before
  rm -f "$lab_dir/far.lease"
  PXED_E2E_LEASE=$lab_dir/far.lease spawn far "$lab_dir/udhcpc.log" busybox udhcpc -f -i eth0 -t 10 -T 1 -s "$e2e_dir/udhcpc_script"
  client=$spawned
  expect "udhcpc is bound" eventually 20 heard '^event=bound'
  mine=$(address)
  expect "the address is of the client's network" grep -Eqx '10\.9\.0\.1[0-5][0-9]' <<< "$mine"
  expect "the server is $1" heard "^serverid=$1\$"
  expect "the router is said" heard '^router=10.9.0.1$'
  expect "the boot file comes through" heard '^boot_file=pxelinux.0'
  on far ip route replace default via 10.9.0.1
  before=$(acks "$mine")
  rm "$lab_dir/far.lease"
  kill -USR1 "$client"
  expect "the renewal is acknowledged" eventually 15 heard '^event=renew'
  expect "by the server" eventually 3 has_acks "$mine" $((before + 1))
  on far ip route replace default via 10.9.0.1 # the address was set anew
  kill -USR2 "$client"
  expect "the server hears the release" eventually 5 released "$mine"
  kill -TERM "$client"
  reap "$client" 5 || true
  on far ip -4 addr flush dev eth0
}

cp "$(command -v dhclient)" "$lab_dir/dhclient" # AppArmor's profile is for /sbin/dhclient
dhclient_story() {
  local mine
  rm -f "$lab_dir"/far.leases
  dhclient_far || fail "dhclient ended with status $?"
  mine=$(address)
  expect "dhclient has an address" grep -Eqx '10\.9\.0\.1[0-5][0-9]' <<< "$mine"
  on far ip route replace default via 10.9.0.1
  dhclient_far -r || fail "dhclient -r ended with status $?"
  expect "the server hears its release" eventually 5 released "$mine"
}
dhclient_far() {
  timeout 60 ip netns exec "pxed-$$-far" "$lab_dir/dhclient" -v -1 "$@" -e "PXED_E2E_LEASE=$lab_dir/far.lease" -cf /dev/null \
    -sf "$e2e_dir/dhclient_script" -lf "$lab_dir/far.leases" -pf "$lab_dir/far.pid" eth0 >> "$lab_dir/dhclient.log" 2>&1
}

# perfdhcp is a relay agent itself in DHCPv4: its giaddr stays, and replies go straight to it.
perfdhcp_story() {
  on far ip addr add 10.9.0.2/24 dev eth0
  on far ip route replace default via 10.9.0.1
  on far perfdhcp -4 -l eth0 -n 40 -r 40 -R 40 -W 500000 10.9.0.1 > "$lab_dir/perfdhcp.log" 2>&1 || true
  expect "perfdhcp has all its addresses" test "$(grep -c '^drops: 0$' "$lab_dir/perfdhcp.log")" = 2
  on far ip -4 addr flush dev eth0
}

agent_seen() { # agent_seen FILTER: did a packet like that carry option 82?
  tcpdump -r "$lab_dir/wire.pcap" -nn -v "$1" 2> /dev/null | grep -q 'Agent-Information'
}

on server ip route add 10.9.0.0/24 via 192.168.1.2

step "pxed before pxed"
relay_start dhcp-relay=10.9.0.1,192.168.1.1
server_start
udhcpc_story 192.168.1.1
expect "the relay agent says what it does" relay_said 'DHCP relay at 10\.9\.0\.1 -> 192\.168\.1\.1 '
dhclient_story
perfdhcp_story
server_stop

step "pxed before dnsmasq"
rm -f "$lab_dir"/state/*
: > "$lab_dir/server.log"
SERVER=dnsmasq
server_start
udhcpc_story 192.168.1.1
dhclient_story
server_stop
relay_stop

step "pxed as a split relay before dnsmasq, which has no route to the client"
on server ip route del 10.9.0.0/24
rm -f "$lab_dir"/state/*
: > "$lab_dir/server.log"
server_start
relay_start dhcp-split-relay=10.9.0.1,192.168.1.1,eth0
capture_start
udhcpc_story 10.9.0.1
capture_stop
expect "the server is asked with option 82" agent_seen 'src 192.168.1.2 and dst 192.168.1.1 and udp dst port 67'
expect "and gives it back" agent_seen 'src 192.168.1.1 and dst 192.168.1.2 and udp dst port 67'
server_stop

step "pxed as a split relay before pxed"
rm -f "$lab_dir"/state/*
: > "$lab_dir/server.log"
SERVER=pxed
server_start
udhcpc_story 10.9.0.1
dhclient_story
relay_stop

step "ISC's dhcrelay before pxed"
on server ip route add 10.9.0.0/24 via 192.168.1.2
spawn relay "$lab_dir/dhcrelay.log" dhcrelay -4 -d --no-pid -a -iu eth0 -id eth1 192.168.1.1
eventually 10 grep -q 'Sending on' "$lab_dir/dhcrelay.log" || fail "dhcrelay does not start"
capture_start
udhcpc_story 192.168.1.1
capture_stop
expect "option 82 is echoed to dhcrelay" agent_seen 'src 192.168.1.1 and dst 10.9.0.1 and udp dst port 67'
server_stop
