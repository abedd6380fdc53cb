# shellcheck shell=bash disable=SC2154  # lib.sh sets lab_dir, e2e_dir and spawned
# Virtual machines with real firmware on the laboratory's bridge, and what they boot. Sourced after lib.sh.
# No KVM: continuous integration has none, and a boot under TCG takes half a minute.

boot_marker='PXED-E2E: userspace reached'

vm_at=server vm_bridge=br0 # where the machine is plugged in
vm_trusts=                 # a file of authority_list: whose certificates UEFI accepts

# authority_list CERTIFICATE: one in PEM as UEFI keeps it, an EFI_SIGNATURE_LIST (UEFI 2.10 32.4.1).
authority_list() {
  python3 - "$1" <<'END'
import ssl, struct, sys, uuid
with open(sys.argv[1], encoding="ascii") as file:
    certificate = ssl.PEM_cert_to_DER_cert(file.read())
x509 = uuid.UUID("a5c059a1-94e4-4aa7-87b5-ab155c2bf072").bytes_le
signature = bytes(16) + certificate  # whose entry it is: nobody's
sys.stdout.buffer.write(x509 + struct.pack("<III", 28 + len(signature), 0, len(signature)) + signature)
END
}

# rack_begin: a rack of etc/examples/datacentre.conf in the namespace `relay`. Behind its relay agent is a bridge of its own,
# rack0 = 10.1.1.1/24.
rack_begin() {
  need dhcrelay
  lab_host relay
  on relay ip addr add 192.168.1.2/24 dev eth0
  on relay ip link add rack0 type bridge forward_delay 0
  on relay ip addr add 10.1.1.1/24 dev rack0
  on relay ip link set rack0 up
  on relay sh -c 'echo 1 > /proc/sys/net/ipv4/ip_forward'
  on server ip route add 10.1.0.0/16 via 192.168.1.2
  spawn relay "$lab_dir/dhcrelay.log" dhcrelay -4 -d --no-pid -a -iu eth0 -id rack0 192.168.1.1
  eventually 10 grep -q 'Sending on' "$lab_dir/dhcrelay.log" || fail "dhcrelay does not start"
}

# vm_start bios|uefi|uefi_http|aarch64 MAC: QEMU on the bridge; what it says on its serial line is in $lab_dir/serial.log.
vm_start() {
  local firmware=$1 mac=$2 emulator=qemu-system-x86_64 machine=()
  local card="virtio-net-pci,netdev=wire,mac=$mac,bootindex=0"
  case $firmware in
    # graphics=off: SeaBIOS, iPXE and PXELINUX then speak on the serial line too. The card's ROM is iPXE.
    bios) machine=(-machine "pc,graphics=off" -cpu max -device "$card") ;;
    # romfile= takes iPXE's driver away: it is EDK2's own PXE client that has to like our answers.
    uefi | uefi_http) machine=(-machine q35 -cpu max -device "$card,romfile=" -device virtio-rng-pci) ;;
    # A processor without pointer authentication: TCG would spend its time on that.
    aarch64)
      emulator=qemu-system-aarch64
      machine=(-machine virt -cpu cortex-a57 -device "$card,romfile=" -device virtio-rng-pci)
      ;;
    *) fail "vm_start: there is no firmware $firmware" ;;
  esac
  case $firmware in
    uefi*) vm_flash /usr/share/OVMF/OVMF_CODE_4M.fd /usr/share/OVMF/OVMF_VARS_4M.fd ;;
    aarch64) vm_flash /usr/share/AAVMF/AAVMF_CODE.fd /usr/share/AAVMF/AAVMF_VARS.fd ;;
  esac
  # EDK2 tries PXE first; without PXE it goes on to HTTP Boot.
  [ "$firmware" != uefi_http ] ||
    machine+=(-fw_cfg "name=opt/org.tianocore/IPv4PXESupport,string=n" -fw_cfg "name=opt/org.tianocore/IPv6PXESupport,string=n")
  [ -z "$vm_trusts" ] || machine+=(-fw_cfg "name=etc/edk2/https/cacerts,file=$vm_trusts")
  need "$emulator"
  # Made before QEMU runs: a TAP must stand on the bridge when the firmware sends its first packet.
  on "$vm_at" ip tuntap add dev vm0 mode tap
  on "$vm_at" ip link set vm0 master "$vm_bridge" up
  : > "$lab_dir/serial.log"
  spawn "$vm_at" "$lab_dir/qemu.log" "$emulator" -accel tcg -m 512 -nodefaults -display none -no-reboot \
    -serial "file:$lab_dir/serial.log" -netdev tap,id=wire,ifname=vm0,script=no,downscript=no "${machine[@]}"
  vm_pid=$spawned
}

# vm_flash CODE VARIABLES: UEFI in flash, as vm_start's $machine wants it. It writes its variables into a copy.
vm_flash() {
  [ -r "$1" ] || skip "$1 is not installed (tests/packages names its package)"
  cp --sparse=always "$2" "$lab_dir/variables.fd"
  machine+=(-drive "if=pflash,format=raw,readonly=on,file=$1" -drive "if=pflash,format=raw,file=$lab_dir/variables.fd")
}

vm_said() { grep -aq -- "$1" "$lab_dir/serial.log"; } # vm_said PATTERN

# What firmware, loaders and kernels say when they have nothing left to try: no deadline need be waited for then.
vm_gave_up='No bootable device|UEFI Interactive Shell|grub> |Kernel panic'

vm_ended() { vm_said "$1" || grep -aqE "$vm_gave_up" "$lab_dir/serial.log" || ! kill -0 "$vm_pid" 2> /dev/null; }

# vm_wait SECONDS [PATTERN]: until Linux's user space has spoken, or whoever says PATTERN on the serial line; false when the
# machine gave up or the deadline passed.
vm_wait() {
  eventually "$1" vm_ended "${2:-$boot_marker}" || return 1
  vm_said "${2:-$boot_marker}"
}

vm_address() { tr -d '\r' < "$lab_dir/serial.log" | sed -n "s/.*$boot_marker, address //p" | tail -n 1; }

# boot_tree: a directory with everything that firmware boots, made of Debian's packages, in $tree.
boot_tree() {
  tree=${PXED_BOOT_TREE:-$lab_dir/tree}
  "$e2e_dir/make_boot_tree" "$tree" || fail "the boot tree could not be made"
}
