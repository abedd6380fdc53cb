#!/usr/bin/env bash
# boot.sh CASE: one machine with real firmware is switched on and has to reach Linux's user space; tests/e2e/boot_cases.sh
# has the table. boot.sh --list names the cases.
#   SERVER=dnsmasq tests/e2e/boot.sh bios_full      proves a case right against dnsmasq
#   BOOT_CAPTURE=FILE                               keeps the capture, of everything
. "$(dirname "$0")/lib.sh"
. "$(dirname "$0")/vm.sh"
. "$(dirname "$0")/boot_cases.sh"

# What a case may set, beside calling `serves` and `lines`:
firmware=                # of vm_start
example=                 # a file of etc/examples instead of `lines`: served but for interface, directories and serial line
mode=full                # full: pxed gives addresses; proxy: busybox udhcpd on 192.168.1.2 does
deadline=${VM_DEADLINE:-180} # twice what a busy machine needs
goal=$boot_marker        # a pattern: what the machine says on its serial line when it is where it has to be
shows=()                 # patterns of wire_story, in this order
never=                   # a pattern that no line of wire_story may match
dnsmasq=boots            # fails: dnsmasq cannot boot this machine from these lines
after() { :; }           # more to expect once Linux is there

# tests/bench/boot wants the whole conversation, and tcpdump not to wake for each packet of it: that is a third program on
# two processors, in the middle of what is measured.
if [ -n "${BOOT_CAPTURE:-}" ]; then
  capture_filter='udp or tcp'
  capture_options=(-s 600)
fi

serves() { # serves PATH...: these of the shared boot tree, and nothing else, are in the server's tree
  local path
  for path in "$@"; do
    [ -e "$tree/$path" ] || skip "the boot tree has no $path (tests/packages, group firmware)"
    mkdir -p "$lab_dir/tftp/$(dirname "$path")"
    cp -r --reflink=auto "$tree/$path" "$lab_dir/tftp/$path"
  done
}

lines() { cat > "$lab_dir/lines"; } # the case's own lines of the configuration

sum_of() { sha256sum "$lab_dir/tftp/$1" | cut -d' ' -f 1; }

small_iso() { # small_iso FILE: ISOLINUX with the kernel and our user space, a dozen megabytes
  local isolinux=/usr/lib/ISOLINUX/isolinux.bin disk=$lab_dir/iso
  need xorrisofs
  [ -r "$isolinux" ] || skip "isolinux is not installed"
  mkdir -p "$disk"
  cp "$isolinux" "$tree"/{ldlinux.c32,linux,initrd.gz} "$disk/"
  printf '%s\n' 'serial 0 115200' 'default linux' 'label linux' '  kernel linux' '  initrd initrd.gz' \
    '  append console=ttyS0 no_timer_check quiet' > "$disk/isolinux.cfg"
  xorrisofs -quiet -o "$1" -b isolinux.bin -c boot.cat -no-emul-boot -boot-load-size 4 -boot-info-table "$disk"
}

uefi_iso() { # uefi_iso FILE: the same for UEFI, with GRUB
  local loader=/usr/lib/grub/x86_64-efi-signed/gcdx64.efi.signed disk=$lab_dir/iso
  need xorrisofs mformat mmd mcopy
  [ -r "$loader" ] || skip "grub-efi-amd64-signed is not installed"
  mkdir -p "$disk/boot/grub" "$disk/.disk"
  touch "$disk/.disk/info" # by this GRUB finds its disk
  cp "$tree"/{linux,initrd.gz} "$disk/"
  cp "$tree/grub/grub.cfg" "$disk/boot/grub/"
  truncate -s 8M "$disk/efi.img"
  mformat -i "$disk/efi.img" -h 4 -s 32 -T 16384 ::
  mmd -i "$disk/efi.img" ::EFI ::EFI/BOOT
  mcopy -i "$disk/efi.img" "$loader" ::EFI/BOOT/BOOTX64.EFI
  xorrisofs -quiet -o "$1" -e efi.img -no-emul-boot "$disk"
}

# The other DHCP server of a proxy's network: it knows nothing of booting.
foreign_server() {
  need busybox
  lab_host other
  other_server_prepare
  other_server_start
}

