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

# UEFI HTTP Boot with dnsmasq's three lines. iPXE, because GRUB 2.06 does not find the way back to a server that it was
# loaded from over HTTP: it stops at its prompt.
case_http_full() {
  firmware=uefi_http
  serves snponly.efi "${ipxe_script[@]}"
  lines <<END
enable-http
dhcp-match=set:loaded,175
dhcp-vendorclass=set:http,HTTPClient
dhcp-option-force=tag:http,60,HTTPClient
dhcp-boot=tag:http,http://192.168.1.1/snponly.efi
dhcp-boot=tag:loaded,http://192.168.1.1/boot.ipxe
END
  shows=('^DISCOVER' '^ACK 192' '^HEAD /snponly\.efi' '^GET /snponly\.efi' '^ACK 192' '^GET /boot\.ipxe' '^GET /linux'
    '^GET /initrd\.gz')
  never='^RRQ'
}

# The idiom of a proxy: dhcp-pxe-vendor says whom else to answer, a pxe-service makes dnsmasq a proxy at all.
case_http_proxy() {
  firmware=uefi_http mode=proxy
  serves snponly.efi "${ipxe_script[@]}"
  lines <<END
enable-http
dhcp-match=set:loaded,175
dhcp-vendorclass=set:http,HTTPClient
dhcp-pxe-vendor=PXEClient,HTTPClient
pxe-service=x86PC,"unused",pxelinux
dhcp-boot=tag:http,http://192.168.1.1/snponly.efi
dhcp-boot=tag:loaded,http://192.168.1.1/boot.ipxe
END
  shows=('^DISCOVER' '^ACK 192' '^HEAD /snponly\.efi' '^GET /snponly\.efi' '^ACK 192' '^GET /boot\.ipxe' '^GET /linux'
    '^GET /initrd\.gz')
  never='^RRQ'
}

# A ROM that is iPXE itself, with the usual line for it: no boot program is needed.
case_ipxe_rom() {
  firmware=bios
  serves undionly.kpxe "${ipxe_script[@]}"
  lines <<END
enable-http
dhcp-userclass=set:loaded,iPXE
dhcp-boot=tag:!loaded,undionly.kpxe
dhcp-boot=tag:loaded,http://192.168.1.1/boot.ipxe
END
  shows=('^ACK 192' '^GET /boot\.ipxe' '^GET /linux' '^GET /initrd\.gz')
  never='^RRQ'
}

# Seed 004's way: iPXE by TFTP, everything behind it over HTTP.
case_ipxe_uefi() {
  firmware=uefi
  serves snponly.efi "${ipxe_script[@]}"
  lines <<END
enable-http
dhcp-userclass=set:loaded,iPXE
dhcp-boot=tag:!loaded,snponly.efi
dhcp-boot=tag:loaded,http://192.168.1.1/boot.ipxe
END
  shows=('^RRQ snponly\.efi' '^ACK 192' '^GET /boot\.ipxe' '^GET /linux' '^GET /initrd\.gz')
}

# A disk image that iPXE reads in pieces, as the machine's CD: HEAD, then ranges.
case_sanboot() {
  firmware=bios
  small_iso "$lab_dir/tftp/small.iso"
  printf '#!ipxe\nsanboot http://192.168.1.1/small.iso\n' > "$lab_dir/tftp/san.ipxe"
  lines <<END
enable-http
dhcp-boot=http://192.168.1.1/san.ipxe
END
  shows=('^GET /san\.ipxe' '^HEAD /small\.iso' '^GET /small\.iso')
}

# Seed 000 from end to end: firmware, TFTP, a menu, the kernel, and then what the booted system fetches over HTTP.
case_install() {
  firmware=bios
  serves "${pxelinux[@]}" menu.c32 libutil.c32
  head -c 300M /dev/urandom > "$lab_dir/tftp/system.img"
  echo "d-i passwd/username string pxed" > "$lab_dir/tftp/preseed.cfg"
  cat > "$lab_dir/tftp/pxelinux.cfg/default" <<END
serial 0 115200
ui menu.c32
menu title What to install
timeout 10
default system
label system
  menu label The system
  kernel linux
  initrd initrd.gz
  append console=ttyS0 no_timer_check quiet preseed=http://192.168.1.1/preseed.cfg image=http://192.168.1.1/system.img sha256=$(sum_of system.img)
label local
  menu label The disk
  localboot 0
END
  lines <<END
enable-http
dhcp-boot=pxelinux.0
END
  shows=('^RRQ pxelinux\.0' '^RRQ pxelinux\.cfg/default' '^RRQ menu\.c32' '^RRQ linux' '^RRQ initrd\.gz' '^GET /preseed\.cfg'
    '^GET /system\.img')
  after() {
    expect "the preseed arrived" vm_said 'preseed: d-i passwd/username string pxed'
    expect "300 MB arrived unharmed" vm_said 'the image is whole'
  }
}

