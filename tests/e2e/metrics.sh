#!/usr/bin/env bash
# metrics=: what Prometheus reads, from a Unix socket and from a port, as promtool judges it.
. "$(dirname "$0")/lib.sh"
[ "$SERVER" = pxed ] || skip "dnsmasq has no metrics"
lab_begin metrics
need python3 curl busybox promtool
dorabot=$e2e_dir/../support/dorabot
lab_host client 02:00:00:00:00:01
socket=$lab_dir/metrics.sock

configure <<END
interface=br0
dhcp-range=192.168.1.50,192.168.1.59,8h
enable-tftp
enable-http
tftp-root=$lab_dir/tftp
no-ping
metrics=$socket
metrics=127.0.0.1#9571
END
head -c 100000 /dev/zero > "$lab_dir/tftp/kernel"
server_start
# shellcheck disable=SC2120 # `expect_not` hands it another path
scrape() { curl -sS --fail --max-time 5 --unix-socket "$socket" "http://localhost${1:-/metrics}"; }
has() { scrape | grep -Fx -- "$1" > /dev/null; }

step "after a boot"
expect "(a client asks)" on client "$dorabot" ask eth0 02:00:00:00:00:01
on client ip addr add 192.168.1.9/24 dev eth0
expect "(it loads a file by TFTP)" on client busybox tftp -g -l "$lab_dir/got" -r kernel 192.168.1.1
expect "(and by HTTP)" on client curl -sS --fail -o "$lab_dir/got" http://192.168.1.1/kernel
expect "(and what is not there)" test "$(on client curl -sS -o /dev/null -w '%{http_code}' http://192.168.1.1/nothing)" = 404
expect "messages by type" has 'pxed_dhcp_packets_total{type="discover",reason="none"} 1'
expect "the answer too" has 'pxed_dhcp_packets_total{type="ack",reason="none"} 1'
expect "leases" has 'pxed_leases 1'
expect "the use of the pool" has 'pxed_pool_addresses{range="192.168.1.50-192.168.1.59",state="free"} 9'
expect "files by TFTP" eventually 2 has 'pxed_transfers_total{protocol="tftp",result="sent"} 1'
expect "their bytes" has 'pxed_sent_bytes_total{protocol="tftp"} 100000'
expect "files by HTTP" has 'pxed_sent_bytes_total{protocol="http"} 100000'
expect "what was not sent, and why" has 'pxed_transfers_total{protocol="http",result="file_not_found"} 1'
expect "how long answers took" has 'pxed_request_seconds_count{protocol="dhcp"} 2'
scrape > "$lab_dir/metrics.txt"
expect "promtool finds nothing to say" test -z "$(promtool check metrics < "$lab_dir/metrics.txt" 2>&1)"
echo 'pxed_broken 1x' >> "$lab_dir/metrics.txt"
expect_not "(and it can find something)" promtool check metrics < "$lab_dir/metrics.txt"

step "who is served"
expect "the port of its own" on server curl -sS --fail --max-time 5 -o /dev/null http://127.0.0.1:9571/metrics
expect_not "no other path" scrape /
expect_not "no writing" curl -sS --fail --max-time 5 --unix-socket "$socket" -d x http://localhost/metrics
expect "no machine that boots" test "$(on client curl -sS -o /dev/null -w '%{http_code}' http://192.168.1.1/metrics)" = 404
expect "the socket is the account's and its group's" test "$(stat -c %a "$socket")" = 660

step "a reader that hangs"
python3 - "$socket" <<'END'
import socket, sys, time
hanging = []
for _ in range(40):
    one = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    one.connect(sys.argv[1])
    hanging.append(one)
time.sleep(0.5)
closed = 0
for one in hanging:
    one.setblocking(False)
    try:
        closed += one.recv(1) == b""
    except BlockingIOError:
        pass
sys.exit(closed != 24)
END
expect "sixteen hang at most, and when they have gone it answers" eventually 3 has 'pxed_leases 1'

step "reload and end"
sed -i "s|^metrics=$socket|metrics=$socket.new|" "$lab_dir/pxed.conf"
kill -HUP "$server_pid"
socket=$socket.new
expect "the new place is served" eventually 5 has 'pxed_config_last_reload_successful 1'
expect_not "the old one is gone" test -e "$lab_dir/metrics.sock"
echo 'dhcp-rnage=1' >> "$lab_dir/pxed.conf"
kill -HUP "$server_pid"
expect "a reload that is refused shows" eventually 5 has 'pxed_config_last_reload_successful 0'
sed -i '$d' "$lab_dir/pxed.conf"
server_kill
expect "(killed, it leaves its socket)" test -S "$socket"
server_start
expect "which keeps nobody from the place" eventually 5 has 'pxed_leases 1'
server_stop
expect_not "the socket ends with the server" test -e "$socket"
