#!/usr/bin/env bash
# The configurations of etc/examples, each served as it stands: `--test=strict` finds nothing wrong with it when the files
# it names are there, and machines on the wire are told what it promises. (Machines boot from them in boot_cases.sh.)
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/vm.sh"
own_mounts "$@"
[ "$SERVER" = pxed ] || skip "some lines are pxed's own"
lab_begin examples
need python3 openssl dhcrelay busybox curl
boot_tree
lab_host client
dorabot=$e2e_dir/../support/dorabot
examples=$e2e_dir/../../etc/examples
for kept in undionly.kpxe snponly.efi shimx64.efi; do
  [ -r "$tree/$kept" ] || skip "the boot tree has no $kept (tests/packages, group firmware)"
done

# What the examples name, at the paths they name: /srv is this test's own.
mount -t tmpfs tmpfs /srv
mkdir -p /srv/tftp/debian /srv/http "$lab_dir/etc/hosts" "$lab_dir/etc/tls"
cp -r "$tree"/{pxelinux.0,ldlinux.c32,undionly.kpxe,snponly.efi,shimx64.efi,grubx64.efi} /srv/tftp/
cp "$tree"/{linux,initrd.gz} /srv/tftp/debian/
mkdir /srv/tftp/0123abcd
echo 'of all' | tee /srv/tftp/start4.elf > /srv/tftp/config.txt
echo 'its own' > /srv/tftp/0123abcd/config.txt
ln -s tftp /srv/tftpboot
echo '52:54:00:00:00:17,set:install,node17,10.1.1.17' > "$lab_dir/etc/hosts/rack1"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=boot.example \
  -keyout "$lab_dir/etc/tls/key.pem" -out "$lab_dir/etc/tls/cert.pem" 2> /dev/null

# example NAME: it becomes the configuration. Only the interface is this laboratory's, and what is below /etc.
example() {
  step "$1"
  sed -e "s,^interface=.*,interface=br0," -e "s,/etc/pxed/,$lab_dir/etc/," "$examples/$1.conf" | tee "$lab_dir/example.conf" | configure
  local status=0
  on server "$(server_program)" --test=strict -C "$lab_dir/example.conf" > "$lab_dir/strict.log" 2>&1 || status=$?
  [ "$status" = 0 ] || cat "$lab_dir/strict.log"
  expect "$1: --test=strict finds nothing wrong" [ "$status" = 0 ]
  rm -f "$lab_dir"/state/*
  server_start
}
asks() { # asks NAMESPACE MAC ARCHITECTURE [--http]: firmware of that number; what it was told is in $lab_dir/ask.log
  local namespace=$1 mac=$2 architecture=$3
  shift 3
  on "$namespace" timeout 20 "$dorabot" ask eth0 "$mac" --seconds 5 --broadcast --architecture "$architecture" "$@" > "$lab_dir/ask.log" 2>&1
}
loads() { [ "$(on client curl -s --max-time 5 "tftp://192.168.1.1/$1")" = "$2" ]; } # loads FILE TEXT
told() { grep -Eq -- "$1" "$lab_dir/ask.log" || { cat "$lab_dir/ask.log"; return 1; }; }

example lab
expect "lab: a machine gets an address" asks client 02:00:00:00:00:01 0
expect "lab: and pxelinux.0 of this server" told 'ACK .* file pxelinux\.0 server 192\.168\.1\.1$'
expect "lab: the reserved machine gets its own" asks client 9e:42:87:f7:29:92 0
expect "lab: 192.168.1.10, for ever" told 'ACK 192\.168\.1\.10 '
server_stop

example school
expect "school: a BIOS" asks client 02:00:00:00:00:01 0
expect "school: loads PXELINUX" told 'ACK .* file pxelinux\.0 '
expect "school: UEFI" asks client 02:00:00:00:00:02 7
expect "school: loads shim" told 'ACK .* file shimx64\.efi '
expect "school: the teacher's machine" asks client 52:54:00:0a:0b:0c 7
expect "school: gets its address" told 'ACK 192\.168\.1\.10 '
expect_not "school: and nothing to boot" told 'ACK .* file [^ ]+ server'
expect "school: a Raspberry Pi" asks client dc:a6:32:00:00:01 0
expect "school: gets the menu that it looks for, and no PXELINUX" told 'ACK .* file  server 192\.168\.1\.1 menu Raspberry Pi Boot$'
on client ip addr add 192.168.1.20/24 dev eth0
expect "school: the files of all Pis, which it asks for by its serial number" loads 0123abcd/start4.elf 'of all'
expect "school: its own go before them" loads 0123abcd/config.txt 'its own'
on client ip addr flush dev eth0
server_stop

example datacentre
# A rack's switch: a router with a relay agent, and a machine of the inventory behind it.
rack_begin
lab_namespace far
on relay ip link add to-far type veth peer name eth0 netns "pxed-$$-far"
on relay ip link set to-far master rack0 up
on far ip link set eth0 up
expect "datacentre: a machine of the inventory, behind a relay" asks far 52:54:00:00:00:17 7
expect "datacentre: gets its address and iPXE" told 'ACK 10\.1\.1\.17 .* file snponly\.efi server 192\.168\.1\.1$'
expect_not "datacentre: a machine that nobody knows gets no answer" asks far 02:00:00:00:00:01 7
echo '02:00:00:00:00:01' >> "$lab_dir/etc/hosts/rack1"
expect "datacentre: until it is in the inventory" eventually 10 asks far 02:00:00:00:00:01 7
expect_not "datacentre: it is not tagged for installation" told 'ACK .* file [^ ]+ server'
server_stop

example home-proxy
ip netns del "pxed-$$-relay"
lab_host other
other_server_prepare
other_server_start
expect "home-proxy: a BIOS beside the router's DHCP server" on client timeout 30 "$dorabot" pxe eth0 0
expect "home-proxy: UEFI" on client timeout 30 "$dorabot" pxe eth0 7
server_stop

example https-boot
expect "https-boot: firmware that loads by HTTP" asks client 02:00:00:00:00:01 16 --http
expect "https-boot: gets the URL" told 'ACK .* file https://boot\.example/installer\.iso '
serves_https() { on server curl -sk --max-time 5 -o /dev/null https://192.168.1.1/; }
expect "https-boot: HTTPS is spoken with that certificate" eventually 5 serves_https
server_stop
