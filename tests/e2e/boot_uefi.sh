#!/usr/bin/env bash
# A UEFI machine beside BIOS machines in one configuration: OVMF with EDK2's own PXE client, GRUB, Debian's kernel, user
# space. Option 93 chooses the boot program.
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/vm.sh"
lab_begin boot-uefi
boot_tree
mac=52:54:00:ef:1e:02
configure <<END
interface=br0
dhcp-range=192.168.1.50,192.168.1.150,8h
dhcp-match=set:efi64,option:client-arch,7
dhcp-boot=pxelinux.0
dhcp-boot=tag:efi64,grubx64.efi
enable-tftp
tftp-root=$tree
END

step "OVMF boots from $SERVER"
server_start
capture_start
vm_start uefi "$mac"
expect "Linux's user space is reached" vm_wait "${VM_DEADLINE:-180}"
capture_stop
wire_story "$lab_dir/wire.pcap"
expect "the wire shows EDK2, GRUB, then Linux" wire_shows \
  "^DISCOVER $mac" '^OFFER 192\.168\.1\.' "^REQUEST $mac" '^ACK 192\.168\.1\.' \
  '^RRQ grubx64\.efi octet' '^RRQ /?grub/grub\.cfg' '^RRQ /?linux' '^RRQ /?initrd\.gz' \
  "^DISCOVER $mac" '^ACK 192\.168\.1\.'
expect_not "no BIOS program was asked for" wire_mentions '^RRQ .*pxelinux'
expect "the log says what was sent" logged 'sent .*grubx64\.efi to 192\.168\.1\.'
expect "Linux has an address of the pool" test -n "$(vm_address)"
server_stop
