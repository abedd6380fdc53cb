#!/usr/bin/env bash
# Interfaces come late, go, come back with another index, change their name and their address: the daemon follows, and
# never dies of it. (dnsmasq needs bind-dynamic for that; pxed does it anyway.)
. "$(dirname "$0")/lib.sh"
lab_begin interfaces
need python3
dorabot=$e2e_dir/../support/dorabot
lab_namespace client
configure <<END
interface=late0
dhcp-range=10.5.0.50,10.5.0.199,255.255.255.0,1h
dhcp-range=10.6.0.50,10.6.0.199,255.255.255.0,1h
no-ping
END
[ "$SERVER" = pxed ] || echo bind-dynamic >> "$lab_dir/pxed.conf"

plug() { # plug NAME ADDRESS: a cable between the server's interface NAME and the client's eth0
  on server ip link add "$1" type veth peer name eth0 netns "pxed-$$-client"
  on server ip addr add "$2" dev "$1"
  on client ip link set eth0 up
  on server ip link set "$1" up
}
number=0
ask() { # ask PATTERN: does a new machine get such an address?
  number=$((number + 1))
  on client timeout 10 "$dorabot" ask eth0 "$(printf '02:00:00:00:07:%02x' $((number % 256)))" --seconds 2 > "$lab_dir/ask.log" 2>&1 &&
    grep -Eq "^ACK $1" "$lab_dir/ask.log"
}

step "the interface is not there yet"
server_launch
sleep 1
expect "the daemon waits" server_runs
plug late0 10.5.0.1/24
expect "it comes, and is served" eventually 15 ask '10\.5\.0'

step "it goes and comes back: same name, another index"
on server ip link del late0
expect "the daemon waits" server_runs
plug late0 10.5.0.1/24
expect "it is served again" eventually 15 ask '10\.5\.0'

step "down and up"
on server ip link set late0 down
on server ip link set late0 up
expect "it is served again" eventually 15 ask '10\.5\.0'

step "its address changes"
on server ip addr flush dev late0
on server ip addr add 10.6.0.1/24 dev late0
expect "the other range is served, by the other address" eventually 15 ask '10\.6\.0\.[0-9]* from 10\.6\.0\.1'

step "it is renamed away and back"
on server ip link set late0 down
on server ip link set late0 name other0
on server ip link set other0 up
expect_not "under another name it is not served" ask '10\.6\.0'
on server ip link set other0 down
on server ip link set other0 name late0
on server ip link set late0 up
expect "under its name it is" eventually 15 ask '10\.6\.0'

step "another interface is none of its business"
on server ip link del late0
plug stranger0 10.6.0.1/24
expect_not "a machine there gets nothing" ask '10\.6\.0'
server_stop

step "an interface without an address stands for another; two networks share its wire"
on server ip link del stranger0
configure <<END
interface=wire0
bridge-interface=wire0,tap*
shared-network=wire0,10.8.0.1
dhcp-range=10.7.0.50,10.7.0.51,255.255.255.0,1h
dhcp-range=10.8.0.50,10.8.0.199,255.255.255.0,1h
no-ping
END
on server ip link add wire0 type bridge forward_delay 0
on server ip addr add 10.7.0.1/24 dev wire0
on server ip link set wire0 up
server_start
plug tap7 0.0.0.0/32
expect "the alias that came is served as its interface" eventually 15 ask '10\.7\.0\.[0-9]* from 10\.7\.0\.1'
expect "its own network is full soon" eventually 15 eval "! ask '10\.7\.0'"
expect "when its own network is full, the other gives addresses" ask '10\.8\.0\.[0-9]* from 10\.7\.0\.1'
on server ip link del tap7
expect "the daemon waits for the next alias" server_runs
plug tap8 0.0.0.0/32
expect "which is served too" eventually 15 ask '10\.8\.0'
server_stop
