#!/usr/bin/env bash
# dhcp-script: the same conversation with pxed and with dnsmasq, and every call of the script is the same: arguments and
# variables, also after a reload and a restart, with script-on-renewal and with leasefile-ro. (Where pxed differs on
# purpose, the manual of dhcp-script says so, and the conversation stays clear of it: `=` and control characters in what clients
# send, client ids over 100 bytes.)
#   script.sh [ordinary|renewals|read-only]    one conversation alone
. "$(dirname "$0")/lib.sh"
lab_begin "script${1:+-$1}"
need python3 busybox dnsmasq
support=$e2e_dir/../support
lab_host client
on client ip addr add 192.168.1.9/24 dev eth0
on server ip route add 192.168.9.0/24 via 192.168.1.9
head -c 5000 /dev/urandom > "$lab_dir/tftp/boot"
wanted=$SERVER
mkdir "$lab_dir/the script" # a path with a blank
script="$lab_dir/the script/record"
cp "$support/script_recorder" "$script"
calls="$lab_dir/the script/calls"

write() { # write [LINE...]
  configure << END
interface=br0
dhcp-range=192.168.1.50,192.168.1.99,1h
dhcp-range=192.168.9.50,192.168.9.99,255.255.255.0,1h
dhcp-host=02:00:00:00:00:05,set:five,named,infinite
dhcp-host=02:00:00:00:00:08,192.168.1.60,bootp
dhcp-vendorclass=set:pxe,PXEClient
domain=lab.example
no-ping
enable-tftp
tftp-root=$lab_dir/tftp
dhcp-script=$script
$(printf '%s\n' "$@")
END
}
mark() { echo "{\"arguments\": [\"$1\"]}" >> "$calls"; }
quiet_for() { # quiet_for SECONDS: the script was not called that long
  local size=-1 now
  while now=$(stat -c %s "$calls" 2> /dev/null || echo 0) && [ "$now" != "$size" ]; do
    size=$now
    sleep "$1"
  done
}

# run NAME RENEWALS: the conversation with $SERVER; its calls are in $lab_dir/NAME.$SERVER.
run() {
  rm -rf "$calls" "$lab_dir"/state/*
  : > "${script%/*}/kept"
  server_start
  expect "the conversation takes place" on client "$support/script_talk" eth0 "$calls" "$2"
  expect "a file is fetched" on client busybox tftp -g -l "$lab_dir/got" -r boot 192.168.1.1
  quiet_for 2
  mark --again
  kill -HUP "$server_pid"
  quiet_for 2
  mark --again
  server_stop
  server_start
  quiet_for 2
  server_stop
  mv "$calls" "$lab_dir/$1.$SERVER"
}

both() { # both NAME RENEWALS
  for SERVER in dnsmasq pxed; do
    step "$1, $SERVER"
    run "$1" "$2"
  done
  SERVER=$wanted
  expect "pxed calls the script as dnsmasq does" "$support/script_compare" "$lab_dir/$1.pxed" "$lab_dir/$1.dnsmasq"
}

what_the_script_may_do() {
  expect "no capability" python3 -c "
import json, sys
calls = [json.loads(line) for line in open(sys.argv[1])]
calls = [call for call in calls if 'capabilities' in call]
names = {name for call in calls for name in call['environment']}
assert all(set(c) == {'0'} for call in calls for c in call['capabilities']), calls[0]
assert all(call['directory'] == '/' for call in calls)
assert all(name == 'PATH' or name.startswith('DNSMASQ_') for name in names), names
" "$lab_dir/ordinary.pxed"
  expect "what it prints is in the log" logged 'pxed-script: the script heard add'
}

case ${1:-} in
  ordinary)
    write
    both ordinary 0
    what_the_script_may_do
    exit
    ;;
  renewals)
    write script-on-renewal log-dhcp
    both renewals 1
    exit
    ;;
  read-only)
    # dnsmasq has a shell ask for the leases, which takes the path apart at its blank.
    mv "$lab_dir/the script" "$lab_dir/script"
    script=$lab_dir/script/record
    calls=$lab_dir/script/calls
    write leasefile-ro
    both read-only 1
    expect "leasefile-ro leaves no lease on disk" [ -z "$(ls -A "$lab_dir/state")" ]
    exit
    ;;
esac

# They are waiting most of the time, so they take place beside each other, each in a laboratory of its own.
conversations=(ordinary renewals read-only) talking=() endings=()
for name in "${conversations[@]}"; do
  timeout --kill-after=10 150 "$0" "$name" > "$lab_dir/$name.out" 2>&1 &
  talking+=("$!")
done
for pid in "${talking[@]}"; do
  ending=0
  wait "$pid" || ending=$?
  endings+=("$ending")
done
for index in "${!conversations[@]}"; do
  sed 's/^/  /' "$lab_dir/${conversations[index]}.out"
  expect "that was: ${conversations[index]}" [ "${endings[index]}" = 0 ]
done

SERVER=pxed
step "a script that hangs keeps nobody waiting"
flood() { on client "$support/dorabot" flood eth0 --acks 40 --log "$lab_dir/acks" > "$lab_dir/flood.log" 2>&1; }
printf '#!/bin/sh\nexec sleep 3600\n' > "$lab_dir/hangs"
chmod +x "$lab_dir/hangs"
script=$lab_dir/hangs
write
server_start
expect "forty machines have their leases" flood
began=$SECONDS
server_stop
expect "and the end comes soon" [ $((SECONDS - began)) -lt 8 ]
expect "it is said what was not told" grep -q 'calls were not made' "$lab_dir/server.log"
nothing_runs() { [ -z "$(ip netns pids "pxed-$$-server")" ]; }
expect "nothing is left running" eventually 5 nothing_runs

step "a script that is missing"
script=$lab_dir/missing
write
server_start
expect "is said at start" logged 'dhcp-script .*missing cannot be run now: No such file'
expect "forty machines have their leases" flood
expect "and is said again when it is needed" logged 'failed to execute .*missing: No such file'
server_stop
