#!/usr/bin/env bash
# The real journald: what it keeps of a boot, how its catalog explains it, and that pxed answers while nobody writes the
# journal. And the metrics, read through the hardened unit. tests/e2e/journal.sh and metrics.sh go into the details.
. "$(dirname "$0")/lib.sh"
system_begin journal
need python3
dorabot=$e2e_dir/../support/dorabot
machine_boot
install_pxed
write_file /etc/pxed.conf <<END
interface=br0
dhcp-range=192.168.1.50,192.168.1.250,8h
dhcp-ignore=tag:unwanted
dhcp-host=02:00:00:00:00:66,set:unwanted
no-ping
log-async=200
metrics=/run/pxed/metrics.sock
END
inside systemctl restart pxed

step "fields and the catalog"
ask() { on client timeout 20 "$dorabot" ask eth0 "$@"; }
expect "(a client asks)" ask 02:00:00:00:00:11
kept() { [ -n "$(inside journalctl --unit=pxed --no-pager --output=cat "$@")" ]; }
expect "a message is found by its fields" eventually 5 kept PXED_EVENT=ack PXED_MAC=02:00:00:00:00:11 PXED_INTERFACE=br0
ask 02:00:00:00:00:66 --seconds 1 || true
explained() { inside journalctl --unit=pxed --no-pager --catalog PXED_REASON=ignored_by_tag | grep -q "$1"; }
expect "journalctl -x says what to do" eventually 5 explained 'A dhcp-ignore line matches the tags of this machine'
expect "with the facts of the message in it" explained 'journalctl -u pxed PXED_MAC=02:00:00:00:00:66'

step "metrics"
scrape() { inside curl --silent --show-error --unix-socket /run/pxed/metrics.sock http://localhost/metrics; }
counted() { scrape | grep -Fx -- "$1" > /dev/null; }
expect "they are there through the hardened unit" counted 'pxed_leases 1'
expect "nobody but its account and group may read them" [ "$(inside stat -c '%a %U %G' /run/pxed/metrics.sock)" = '660 pxed pxed' ]

step "a journal that stalls"
p99() { on client "$dorabot" waits eth0 --seconds 4 | sed -n 's/.* p99 \([0-9.]*\) ms.*/\1/p'; }
journald() { inside systemctl show -P MainPID systemd-journald; }
calm=$(p99)
# As in tests/e2e/journal.sh: a busy machine is slow once, a server that waits for its log each time.
unnoticed() {
  stalled=$(p99)
  echo "  DHCP p99: $calm ms, and $stalled ms while journald is stopped" >> "$lab_dir/figures.log"
  python3 -c 'import sys; calm, stalled = map(float, sys.argv[1:]); sys.exit(stalled > 2 * calm + 5)' "$calm" "$stalled"
}
inside kill -STOP "$(journald)"
expect "DHCP does not notice" eventually 15 unnoticed
inside kill -CONT "$(journald)"
cat "$lab_dir/figures.log"
expect "what was lost is counted and said" eventually 5 kept MESSAGE_ID=f064ad5c9dbb42c8a6c1bfcaad57639e
machine_stop
