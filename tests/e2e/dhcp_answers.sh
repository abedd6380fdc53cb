#!/usr/bin/env bash
# Where answers go and which addresses are offered: to the machine alone or to all (RFC 2131 4.1), never an address that
# somebody on the wire already has, through a relay, and to strangers not at all.
. "$(dirname "$0")/lib.sh"
lab_begin dhcp-answers
need python3 dhcrelay
lab_host client
dorabot=$e2e_dir/../support/dorabot
ask() { # ask NAMESPACE ARGUMENT...: the conversation in $lab_dir/ask.log
  local namespace=$1
  shift
  on "$namespace" "$dorabot" ask eth0 "$@" > "$lab_dir/ask.log" 2>&1
}
told() { grep -Eq -- "$1" "$lab_dir/ask.log"; }

configure <<END
interface=br0
dhcp-range=192.168.1.50,192.168.1.51,1h
dhcp-range=10.9.0.100,10.9.0.110,255.255.255.0,1h
dhcp-boot=pxelinux.0
END
server_start

step "to a machine without an address"
expect "a DORA without the broadcast flag" ask client 02:00:00:00:00:01
cat "$lab_dir/ask.log"
expect "the OFFER goes to that machine alone" told '^OFFER (192\.168\.1\.5[01]) from 192.168.1.1 to 02:00:00:00:00:01 \1$'
expect "the ACK too" told '^ACK (192\.168\.1\.5[01]) from 192.168.1.1 to 02:00:00:00:00:01 \1$'
expect "a DORA with the broadcast flag" ask client 02:00:00:00:00:02 --broadcast
expect "the OFFER goes to all" told '^OFFER .* to ff:ff:ff:ff:ff:ff 255.255.255.255$'
expect "the ACK too" told '^ACK .* to ff:ff:ff:ff:ff:ff 255.255.255.255$'

step "the pool of two is full"
expect_not "a third machine gets nothing" ask client 02:00:00:00:00:03 --seconds 3
expect "the log says why" eventually 2 logged 'DHCPDISCOVER\(br0\).* 02:00:00:00:00:03 .*no (address|free address)'
server_stop

step "an address that a stranger on the wire already has"
for drops_ping in 0 1; do
  # dnsmasq asks by ICMP only; pxed asks by ARP, which every host answers.
  if [ "$drops_ping" = 1 ] && [ "$SERVER" = dnsmasq ]; then continue; fi
  rm -f "$lab_dir"/state/*
  lab_host "squatter$drops_ping"
  on "squatter$drops_ping" ip addr add 192.168.1.50/24 dev eth0
  on "squatter$drops_ping" sh -c "echo $drops_ping > /proc/sys/net/ipv4/icmp_echo_ignore_all"
  server_start
  for number in 1 2; do
    ask client "02:00:00:00:1$drops_ping:0$number" --seconds 5 || true
    expect_not "192.168.1.50 is not offered (machine $number, ping answered: $((1 - drops_ping)))" told 'OFFER 192.168.1.50 '
  done
  expect "the free address was given" logged '192\.168\.1\.51'
  server_stop
  ip netns del "pxed-$$-squatter$drops_ping"
done

step "through a relay"
rm -f "$lab_dir"/state/*
server_start
# relay: a router between br0 and a second wire, where `far` asks.
lab_host relay
lab_namespace far
on relay ip addr add 192.168.1.2/24 dev eth0
on relay ip link add eth1 type veth peer name eth0 netns "pxed-$$-far"
on relay ip addr add 10.9.0.1/24 dev eth1
on relay ip link set eth1 up
on far ip link set eth0 up
on relay sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward'
on server ip route add 10.9.0.0/24 via 192.168.1.2
spawn relay "$lab_dir/dhcrelay.log" dhcrelay -4 -d --no-pid -a -iu eth0 -id eth1 192.168.1.1
eventually 10 grep -q 'Sending on' "$lab_dir/dhcrelay.log" || fail "dhcrelay does not start"
capture_start
expect "a machine behind the relay has a DORA" ask far 02:00:00:00:00:f1
cat "$lab_dir/ask.log"
expect "the address is of the relayed network" told '^ACK 10\.9\.0\.1[01][0-9] '
capture_stop
echoed() { tcpdump -r "$lab_dir/wire.pcap" -nn -v 'src 192.168.1.1 and udp dst port 67' 2> /dev/null | grep -q 'Agent-Information'; }
expect "option 82 is echoed to the relay" echoed
expect "the log names the interface that the relay's packet came by" logged 'DHCPACK\(br0\) 10\.9\.0\.'
server_stop
