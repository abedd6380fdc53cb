#!/usr/bin/env bash
# dhcp-no-bind: pxed as a proxy on the host whose port 67 is dnsmasq's, and alone as a server without that port. Nobody is
# answered on an interface that the file does not enable.
. "$(dirname "$0")/lib.sh"
[ "$SERVER" = pxed ] || skip "the directive is pxed's own"
lab_begin same-host
need python3 busybox dnsmasq
lab_host client
dorabot=$e2e_dir/../support/dorabot
echo "a boot program for UEFI" > "$lab_dir/tftp/bootx64.efi"
echo "a boot program for BIOS" > "$lab_dir/tftp/pxelinux.0"
# A second wire of the host, with a machine and with ranges of its own, which nobody enables.
lab_namespace stray
on server ip link add side type veth peer name eth0 netns "pxed-$$-stray"
on server ip addr add 192.168.7.1/24 dev side
on server ip link set side up
on stray ip link set eth0 up
pxe() { # pxe ARCHITECTURE: firmware's way to its file; the conversation in $lab_dir/pxe.log
  local status=0
  on client "$dorabot" pxe eth0 "$1" > "$lab_dir/pxe.log" 2>&1 || status=$?
  cat "$lab_dir/pxe.log"
  return "$status"
}
told() { grep -Eq -- "$1" "$lab_dir/pxe.log"; }
port_owners() { on server ss -Hlunp "sport = :$1"; }

spawn server "$lab_dir/dnsmasq.log" dnsmasq --keep-in-foreground --conf-file=/dev/null --port=0 --user=root --log-facility=- \
  --interface=br0 --dhcp-range=192.168.1.100,192.168.1.110,1h --dhcp-leasefile="$lab_dir/dnsmasq.leases" --no-ping --log-dhcp \
  --pid-file="$lab_dir/dnsmasq.pid"
dnsmasq=$spawned
eventually 10 server_listens 67 || fail "dnsmasq does not listen"

proxy_lines() {
  cat <<END
interface=br0
dhcp-range=192.168.1.0,proxy
dhcp-range=192.168.7.0,proxy
pxe-service=x86PC,"Install",pxelinux
pxe-service=x86-64_EFI,"Install",bootx64.efi
enable-tftp
tftp-root=$lab_dir/tftp
END
}

step "without the directive pxed says what is in its way"
proxy_lines | configure
server_launch
status=0
reap "$server_pid" 10 || status=$?
expect "it ends with an error" [ "$status" != 0 ]
expect "it names the port's owner and the directive" logged 'port.*67|:67.*dnsmasq \(process [0-9]+\) has it; dhcp-no-bind'

step "beside dnsmasq on the same host"
{ proxy_lines; echo dhcp-no-bind; } | configure
server_port=4011 server_start
expect "port 67 is dnsmasq's alone" [ "$(port_owners 67 | grep -c pxed)" = 0 ]
expect "UEFI finds its file" pxe 7
expect "the address is dnsmasq's" told '^address 192\.168\.1\.1(0[0-9]|10) from 192\.168\.1\.1$'
expect "the proxy's offer beside it" told '^proxy offer from 192\.168\.1\.1, siaddr 192\.168\.1\.1, no menu$'
expect "the boot server answers from port 4011" told '^port 4011: bootx64\.efi on 192\.168\.1\.1$'
expect "the file comes by TFTP" told '^loaded bootx64\.efi, 24 bytes$'
expect "BIOS finds its file" pxe 0
expect "by the menu" told '^proxy offer from 192\.168\.1\.1, .*menu Install$'

step "who must not be answered"
expect "an ordinary client has its address" pxe none
expect_not "and no offer of ours" told 'proxy offer'
expect_not "nobody answers on the other wire" on stray "$dorabot" ask eth0 02:00:00:00:07:01 --seconds 2
expect_not "nor does the log know of it" grep -Eq '\(side\)' "$lab_dir/server.log"
expect_not "dnsmasq on this host is no competitor" grep -q 'another server' "$lab_dir/server.log"
server_stop
kill -TERM "$dnsmasq"
reap "$dnsmasq" 10 || true

step "a server without a socket on its port"
configure <<END
dhcp-no-bind
interface=br0
dhcp-range=192.168.1.50,192.168.1.60,1h
no-ping
END
server_launch
expect "it serves" logged 'IP range 192\.168\.1\.50'
expect_not "without port 67" server_listens 67
expect "a machine that hears unicast gets a lease" on client "$dorabot" ask eth0 02:00:00:00:0a:01
expect "so does one that wants broadcasts" on client "$dorabot" ask eth0 02:00:00:00:0a:02 --broadcast
PXED_E2E_LEASE=$lab_dir/client.lease spawn client "$lab_dir/udhcpc.log" busybox udhcpc -f -i eth0 -t 10 -T 1 \
  -s "$e2e_dir/udhcpc_script"
udhcpc=$spawned
expect "a real client gets one" eventually 15 grep -qx 'event=bound' "$lab_dir/client.lease"
kill -USR1 "$udhcpc"
expect "and renews it by unicast" eventually 10 grep -qx 'event=renew' "$lab_dir/client.lease"
kill -TERM "$udhcpc"
reap "$udhcpc" 5 || true

step "a reload takes the port, another gives it back"
sed -i '/^dhcp-no-bind/d' "$lab_dir/pxed.conf"
kill -HUP "$server_pid"
expect "port 67 is bound" eventually 10 server_listens 67
expect "and answers" on client "$dorabot" ask eth0 02:00:00:00:0a:03
sed -i '1i dhcp-no-bind' "$lab_dir/pxed.conf"
kill -HUP "$server_pid"
expect "port 67 is free" eventually 10 eval '! server_listens 67'
expect "the packet sockets answer" on client "$dorabot" ask eth0 02:00:00:00:0a:04
server_stop
