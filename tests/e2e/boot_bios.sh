#!/usr/bin/env bash
# The laboratory of the tutorial (one bridge, six lines of dnsmasq's), with a real BIOS machine: SeaBIOS, iPXE's ROM,
# pxelinux.0, Debian's kernel, user space. The capture must show the order that the tutorial shows.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/vm.sh"
lab_begin boot-bios
boot_tree
mac=52:54:00:b1:05:01
configure <<END
interface=br0

dhcp-range=192.168.1.50,192.168.1.150,8h
dhcp-host=9e:42:87:f7:29:92,192.168.1.1,pc,infinite

dhcp-boot=pxelinux.0
enable-tftp
tftp-root=$tree
END

step "SeaBIOS boots from $SERVER"
server_start
capture_start
vm_start bios "$mac"
expect "Linux's user space is reached" vm_wait "${VM_DEADLINE:-150}"
capture_stop
wire_story "$lab_dir/wire.pcap"
expect "the wire shows the tutorial's order" wire_shows \
  "^DISCOVER $mac" '^OFFER 192\.168\.1\.' "^REQUEST $mac" '^ACK 192\.168\.1\.' \
  '^RRQ pxelinux\.0 octet' '^RRQ ldlinux\.c32 ' '^RRQ pxelinux\.cfg/default ' '^RRQ linux ' '^RRQ initrd\.gz ' \
  "^DISCOVER $mac" '^ACK 192\.168\.1\.'
expect "the log says what was sent" logged 'sent .*pxelinux\.0 to 192\.168\.1\.'
expect "iPXE and Linux had the same address, the one in the lease file" eventually 3 has_lease "$mac" "$(vm_address)"
server_stop
