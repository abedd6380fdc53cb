#!/usr/bin/env bash
# Nothing acknowledged is lost: the whole daemon is killed (SIGKILL) at random moments while hundreds of machines ask for
# leases, started again, and killed again, until $PXED_E2E_LEASES machines (10,000) hold one. After every death the lease
# database must have each lease that a machine saw acknowledged, and none twice. dnsmasq fails this test.
. "$(dirname "$0")/lib.sh"
lab_begin kill-hammer
need python3
leases=${PXED_E2E_LEASES:-10000}
seed=${PXED_E2E_SEED:-$$}
RANDOM=$seed
echo "PXED_E2E_SEED=$seed"
dorabot=$e2e_dir/../support/dorabot
record=$lab_dir/state/leases
[ "$SERVER" = dnsmasq ] || record=$record.db
lab_host client
on server ip addr add 10.77.0.1/16 dev br0
configure <<END
interface=br0
dhcp-range=10.77.1.0,10.77.80.255,255.255.0.0,12h
dhcp-lease-max=25000
no-ping
quiet-dhcp
END

# What the dead daemon left is read from a copy: opening a database repairs it, and that is the next start's work.
audit_dead() {
  rm -rf "$lab_dir/copy"
  cp -r "$lab_dir/state" "$lab_dir/copy"
  "$dorabot" audit --log "$lab_dir/acks" --leases "$lab_dir/copy/$(basename "$record")" > "$lab_dir/audit.log" 2>&1
}

server_start
spawn client "$lab_dir/dorabot.log" "$dorabot" flood eth0 --acks "$leases" --log "$lab_dir/acks" --seconds 500 --seed "$seed"
bot=$spawned
eventually 10 test -s "$lab_dir/acks" || fail "no lease at all"
kills=0
while kill -0 "$bot" 2> /dev/null; do
  # Between 20 ms and 1 s of work: some deaths fall into the start itself.
  sleep "$(printf '0.%03d' $((20 + RANDOM % 980)))"
  server_kill
  kills=$((kills + 1))
  audit_dead || fail "after kill $kills: $(tail -n 3 "$lab_dir/audit.log")"
  server_launch
done
reap "$bot" || fail "the clients did not get their leases: $(cat "$lab_dir/dorabot.log")"
echo "$kills kills; $(cat "$lab_dir/dorabot.log"); $(cat "$lab_dir/audit.log")"
expect "it was killed often enough to mean something" test "$kills" -ge 5
eventually 20 server_ready
server_stop
expect "after a clean stop the database has every lease" "$dorabot" audit --log "$lab_dir/acks" --leases "$record"
expect "and so has the lease file that scripts read" "$dorabot" audit --log "$lab_dir/acks" --leases "$lab_dir/state/leases"
