#!/usr/bin/env bash
# ProxyDHCP beside somebody else's DHCP server on one bridge: firmware gets its address there and its boot file here, a plain
# client gets nothing from us.
. "$(dirname "$0")/lib.sh"
lab_begin proxy
need python3 busybox
lab_host client
lab_host other
dorabot=$e2e_dir/../support/dorabot
other_server_prepare
other_server_start
echo "a boot program for UEFI" > "$lab_dir/tftp/bootx64.efi"
echo "a boot program for BIOS" > "$lab_dir/tftp/pxelinux.0"
pxe() { # pxe ARCHITECTURE: firmware's way to its file; the conversation in $lab_dir/pxe.log
  local status=0
  on client "$dorabot" pxe eth0 "$1" > "$lab_dir/pxe.log" 2>&1 || status=$?
  cat "$lab_dir/pxe.log"
  return "$status"
}
told() { grep -Eq -- "$1" "$lab_dir/pxe.log"; }

configure <<END
interface=br0
dhcp-range=192.168.1.0,proxy
pxe-service=x86PC,"Install",pxelinux
pxe-service=x86-64_EFI,"Install",bootx64.efi
enable-tftp
tftp-root=$lab_dir/tftp
END
server_start
expect "port 4011 is open" server_listens 4011

step "UEFI: an offer without a menu, then the boot server"
expect "the machine finds its file" pxe 7
expect "the address is the other server's" told '^address 192\.168\.1\.1(0[0-9]|10) from 192\.168\.1\.2$'
expect "our offer has none" told '^proxy offer from 192\.168\.1\.1, siaddr 192\.168\.1\.1, no menu$'
expect "the boot server answers from port 4011" told '^port 4011: bootx64\.efi on 192\.168\.1\.1$'
expect "the file comes by TFTP" told '^loaded bootx64\.efi, 24 bytes$'
expect "the log has dnsmasq's words" logged 'PXE\(br0\) [0-9a-f:]+ proxy'

step "BIOS: the menu of the offer, its item from the boot server"
expect "the machine finds its file" pxe 0
expect "our offer has a menu" told '^proxy offer from 192\.168\.1\.1, .*menu Install$'
expect "the item's file" told '^port 4011: pxelinux\.0 on 192\.168\.1\.1$'
expect "the file comes by TFTP" told '^loaded pxelinux\.0, 24 bytes$'
expect "the log says what the machine was told" logged 'PXE\(br0\) 192\.168\.1\.1[01][0-9] [0-9a-f:]+ pxelinux\.0'

step "an ordinary client"
expect "it has its address" pxe none
expect "from the other server" told '^address 192\.168\.1\.1[01][0-9] from 192\.168\.1\.2$'
expect_not "and no offer of ours" told 'proxy offer|192\.168\.1\.1$'
server_stop

if [ "$SERVER" = pxed ]; then
  step "dhcp-boot alone, where dnsmasq is silent"
  sed -i 's/^pxe-service=x86PC.*/dhcp-boot=bootx64.efi/; /^pxe-service/d' "$lab_dir/pxed.conf"
  server_start
  expect "UEFI finds its file" pxe 7
  expect "by way of port 4011" told '^port 4011: bootx64\.efi on 192\.168\.1\.1$'
  server_stop
fi
