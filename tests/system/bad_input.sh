#!/usr/bin/env bash
# What goes wrong under systemd, and what a person then reads: each cause has its own sentence with the remedy, in the journal
# and in the status of the failed unit; a mistake in the file is not tried again; a reload with one fails and changes
# nothing; and each of the two capabilities is missed when it is taken away.
. "$(dirname "$0")/lib.sh"
system_begin bad-input
need python3
dorabot=$e2e_dir/../support/dorabot
machine_boot
install_pxed

good='interface=br0
dhcp-range=192.168.1.50,192.168.1.59,8h'
asked() { on client timeout 20 "$dorabot" ask eth0 02:00:00:00:00:11 --seconds 5 > "$lab_dir/ask.log" 2>&1; }
exit_status() { inside systemctl show -P ExecMainStatus pxed; }
restarts() { inside systemctl show -P NRestarts pxed; }

# fails CODE PATTERN: the service does not start with the file on standard input; its status has the sentence.
fails() {
  local code=$1 pattern=$2
  write_file /etc/pxed.conf
  inside systemctl stop pxed
  inside systemctl reset-failed pxed 2> /dev/null || true
  ! inside systemctl start pxed 2> /dev/null || { echo "it started" >&2; return 1; }
  [ "$(exit_status)" = "$code" ] || { echo "exit status $(exit_status)" >&2; return 1; }
  status_says "$pattern" || { echo "status: $(status_text)" >&2; return 1; }
  eventually 5 journal_says "$pattern" || { echo "not in the journal" >&2; return 1; }
}

step "a reload"
write_file /etc/pxed.conf <<< "$good"
inside systemctl reload pxed
expect "it serves" eventually 5 status_says '^Serving DHCP on br0'
pid=$(main_pid)
write_file /etc/pxed.conf <<< "${good/range/rnage}"
expect_not "with a mistake in the file it fails" inside systemctl reload pxed
expect "the journal says where" eventually 5 journal_says '/etc/pxed\.conf:2: .*dhcp-range'
kept() { inside journalctl --unit=pxed --no-pager --output=cat "$@" 2> /dev/null | grep . > /dev/null; }
expect "as an error, by its event and line" eventually 5 kept --priority=err PXED_EVENT=reload_refused PXED_CONF_FILE=/etc/pxed.conf PXED_CONF_LINE=2
expect "and so does the status" eventually 5 status_says 'the last reload was refused'
expect "the daemon is the same" [ "$(main_pid)" = "$pid" ]
expect "and serves" asked
port_is_taken() { on server ss -Hlntu "sport = :$1" | grep -q .; }
squat() { # squat udp|tcp PORT: another account's program takes a port
  inside systemd-run --quiet --unit=squatter --uid=65534 --property=AmbientCapabilities=CAP_NET_BIND_SERVICE python3 -c "
import socket, signal
kind = {'tcp': socket.SOCK_STREAM, 'udp': socket.SOCK_DGRAM}['$1']
squatter = socket.socket(socket.AF_INET, kind)
squatter.bind(('0.0.0.0', $2))
if kind == socket.SOCK_STREAM: squatter.listen()
signal.pause()"
  eventually 5 port_is_taken "$2" || fail "nobody listens on port $2"
}
squat tcp 80
write_file /etc/pxed.conf <<< "$good"$'\nenable-http\nhttp-root=/srv'
inside systemctl reload pxed || true
expect "what only the daemon can see is in the status" eventually 5 status_says 'the last reload was refused.*TCP port 80.*uid 65534'
expect "the daemon is the same" [ "$(main_pid)" = "$pid" ]
expect "and serves" asked
inside systemctl stop squatter
write_file /etc/pxed.conf <<< "$good"
inside systemctl reload pxed
expect "a good one ends the matter" eventually 5 status_says '^Serving DHCP on br0; 1 lease; reloaded'

step "a start"
expect "a mistake: file, line and what was meant" fails 1 '/etc/pxed\.conf:2: .*did you mean .dhcp-range' <<< "${good/range/rnage}"
expect "it is not tried again" [ "$(restarts)" = 0 ]
expect "the unit has failed" service_is failed
expect "the journal has it by its event and line" kept --priority=err PXED_EVENT=start_refused PXED_CONF_LINE=2
inside mkdir -p /srv/closed /home/boot
inside chmod 700 /srv/closed
expect "a missing directory: how to make it" fails 3 'tftp-root /srv/none: .*install -d.* /srv/none' <<< "$good"$'\nenable-tftp\ntftp-root=/srv/none'
expect "a directory that is closed: whom to let in" fails 3 'tftp-root /srv/closed: .*chmod .* /srv/closed' <<< "$good"$'\nenable-tftp\ntftp-root=/srv/closed'
expect "a home directory: what hides it" fails 3 'tftp-root /home/boot: .*ProtectHome' <<< "$good"$'\nenable-tftp\ntftp-root=/home/boot'
inside systemctl stop pxed
squat udp 67
expect "a port that is taken: whose account, and the command that shows more" fails 2 ':67: .*uid 65534.*ss -lunp' <<< "$good"
inside systemctl stop squatter
drop_in 'User=nobody'
inside chown -R root /var/lib/pxed
drop_in $'StateDirectory=\nEnvironment=STATE_DIRECTORY=/var/lib/pxed'
expect "a lease directory of somebody else: whom to give it to" fails 3 '/var/lib/pxed.*chown' <<< "$good"
inside chown -R pxed: /var/lib/pxed
drop_in $'User=\nUser=pxed-who-is-not'
write_file /etc/pxed.conf <<< "$good"
inside systemctl stop pxed
expect_not "an account that is not there: no start" inside systemctl start pxed
expect "systemd says so" inside sh -c 'systemctl status --no-pager pxed | grep -q "status=217/USER"'
expect "and does not try for ever" eventually 5 service_is failed
drop_in 'Environment="PXED_OPTIONS=-C /etc/other.conf"'
write_file /etc/other.conf <<< "$good"
write_file /etc/pxed.conf <<< 'a mistake'
inside systemctl reset-failed pxed
expect "with arguments it reads what they say" inside systemctl restart pxed
expect "and so does a reload" inside systemctl reload pxed
write_file /etc/other.conf <<< "${good/range/rnage}"
expect_not "which fails with a mistake there" inside systemctl reload pxed

step "each capability is needed"
drop_in $'CapabilityBoundingSet=\nCapabilityBoundingSet=CAP_NET_RAW\nAmbientCapabilities=\nAmbientCapabilities=CAP_NET_RAW'
expect "without CAP_NET_BIND_SERVICE it has no port" fails 2 'CAP_NET_BIND_SERVICE' <<< "$good"
drop_in $'CapabilityBoundingSet=\nCapabilityBoundingSet=CAP_NET_BIND_SERVICE\nAmbientCapabilities=\nAmbientCapabilities=CAP_NET_BIND_SERVICE'
inside systemctl reset-failed pxed
inside systemctl restart pxed
expect "without CAP_NET_RAW it says what it cannot do" eventually 5 journal_says 'replies are broadcast, and addresses are offered without a test'
drop_in
inside systemctl restart pxed
expect "with both it serves a machine that has no address yet" asked
machine_stop