# One line, and a script in the tree. The ROM is iPXE already: it needs no program and gets the script.
case_ipxe_bios() {
  firmware=bios dnsmasq=fails
  serves undionly.kpxe "${ipxe_script[@]}"
  lines <<END
enable-http
dhcp-boot=undionly.kpxe
END
  shows=('^ACK 192' '^GET /boot\.ipxe' '^GET /linux' '^GET /initrd\.gz')
  never='^RRQ'
}

# The same without a script: dnsmasq gives the same program for ever. Here the ROM gets nothing, the machine ends, and the
# log says why.
case_ipxe_alone() {
  firmware=bios dnsmasq=fails goal='No bootable device' deadline=90
  serves undionly.kpxe
  lines <<< 'dhcp-boot=undionly.kpxe'
  shows=('^DISCOVER' '^ACK 192')
  never='^RRQ'
  after() { expect "the log says why it ends" logged 'iPXE would load itself again'; }
}

# Firmware that is not iPXE has to load it; then it is the same, and the firmware goes on to what it would try next.
case_ipxe_alone_uefi() {
  firmware=uefi dnsmasq=fails goal='Start PXE over IPv6' deadline=90
  serves snponly.efi
  lines <<< 'dhcp-boot=snponly.efi'
  shows=('^ACK 192' '^RRQ snponly\.efi' '^DISCOVER' '^ACK 192')
  after() {
    expect "the program was fetched once" fetched_once snponly.efi
    expect "the log says why it ends" logged 'iPXE would load itself again'
  }
}

# A ROM's iPXE that is to load a newer one: a line that says so is believed until it has gone round once.
case_ipxe_newer() {
  firmware=bios dnsmasq=fails
  serves undionly.kpxe "${ipxe_script[@]}"
  lines <<END
enable-http
dhcp-boot=tag:ipxe,undionly.kpxe
END
  shows=('^ACK 192' '^RRQ undionly\.kpxe' '^DISCOVER' '^ACK 192' '^GET /boot\.ipxe' '^GET /linux' '^GET /initrd\.gz')
  after() { expect "the program was fetched once" fetched_once undionly.kpxe; }
}

# No boot line at all: what is in the tree is recognised, and each machine gets what it can start.
zero_tree=("${pxelinux[@]}" grubx64.efi grub shimx64.efi)

case_zero_bios() {
  firmware=bios dnsmasq=fails
  serves "${zero_tree[@]}"
  shows=('^ACK 192' '^RRQ pxelinux\.0' '^RRQ linux ' '^RRQ initrd\.gz ')
}

case_zero_uefi() {
  firmware=uefi dnsmasq=fails
  serves "${zero_tree[@]}"
  shows=('^ACK 192' '^RRQ shimx64\.efi' '^RRQ /?grubx64\.efi' '^RRQ /?linux' '^RRQ /?initrd\.gz')
}

# A proxy prefers iPXE to GRUB, which would ask the other server for its files.
case_zero_uefi_proxy() {
  firmware=uefi mode=proxy dnsmasq=fails
  serves "${zero_tree[@]}" snponly.efi boot.ipxe
  shows=('^4011 asked' '^RRQ snponly\.efi' '^RRQ boot\.ipxe' '^RRQ linux' '^RRQ initrd\.gz')
}

case_zero_http() {
  firmware=uefi_http dnsmasq=fails
  serves snponly.efi "${ipxe_script[@]}"
  lines <<< 'enable-http'
  shows=('^ACK 192' '^HEAD /snponly\.efi' '^GET /snponly\.efi' '^(GET /|RRQ )boot\.ipxe' '^(GET /|RRQ )linux' '^(GET /|RRQ )initrd\.gz')
}

# boot-linux: a kernel and its command line in the configuration, no script anywhere.
case_linux_bios() {
  firmware=bios dnsmasq=fails
  serves linux initrd.gz
  lines <<END
enable-http
boot-linux=linux,initrd.gz,console=ttyS0 no_timer_check quiet
END
  shows=('^ACK 192' '^GET .*ipxe' '^GET /linux' '^GET /initrd\.gz')
}

