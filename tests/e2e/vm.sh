# shellcheck shell=bash disable=SC2154  # lib.sh sets lab_dir, e2e_dir and spawned
# Virtual machines with real firmware on the laboratory's bridge, and what they boot. Sourced after lib.sh.
# No KVM: continuous integration has none, and a boot under TCG takes half a minute.

boot_marker='PXED-E2E: userspace reached'

# vm_start bios|uefi MAC: QEMU on br0; what it says on its serial line is in $lab_dir/serial.log.
vm_start() {
  local firmware=$1 mac=$2 machine
  need qemu-system-x86_64
  # Made before QEMU runs: a TAP must stand on the bridge when the firmware sends its first packet.
  on server ip tuntap add dev vm0 mode tap
  on server ip link set vm0 master br0 up
  case $firmware in
    bios)
      # graphics=off: SeaBIOS, iPXE and PXELINUX then speak on the serial line too.
      machine=(-machine "pc,graphics=off" -device "virtio-net-pci,netdev=wire,mac=$mac,bootindex=0")
      ;;
    uefi)
      local code=/usr/share/OVMF/OVMF_CODE_4M.fd variables=/usr/share/OVMF/OVMF_VARS_4M.fd
      [ -r "$code" ] || skip "ovmf is not installed"
      cp "$variables" "$lab_dir/variables.fd"
      # romfile= takes iPXE's driver away: it is EDK2's own PXE client that has to like our answers.
      machine=(-machine q35 -device "virtio-net-pci,netdev=wire,mac=$mac,bootindex=0,romfile="
        -device virtio-rng-pci
        -drive "if=pflash,format=raw,readonly=on,file=$code" -drive "if=pflash,format=raw,file=$lab_dir/variables.fd")
      ;;
    *) fail "vm_start: $firmware is neither bios nor uefi" ;;
  esac
  : > "$lab_dir/serial.log"
  spawn server "$lab_dir/qemu.log" qemu-system-x86_64 -accel tcg -cpu max -m 512 -nodefaults -display none -no-reboot \
    -serial "file:$lab_dir/serial.log" -netdev tap,id=wire,ifname=vm0,script=no,downscript=no "${machine[@]}"
  vm_pid=$spawned
}

vm_reached_linux() { grep -aq "$boot_marker" "$lab_dir/serial.log"; }

vm_ended() { vm_reached_linux || ! kill -0 "$vm_pid" 2> /dev/null; }

# vm_wait SECONDS: until Linux's user space has spoken; false when the machine gave up or the deadline passed.
vm_wait() {
  eventually "$1" vm_ended || return 1
  vm_reached_linux
}

vm_address() { tr -d '\r' < "$lab_dir/serial.log" | sed -n "s/.*$boot_marker, address //p" | tail -n 1; }

# boot_tree: a directory with everything that both firmwares boot, made of Debian's packages, in $tree.
boot_tree() {
  tree=${PXED_BOOT_TREE:-$lab_dir/tree}
  "$e2e_dir/make_boot_tree" "$tree" || fail "the boot tree could not be made"
}
