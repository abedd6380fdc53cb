#!/usr/bin/env bash
# The two DHCP clients that installers and servers run, against the tutorial's configuration with a reservation:
# they get addresses and options, renew, release, and ask again.
. "$(dirname "$0")/lib.sh"
lab_begin dhcp-clients
need dhclient busybox
reserved=9e:42:87:f7:29:92 free=52:54:00:00:00:77
lab_host pc "$reserved"
lab_host guest "$free"
configure <<END
interface=br0
dhcp-range=192.168.1.50,192.168.1.150,8h
dhcp-host=$reserved,192.168.1.20,pc,infinite
dhcp-option=option:router,192.168.1.254
dhcp-option=option:dns-server,192.168.1.53,192.168.1.54
dhcp-option=option:domain-search,lab.example,example
domain=lab.example
dhcp-boot=pxelinux.0
END
server_start

address() { on "$1" ip -4 -o addr show eth0 | sed -n 's, *.* inet \([0-9.]*\)/.*,\1,p'; }
has_address() { [ "$(address "$1")" = "$2" ]; }
addressless() { [ -z "$(address "$1")" ]; }

# A copy: AppArmor's profile for /sbin/dhclient forbids files in a test's directory.
cp "$(command -v dhclient)" "$lab_dir/dhclient"
dhclient_on() { # dhclient_on HOST ARGUMENT...
  local host=$1
  shift
  timeout 60 ip netns exec "pxed-$$-$host" "$lab_dir/dhclient" -v -1 "$@" \
    -e "PXED_E2E_LEASE=$lab_dir/$host.lease" -cf /dev/null -sf "$e2e_dir/dhclient_script" -lf "$lab_dir/$host.leases" -pf "$lab_dir/$host.pid" \
    eth0 >> "$lab_dir/dhclient-$host.log" 2>&1
}
heard() { grep -q -- "$2" "$lab_dir/$1.lease"; } # heard HOST WORDS

step "dhclient: the reservation"
dhclient_on pc || fail "dhclient ended with status $?"
expect "the reserved address is set" has_address pc 192.168.1.20
expect "the router is said" heard pc 'new_routers=192.168.1.254'
expect "both name servers are said" heard pc 'new_domain_name_servers=192.168.1.53 192.168.1.54'
expect "the reservation's name is said" heard pc 'new_host_name=pc'
expect "the domain is said" heard pc 'new_domain_name=lab.example'
expect "the boot file is said" heard pc 'new_filename=pxelinux.0'
expect "the reservation is infinite" heard pc 'new_dhcp_lease_time=4294967295'
expect "the log has dnsmasq's words" logged "DHCPACK\(br0\) 192.168.1.20 $reserved pc"
expect "the lease file has the row" eventually 3 has_lease "$reserved" 192.168.1.20

step "dhclient: stopped and started, it asks for its old address (INIT-REBOOT)"
dhclient_on pc -x || fail "dhclient -x ended with status $?"
acks() { grep -c 'DHCPACK(br0)' "$lab_dir/server.log"; }
more_acks() { [ "$(acks)" -gt "$before" ]; }
before=$(acks)
dhclient_on pc || fail "dhclient ended with status $?"
expect "the same address comes back" has_address pc 192.168.1.20
expect "one more ACK" eventually 2 more_acks

step "dhclient: released"
dhclient_on pc -r || fail "dhclient -r ended with status $?"
expect "the server heard the release" eventually 3 logged "DHCPRELEASE\(br0\) 192.168.1.20 $reserved"
expect "the row is gone" eventually 3 has_lease "$reserved" ''

step "udhcpc: an address of the pool"
PXED_E2E_LEASE=$lab_dir/guest.lease spawn guest "$lab_dir/udhcpc-guest.log" busybox udhcpc -f -i eth0 -t 10 -T 1 \
  -s "$e2e_dir/udhcpc_script" -O search
udhcpc=$spawned
expect "it is bound" eventually 20 heard guest '^event=bound'
mine=$(address guest)
expect "the address is of the pool" grep -Eqx '192\.168\.1\.(5[0-9]|[6-9][0-9]|1[0-4][0-9]|150)' <<< "$mine"
expect "the lease is eight hours" heard guest '^lease=28800'
expect "the server says who it is" heard guest '^serverid=192.168.1.1'
expect "the search list is decoded by the client" heard guest '^search=lab.example example'
expect "the boot file is in the header" heard guest '^boot_file=pxelinux.0'
expect "the boot server is in the header" heard guest '^siaddr=192.168.1.1'

step "udhcpc: renewed by unicast"
rm "$lab_dir/guest.lease"
kill -USR1 "$udhcpc"
expect "the renewal is acknowledged" eventually 15 heard guest '^event=renew'
expect "the address is the same" has_address guest "$mine"

step "udhcpc: released, and asked for again"
kill -USR2 "$udhcpc"
expect "the server heard the release" eventually 5 logged "DHCPRELEASE\(br0\) $mine $free"
expect "the address is no longer set" eventually 5 addressless guest
expect "the row is gone" eventually 3 has_lease "$free" ''
kill -USR1 "$udhcpc"
expect "the same address again: it is chosen by the MAC" eventually 15 has_address guest "$mine"

step "the leases outlive a restart"
server_stop
server_start
rm "$lab_dir/guest.lease"
kill -USR1 "$udhcpc"
expect "the renewal is acknowledged by the new process" eventually 15 heard guest '^event=renew'
expect "the address is the same" has_address guest "$mine"
expect "the lease file still has the row" eventually 3 has_lease "$free" "$mine"
server_stop
