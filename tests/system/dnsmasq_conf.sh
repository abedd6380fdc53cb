#!/usr/bin/env bash
# A dnsmasq.conf as it stands, copied to /etc/pxed.conf of a machine where dnsmasq served until now: the hardened unit
# starts with it, says in a line each what it does not do and how to permit it, gives every machine the address it had, and a
# machine with real firmware boots.
. "$(dirname "$0")/lib.sh"
system_begin dnsmasq-conf
mac=52:54:00:00:00:21

boot_tree
with_dnsmasq() { # with_dnsmasq ROOT: what dnsmasq leaves behind
  mkdir -p "$1/srv/tftp" "$1/var/lib/misc" "$1/etc/dnsmasq.d"
  cp -r "$tree"/{pxelinux.0,ldlinux.c32,pxelinux.cfg,linux,initrd.gz} "$1/srv/tftp/"
  echo "$(($(date +%s) + 7200)) $mac 192.168.1.77 netboot-test *" > "$1/var/lib/misc/dnsmasq.leases"
  echo 'dhcp-host=52:54:00:00:00:31,192.168.1.31,printer' > "$1/etc/dnsmasq.d/hosts.conf"
  mkdir -p "$1/usr/local/bin"
  cat > "$1/usr/local/bin/on-lease" <<'END2'
#!/bin/sh
echo "$(id -un) $*" >> /var/lib/pxed/script.log
END2
  chmod 755 "$1/usr/local/bin/on-lease"
  cat > "$1/etc/dnsmasq.conf" <<END2
# Configuration file for dnsmasq.
domain-needed
bogus-priv
no-resolv
server=192.168.1.254
user=dnsmasq
interface=br0
bind-interfaces
domain=lab.example
expand-hosts
dhcp-range=192.168.1.50,192.168.1.150,12h
dhcp-option=3,192.168.1.254
dhcp-option=6,192.168.1.254
dhcp-boot=pxelinux.0
enable-tftp
tftp-root=/srv/tftp
pid-file=/var/run/dnsmasq/dnsmasq.pid
dhcp-leasefile=/var/lib/misc/dnsmasq.leases
dhcp-authoritative
dhcp-script=/usr/local/bin/on-lease
conf-dir=/etc/dnsmasq.d/,*.conf
log-facility=/var/log/dnsmasq.log
log-dhcp
END2
}
machine_prepare=with_dnsmasq
machine_boot
install_pxed

step "the file as it is"
inside cp /etc/dnsmasq.conf /etc/pxed.conf
inside systemctl restart pxed || true
expect "the service starts" service_is active
expect "it serves" eventually 5 status_says '^Serving DHCP, TFTP on br0; 1 lease'
warns() { # warns LINE PATTERN: one warning with that line of the file
  [ "$(inside journalctl --unit=pxed --no-pager --output=cat --priority=warning | grep -Ec -- "/etc/pxed\.conf:$1: .*$2")" = 1 ]
}
number() { inside grep -n "^$1" /etc/pxed.conf | cut -d: -f 1; }
expect "the process id file: one line and the drop-in" warns "$(number pid-file)" 'pid-file .*RuntimeDirectory=dnsmasq'
expect "the lease file: one line and where it could be" warns "$(number dhcp-leasefile)" 'name a file in /var/lib/pxed'
expect "the log file: one line and the drop-in" warns "$(number log-facility)" 'LogsDirectory=pxed'
expect "the log is in the journal meanwhile" eventually 5 journal_says 'DHCP, IP range 192\.168\.1\.50'

step "a machine that dnsmasq knew"
vm_start bios "$mac"
expect "reaches Linux's user space" vm_wait 180
expect "with the address that dnsmasq had given it" [ "$(vm_address)" = 192.168.1.77 ]
expect "the status counted it" status_says 'machine booting'

step "dhcp-script and conf-dir in the hardened unit"
heard() { inside grep -qx -- "$1" /var/lib/pxed/script.log; }
expect "the script is told of the lease it began with, and runs as the account" eventually 5 heard "pxed old $mac 192.168.1.77 netboot-test"
expect "the files of conf-dir are read" journal_says 'read /etc/dnsmasq\.d/hosts\.conf'

step "what the machine's journal says of it"
fields() { inside journalctl --unit=pxed --no-pager --output=json "PXED_MAC=$mac"; }
fields > "$lab_dir/journal.json"
expect "each step is an entry with fields" python3 -c '
import json, sys
entries = [json.loads(line) for line in open(sys.argv[1])]
acks = [entry for entry in entries if entry["PXED_EVENT"] == "ack"]
sent = [entry for entry in entries if entry["PXED_EVENT"] == "tftp_sent" and entry["PXED_FILE"] == "pxelinux.0"]
for entry in acks:
    for name in ("PXED_XID", "PXED_MAC", "PXED_CLIENT_IP", "PXED_INTERFACE", "PXED_ARCH", "PXED_BOOT_ID"):
        if name not in entry: sys.exit(f"{name} is missing in {entry}")
for entry in sent:
    for name in ("PXED_BYTES", "PXED_DURATION_MS", "PXED_CLIENT_IP", "PXED_BOOT_ID"):
        if name not in entry: sys.exit(f"{name} is missing in {entry}")
sys.exit(not (acks and sent))' "$lab_dir/journal.json"

step "what was named to permit it"
inside sed -i 's,^dhcp-leasefile=.*,dhcp-leasefile=/var/lib/pxed/dnsmasq.leases,' /etc/pxed.conf
inside systemctl restart pxed
leases=/var/lib/pxed/dnsmasq.leases
mirrored() { inside grep -q "$mac 192.168.1.77" "$leases" && [ "$(inside stat -c %U "$leases")" = pxed ]; }
expect "the lease file is kept as dnsmasq kept it" eventually 5 mirrored
machine_stop
