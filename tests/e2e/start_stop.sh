#!/usr/bin/env bash
# How the daemon starts, refuses to start, says so, and ends: exit statuses are dnsmasq's (1 configuration, 2 network,
# 3 file), and a configuration is judged whole before anything is opened.
. "$(dirname "$0")/lib.sh"
lab_begin start-stop
need python3 busybox
lab_host client 02:00:00:00:00:01
dorabot=$e2e_dir/../support/dorabot

# ends STATUS WORDS [ARGUMENT...]: does the server end by itself with that status and say that?
ends() {
  local want=$1 words=$2 status=0 command
  shift 2
  server_command
  : > "$lab_dir/ended.log"
  timeout 15 ip netns exec "pxed-$$-server" "${command[@]}" "$@" > "$lab_dir/ended.log" 2>&1 < /dev/null || status=$?
  [ "$status" = "$want" ] || { echo "status $status: $(cat "$lab_dir/ended.log")" >&2; return 1; }
  grep -Eqi -- "$words" "$lab_dir/ended.log" || { echo "said: $(cat "$lab_dir/ended.log")" >&2; return 1; }
}
ended_also() { grep -Eqi -- "$1" "$lab_dir/ended.log"; }
only_pxed() { [ "$SERVER" = pxed ]; }

step "--test"
configure <<END
interface=br0
dhcp-range=192.168.1.50,192.168.1.150,8h
enable-tftp
tftp-root=$lab_dir/tftp
END
expect "a good file: syntax check OK" ends 0 'syntax check OK' --test
expect_not "and nothing was opened" test -e "$lab_dir/state/leases.db"
configure <<END
domain-needed
cache-size=150
server=/lab.example/192.168.1.53
interface=br0
dhcp-range=192.168.1.50,192.168.1.150,8h
END
expect "a file that also serves dnsmasq's DNS: syntax check OK" ends 0 'syntax check OK' --test
if only_pxed; then expect "DNS lines are named and skipped" ended_also 'cache-size'; fi
printf 'interface=br0\n\n dhcp-rnage=192.168.1.50,192.168.1.150\ndhcp-range=1.2.3\n' > "$lab_dir/pxed.conf"
expect "a bad file: status 1, file and line" ends 1 'pxed\.conf:3: |line 3 of' --test
if only_pxed; then
  expect "all errors at once" ended_also 'pxed\.conf:4: '
  expect "and what was probably meant" ended_also 'dhcp-range'
fi

step "it refuses to start"
expect "a bad file: status 1" ends 1 'pxed\.conf:3: |line 3 of'
configure <<< "dhcp-range=192.168.1.50,192.168.1.150,8h"
expect "an unknown word on the command line: status 1" ends 1 'option|frobnicate' --frobnicate
configure <<END
dhcp-range=192.168.1.50,192.168.1.150,8h
conf-file=$lab_dir/nowhere.conf
END
expect "a missing file: status 3, and its name" ends 3 'nowhere\.conf'
configure <<END
dhcp-range=192.168.1.50,192.168.1.150,8h
enable-tftp
tftp-root=$lab_dir/nowhere
END
expect "a missing TFTP root: status 3, and its name" ends 3 "$lab_dir/nowhere"
configure <<< "dhcp-range=192.168.1.50,192.168.1.150,8h"
sed -i 's/^user=.*/user=nosuchuser/' "$lab_dir/pxed.conf"
if only_pxed; then
  expect "an account that is not there: status 1, its line and the fix" ends 1 'pxed\.conf:[0-9]+: user nosuchuser.*useradd'
fi
configure <<< "dhcp-range=192.168.1.50,192.168.1.150,8h"
spawn server "$lab_dir/squatter.log" python3 -c '
import signal, socket
squatter = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
squatter.bind(("0.0.0.0", 67))
signal.pause()'
expect "(somebody has port 67)" eventually 5 server_listens
expect "a port that is taken: status 2, and its number" ends 2 '67|failed to bind DHCP server socket'
if only_pxed; then
  expect "whose it is, and the command that shows more" ended_also 'python3 \(process [0-9]+\) of user root \(uid 0\) has it; .ss -lunp sport = :67'
fi
kill "$spawned"
reap "$spawned" || true

step "it runs"
configure <<END
interface=br0
dhcp-range=192.168.1.50,192.168.1.150,8h
enable-tftp
tftp-root=$lab_dir/tftp
no-ping
END
if only_pxed; then
  spawn server "$lab_dir/notify.log" "$e2e_dir/../support/notify_listener" "$lab_dir/notify"
  eventually 5 grep -q listening "$lab_dir/notify.log"
  export NOTIFY_SOCKET=$lab_dir/notify
fi
server_start
expect "it says its range" logged '192\.168\.1\.50 -- 192\.168\.1\.150'
expect "it wrote its process id" grep -qx "$server_pid" "$lab_dir/server.pid"
expect "it serves" on client "$dorabot" ask eth0 02:00:00:00:00:01
if only_pxed; then
  expect "systemd was told that it is ready" eventually 5 grep -q 'READY=1' "$lab_dir/notify.log"
  expect "a second one on the same port ends with status 2" ends 2 '67' "--dhcp-leasefile=$lab_dir/other"
  unset NOTIFY_SOCKET
fi
server_stop
if only_pxed; then
  expect "systemd was told that it stops" eventually 5 grep -q 'STOPPING=1' "$lab_dir/notify.log"
fi
expect_not "the process id is gone" test -e "$lab_dir/server.pid"
expect "the lease is in the file" grep -q ' 02:00:00:00:00:01 192\.168\.1\.' "$lab_dir/state/leases"

if only_pxed; then
  step "it is started the other way"
  mkdir "$lab_dir/unit"
  STATE_DIRECTORY=$lab_dir/unit server_start
  expect "the newer lease database of the first way is named beside its own" \
    logged "leases are in $lab_dir/unit/leases\.db, but $lab_dir/state/leases\.db was written later"
  server_stop
fi

step "it gives root away"
sed -i 's/^user=root/user=nobody/' "$lab_dir/pxed.conf"
chmod 755 "$lab_dir"
chown -R nobody "$lab_dir/state"
echo "kernel" > "$lab_dir/tftp/kernel"
server_start
owner() { awk '/^Uid:/ { print $2, $3, $4, $5 }' "/proc/$server_pid/status"; }
id=$(id -u nobody)
expect "all its user ids are nobody's" test "$(owner)" = "$id $id $id $id"
expect "it has no capability beyond ports and raw sockets" python3 -c '
import sys
status = dict(line.split(":\t") for line in open(f"/proc/{sys.argv[1]}/status") if ":\t" in line)
NET_BIND_SERVICE, NET_ADMIN, NET_RAW = 1 << 10, 1 << 12, 1 << 13  # dnsmasq keeps NET_ADMIN too
allowed = NET_BIND_SERVICE | NET_RAW | (NET_ADMIN if sys.argv[2] == "dnsmasq" else 0)
sys.exit(bool(int(status["CapEff"], 16) & ~allowed or int(status["CapAmb"], 16)))' "$server_pid" "$SERVER"
expect "it still answers a machine without an address" on client "$dorabot" ask eth0 02:00:00:00:00:05
on client ip addr add 192.168.1.9/24 dev eth0
expect "it still sends files" on client busybox tftp -g -l "$lab_dir/got" -r kernel 192.168.1.1
server_stop
if only_pxed; then
  chown root "$lab_dir/state"
  expect "a lease directory that nobody cannot write is refused with the fix" ends 3 "$lab_dir/state.*(chown|writ)"
fi