# What dnsmasq does not do: its users put nginx beside it, and so does a comparison with it.
http_server_beside() {
  need nginx
  mkdir "$lab_dir/nginx"
  cat > "$lab_dir/nginx.conf" <<END
user root;
worker_processes 1;
daemon off;
pid $lab_dir/nginx/pid;
error_log $lab_dir/nginx.log;
events {}
http {
  sendfile on;
  access_log off;
  client_body_temp_path $lab_dir/nginx/body; proxy_temp_path $lab_dir/nginx/proxy; fastcgi_temp_path $lab_dir/nginx/fastcgi;
  uwsgi_temp_path $lab_dir/nginx/uwsgi; scgi_temp_path $lab_dir/nginx/scgi;
  types { application/efi efi; }
  server { listen 192.168.1.1:80; root $lab_dir/tftp; }
}
END
  spawn server "$lab_dir/nginx.out" nginx -c "$lab_dir/nginx.conf"
  expect "nginx listens" eventually 10 listens_on 80
}

listens_on() { on server ss -Hltn "sport = :$1" | grep -q .; } # listens_on PORT: somebody, by TCP

# Firmware, loader, kernel and user space are one machine: one address for all of them.
one_address() { [ "$(wire_story "$lab_dir/wire.pcap" | awk '$1 == "ACK" && $2 != "0.0.0.0" { print $2 }' | sort -u)" = "$(vm_address)" ]; }

# Firmware asks for a file twice when the first time was for its size.
fetched_once() { # fetched_once FILE: by TFTP
  local times
  times=$(wire_story "$lab_dir/wire.pcap" | grep -c "^RRQ $1 ")
  [ "$times" = 1 ] || [ "$times" = 2 ]
}

if [ "${1:-}" = --list ]; then
  declare -F | sed -n 's/^declare -f case_//p'
  exit 0
fi
case=${1:?usage: boot.sh CASE or boot.sh --list}
declare -F "case_$case" > /dev/null || fail "there is no case $case (boot.sh --list)"
lab_begin "boot-$case"
boot_tree
mac=52:54:00:$(printf %s "$case" | md5sum | sed 's/\(..\)\(..\)\(..\).*/\1:\2:\3/')
"case_$case"
[ "$SERVER" != dnsmasq ] || [ "$dnsmasq" = boots ] || skip "dnsmasq does not boot $case"

case $mode in
  full) range=192.168.1.50,192.168.1.150,8h ;;
  proxy)
    range=192.168.1.0,proxy
    foreign_server
    ;;
esac
if [ -n "$example" ]; then
  sed -e 's,^interface=.*,interface=br0,' -e "s,/srv/tftp\(boot\)\?,$lab_dir/tftp," -e "s,/srv/http,$lab_dir/http," \
    -e "s,/etc/pxed/,$lab_dir/etc/," -e 's/^boot-linux=.*,[^,]*initrd.gz$/&,/' \
    -e 's/^boot-linux=.*/& console=ttyS0 no_timer_check quiet/' "$e2e_dir/../../etc/examples/$example.conf" | configure
else
  configure <<END
interface=br0
dhcp-range=$range
enable-tftp
tftp-root=$lab_dir/tftp
$(cat "$lab_dir/lines" 2> /dev/null)
END
fi

if [ "$SERVER" = dnsmasq ] && grep -qx enable-http "$lab_dir/pxed.conf"; then
  sed -i '/^enable-http$/d' "$lab_dir/pxed.conf"
  http_server_beside
fi

step "$firmware boots from $SERVER"
server_start
capture_start
began=$SECONDS
vm_start "$firmware" "$mac"
expect "the machine says: $goal" vm_wait "$deadline" "$goal"
echo "  took $((SECONDS - began)) s"
[ -z "${BOOT_CAPTURE:-}" ] || sleep 2 # what was on the wire last is handed over within a second
capture_stop
[ -z "${BOOT_CAPTURE:-}" ] || cp "$lab_dir/wire.pcap" "$BOOT_CAPTURE"
wire_story "$lab_dir/wire.pcap" | uniq -c | sed 's,^ *1 ,,'
expect "the wire shows the way" wire_shows "${shows[@]}"
[ -z "$never" ] || expect_not "nothing else was asked for" wire_mentions "$never"
if [ "$goal" = "$boot_marker" ]; then
  expect "the machine had one address all the time" one_address
  [ "$mode" = proxy ] || expect "the lease file has it" eventually 3 has_lease "$mac" "$(vm_address)"
fi
after
server_stop
