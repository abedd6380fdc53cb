#!/usr/bin/env bash
# What the journal gets: fields, message ids that the catalog explains, and a server that never waits for it. A program of
# ours stands in journald's place, so that it can be stopped.
. "$(dirname "$0")/lib.sh"
own_mounts "$@"
[ "$SERVER" = pxed ] || skip "dnsmasq writes no fields"
lab_begin journal
need python3 journalctl
support=$e2e_dir/../support
catalog=${PXED_CATALOG:-$e2e_dir/../../build/dev/documents/pxed.catalog}
lab_host client 02:00:00:00:00:01

# In this mount namespace only.
mkdir -p /run/systemd/journal
mount -t tmpfs tmpfs /run/systemd/journal
spawn server "$lab_dir/reader.log" "$support/journal_reader" /run/systemd/journal/socket "$lab_dir/journal"
reader=$spawned
eventually 5 grep -q listening "$lab_dir/reader.log" || fail "the reader of the journal does not start"

# said FIELD=PATTERN...: is there a message whose fields match all of these?
said() {
  python3 - "$lab_dir/journal" "$@" <<'END'
import json, re, sys
wanted = [word.split("=", 1) for word in sys.argv[2:]]
with open(sys.argv[1], encoding="utf-8") as file:
    messages = [json.loads(line) for line in file if line.endswith("\n")]
sys.exit(not any(all(re.fullmatch(pattern, message.get(name, "")) for name, pattern in wanted) for message in messages))
END
}
soon() { eventually 5 said "$@"; }

# The log goes where systemd would lead it: JOURNAL_STREAM names standard error.
configure_for_journal() {
  cat > "$lab_dir/pxed.conf"
  printf 'user=root\ndhcp-leasefile=%s\n' "$lab_dir/state/leases" >> "$lab_dir/pxed.conf"
}
: > "$lab_dir/server.log"
JOURNAL_STREAM=$(stat -c %d:%i "$lab_dir/server.log")
export JOURNAL_STREAM

step "fields and ids"
echo program > "$lab_dir/tftp/boot.efi"
configure_for_journal <<END
interface=br0
dhcp-range=192.168.1.50,192.168.1.250,8h
dhcp-boot=boot.efi
dhcp-ignore=tag:unwanted
dhcp-host=02:00:00:00:00:66,set:unwanted
enable-tftp
tftp-root=$lab_dir/tftp
no-ping
log-async=200
END
server_start
expect "the start has an id" soon MESSAGE_ID=d998fae39dfc4c8dacb116e90e1ec680 PXED_EVENT=started PXED_STAGE=daemon 'MESSAGE=started, version.*'
expect "(a client boots)" on client "$support/dorabot" ask eth0 02:00:00:00:00:01
expect "an answer has its facts" soon PXED_EVENT=ack MESSAGE_ID='[0-9a-f]{32}' PXED_STAGE=dhcp PXED_MAC=02:00:00:00:00:01 \
  PXED_CLIENT_IP='192\.168\.1\..*' PXED_INTERFACE=br0 PXED_XID='[0-9]+' PXED_FILE=boot.efi PXED_DURATION_MS='[0-9]+' \
  SYSLOG_IDENTIFIER=pxed-dhcp PRIORITY=6
on client ip addr add 192.168.1.9/24 dev eth0
expect "(it loads its file)" on client busybox tftp -g -l "$lab_dir/got" -r boot.efi 192.168.1.1
expect "a transfer has its bytes" soon PXED_EVENT=tftp_sent PXED_STAGE=tftp PXED_FILE=boot.efi PXED_BYTES=8 \
  PXED_CLIENT_IP=192.168.1.9 SYSLOG_IDENTIFIER=pxed-tftp
on client "$support/dorabot" ask eth0 02:00:00:00:00:66 --seconds 1 || true
expect "a silence has its reason and what to do" soon PXED_EVENT=discover PXED_REASON=ignored_by_tag PXED_ADVICE='.+' \
  PXED_CONF_FILE="$lab_dir/pxed.conf" PXED_CONF_LINE=4 MESSAGE_ID='[0-9a-f]{32}'
echo 'dhcp-rnage=1' >> "$lab_dir/pxed.conf"
kill -HUP "$server_pid"
expect "a refused reload is known by its id" soon MESSAGE_ID=d840caff94fe4009a069cff849cf8c69 PXED_EVENT=reload_refused PRIORITY=3
expect_not "every message has an id" said MESSAGE_ID= SYSLOG_IDENTIFIER='pxed.*'
sed -i '$d' "$lab_dir/pxed.conf"

step "the catalog"
[ -e "$catalog" ] || fail "no $catalog: build the target documents"
root=$lab_dir/root
mkdir -p "$root/usr/lib/systemd/catalog" "$root/var/lib/systemd/catalog"
cp "$catalog" "$root/usr/lib/systemd/catalog/"
expect "systemd takes it" journalctl --root="$root" --update-catalog
ids() { python3 -c '
import json, sys
print("\n".join(sorted({json.loads(line)["MESSAGE_ID"] for line in open(sys.argv[1]) if "MESSAGE_ID" in line})))' "$lab_dir/journal"; }
listed() { journalctl --root="$root" --list-catalog | cut -d' ' -f1 | sort; }
expect "it has as many entries as the file" test "$(listed | wc -l)" = "$(grep -c '^-- [0-9a-f]\{32\}$' "$catalog")"
expect "every id that was seen is explained" test -z "$(comm -23 <(ids) <(listed))"
expect "an entry says what to do" grep -q 'systemctl reload pxed' <(journalctl --root="$root" --dump-catalog d840caff94fe4009a069cff849cf8c69)

step "a journal that stalls"
p99() { on client "$support/dorabot" waits eth0 --seconds 4 | tee -a "$lab_dir/waits.log" | sed -n 's/.* p99 \([0-9.]*\) ms.*/\1/p'; }
calm=$(p99)
# A machine that is busy with other things may be slow once; a server that waits for its log is slow each time.
unnoticed() {
  stalled=$(p99)
  echo "  DHCP p99: $calm ms, and $stalled ms while nobody reads the journal" >> "$lab_dir/figures.log"
  python3 -c 'import sys; calm, stalled = map(float, sys.argv[1:]); sys.exit(stalled > 2 * calm + 5)' "$calm" "$stalled"
}
kill -STOP "$reader"
expect "DHCP does not notice" eventually 15 unnoticed
kill -CONT "$reader"
cat "$lab_dir/figures.log"
# Without this the journal may just have been patient.
expect "lines were lost, and it is said how many" soon MESSAGE_ID=f064ad5c9dbb42c8a6c1bfcaad57639e \
  'MESSAGE=[1-9][0-9]* log lines were lost.*' PXED_EVENT=lines_lost PRIORITY=4
expect "and all is well again" on client "$support/dorabot" ask eth0 02:00:00:00:00:07
expect "as the journal shows" soon PXED_EVENT=ack PXED_MAC=02:00:00:00:00:07
server_stop
expect "the end has an id" soon MESSAGE_ID=3fd67a019bd74db5b391619ef0b5cb08