case_linux_uefi() {
  firmware=uefi dnsmasq=fails
  serves snponly.efi linux initrd.gz
  lines <<END
enable-http
dhcp-boot=snponly.efi
boot-linux=linux,initrd.gz,console=ttyS0 no_timer_check quiet
END
  shows=('^RRQ snponly\.efi' '^ACK 192' '^GET .*ipxe' '^GET /linux' '^GET /initrd\.gz')
}

# PXELINUX looks for its menu and finds one that starts this.
case_linux_pxelinux() {
  firmware=bios dnsmasq=fails
  serves pxelinux.0 ldlinux.c32 linux initrd.gz
  lines <<END
dhcp-boot=pxelinux.0
boot-linux=linux,initrd.gz,console=ttyS0 no_timer_check quiet
END
  shows=('^RRQ pxelinux\.0 octet' '^RRQ ldlinux\.c32 ' '^RRQ pxelinux\.cfg/default ' '^RRQ /?linux ' '^RRQ /?initrd\.gz ')
}

# The examples as they are installed. Where they want debian/linux the tree has the tests' own kernel.
serves_debian() {
  serves linux initrd.gz
  mkdir "$lab_dir/tftp/debian"
  mv "$lab_dir"/tftp/{linux,initrd.gz} "$lab_dir/tftp/debian/"
}

case_example_school() {
  firmware=uefi dnsmasq=fails example=school
  serves pxelinux.0 ldlinux.c32 shimx64.efi grubx64.efi
  serves_debian
  shows=('^ACK 192' '^RRQ shimx64\.efi' '^RRQ /?grubx64\.efi' '^RRQ /?debian/linux' '^RRQ /?debian/initrd\.gz')
}

case_example_home_proxy() {
  firmware=bios mode=proxy dnsmasq=fails example=home-proxy
  serves undionly.kpxe snponly.efi
  serves_debian
  # The machine's ROM is iPXE, which is never told to load iPXE.
  shows=('^GET /boot\.ipxe' '^GET /debian/linux' '^GET /debian/initrd\.gz')
}

case_example_lab() {
  firmware=bios example=lab
  serves "${pxelinux[@]}"
  shows=('^ACK 192' '^RRQ pxelinux\.0 octet' '^RRQ pxelinux\.cfg/default ' '^RRQ linux ' '^RRQ initrd\.gz ')
}

# A machine of the inventory, in a rack whose switch relays.
case_example_datacentre() {
  firmware=uefi dnsmasq=fails example=datacentre
  serves undionly.kpxe snponly.efi
  serves_debian
  rack_begin
  vm_at=relay vm_bridge=rack0
  mkdir -p "$lab_dir/etc/hosts"
  echo "$mac,set:install,node17,10.1.1.17" > "$lab_dir/etc/hosts/rack1"
  shows=('^ACK 10\.1\.1\.17 ' '^RRQ snponly\.efi' '^ACK 10\.1\.1\.17 ' '^GET /boot\.ipxe' '^GET /debian/linux' '^GET /debian/initrd\.gz')
  after() { expect "it is the machine of the inventory" [ "$(vm_address)" = 10.1.1.17 ]; }
}

# A whole disk image by TLS. The firmware trusts this certificate alone, and only for the name that a name server has for us;
# it knows RSA and no elliptic curves.
case_example_https() {
  firmware=uefi_http dnsmasq=fails example=https-boot
  need openssl python3 dnsmasq
  mkdir -p "$lab_dir/etc/tls" "$lab_dir/http"
  openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=boot.example -addext subjectAltName=DNS:boot.example \
    -keyout "$lab_dir/etc/tls/key.pem" -out "$lab_dir/etc/tls/cert.pem" 2> /dev/null
  authority_list "$lab_dir/etc/tls/cert.pem" > "$lab_dir/authorities"
  vm_trusts=$lab_dir/authorities
  uefi_iso "$lab_dir/http/installer.iso"
  lab_host names
  on names ip addr add 192.168.1.254/24 dev eth0
  spawn names "$lab_dir/names.log" dnsmasq -d -C /dev/null --no-resolv --no-hosts --address=/boot.example/192.168.1.1
  shows=('^ACK 192' '^DISCOVER' '^ACK 192')
  never='^(RRQ|GET|HEAD)'
  after() { expect "the image was sent" logged 'sent installer\.iso to 192\.168\.1\.'; }
}
