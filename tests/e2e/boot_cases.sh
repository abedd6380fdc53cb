# shellcheck shell=bash disable=SC2034,SC2154,SC2317  # boot.sh reads what the cases set, and has what they use
# The machines that must boot, one function each; boot.sh says what a case may set. Sourced by boot.sh.

pxelinux=(pxelinux.0 ldlinux.c32 pxelinux.cfg linux initrd.gz)
grub=(grubx64.efi grub linux initrd.gz)
ipxe_script=(boot.ipxe linux initrd.gz)

# The laboratory of the tutorial: six lines of dnsmasq's; the capture shows the order that the tutorial shows.
case_bios_full() {
  firmware=bios
  serves "${pxelinux[@]}"
  lines <<< 'dhcp-boot=pxelinux.0'
  shows=('^DISCOVER' '^OFFER 192' '^REQUEST' '^ACK 192' '^RRQ pxelinux\.0 octet' '^RRQ ldlinux\.c32 '
    '^RRQ pxelinux\.cfg/default ' '^RRQ linux ' '^RRQ initrd\.gz ' '^DISCOVER')
  after() { expect "the log says what was sent" logged 'sent .*pxelinux\.0 to 192\.168\.1\.'; }
}

case_bios_proxy_menu() {
  firmware=bios mode=proxy
  serves "${pxelinux[@]}"
  lines <<< 'pxe-service=x86PC,"Install",pxelinux'
  shows=('^RRQ pxelinux\.0 octet' '^RRQ linux ')
}

# dnsmasq is silent here: it wants a pxe-service line before it is a proxy.
case_bios_proxy_boot() {
  firmware=bios mode=proxy dnsmasq=fails
  serves "${pxelinux[@]}"
  lines <<< 'dhcp-boot=pxelinux.0'
  shows=('^RRQ pxelinux\.0 octet' '^RRQ linux ')
}

# UEFI beside BIOS in one configuration: option 93 chooses.
case_uefi_full() {
  firmware=uefi
  serves "${pxelinux[@]}" "${grub[@]}"
  lines <<END
dhcp-match=set:efi64,option:client-arch,7
dhcp-boot=pxelinux.0
dhcp-boot=tag:efi64,grubx64.efi
END
  shows=('^DISCOVER' '^ACK 192' '^RRQ grubx64\.efi octet' '^RRQ /?grub/grub\.cfg' '^RRQ /?linux' '^RRQ /?initrd\.gz' '^DISCOVER')
  never='^RRQ .*pxelinux'
}

# iPXE rather than GRUB in proxy mode: GRUB 2.06 loses the proxy's offer and asks the DHCP server for its files.
case_uefi_proxy_service() {
  firmware=uefi mode=proxy
  serves snponly.efi "${ipxe_script[@]}"
  lines <<END
dhcp-match=set:loaded,175
pxe-service=tag:!loaded,x86-64_EFI,"Install",snponly.efi
pxe-service=tag:loaded,x86-64_EFI,"Install",boot.ipxe
END
  shows=('^4011 asked' '^4011 answered' '^RRQ snponly\.efi octet' '^RRQ boot\.ipxe ' '^RRQ linux ' '^RRQ initrd\.gz ')
}

case_uefi_proxy_boot() {
  firmware=uefi mode=proxy dnsmasq=fails
  serves snponly.efi "${ipxe_script[@]}"
  lines <<END
dhcp-match=set:loaded,175
dhcp-boot=tag:!loaded,snponly.efi
dhcp-boot=tag:loaded,boot.ipxe
END
  shows=('^4011 asked' '^4011 answered' '^RRQ snponly\.efi octet' '^RRQ boot\.ipxe ' '^RRQ linux ' '^RRQ initrd\.gz ')
}

case_shim_root() {
  firmware=uefi
  serves shimx64.efi "${grub[@]}"
  lines <<< 'dhcp-boot=shimx64.efi'
  shows=('^RRQ shimx64\.efi octet' '^RRQ /?grubx64\.efi octet' '^RRQ /?grub/grub\.cfg' '^RRQ /?linux')
}

# shim looks for GRUB beside itself only when the header's `file` says where that is; dnsmasq leaves it empty.
case_shim_directory() {
  firmware=uefi dnsmasq=fails
  serves shimx64.efi "${grub[@]}"
  mkdir "$lab_dir/tftp/efi"
  mv "$lab_dir"/tftp/{shim,grub}x64.efi "$lab_dir/tftp/efi/"
  lines <<< 'dhcp-boot=efi/shimx64.efi'
  shows=('^RRQ efi/shimx64\.efi octet' '^RRQ /?efi/+grubx64\.efi octet' '^RRQ /?grub/grub\.cfg' '^RRQ /?linux')
}

# Debian's netboot tree as its package has it: shim and GRUB in a subdirectory.
case_aarch64_full() {
  firmware=aarch64 dnsmasq=fails
  serves debian-installer/arm64
  lines <<< 'dhcp-boot=debian-installer/arm64/bootnetaa64.efi'
  shows=('^RRQ debian-installer/arm64/bootnetaa64\.efi octet' '^RRQ /?debian-installer/arm64/+grubaa64\.efi octet'
    '^RRQ /debian-installer/arm64/grub/grub\.cfg' '^RRQ /debian-installer/arm64/linux')
}
