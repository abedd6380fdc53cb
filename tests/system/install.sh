#!/usr/bin/env bash
# The package's life on a Debian machine: installed it serves nobody; configured it keeps its leases, its file and its account
# over a restart, a crash and an upgrade; removed it is gone, and purged so are the leases.
. "$(dirname "$0")/lib.sh"
system_begin install
need python3 curl
dorabot=$e2e_dir/../support/dorabot
mac=02:00:00:00:00:11

# The next version, with another configuration as shipped: what an upgrade does to what it finds is dpkg's and our scripts' work.
next_version() { # next_version ROOT
  dpkg-deb --raw-extract "$1/root/pxed.deb" "$lab_dir/next"
  sed -i 's/^\(Version: .*\)/\1+next/' "$lab_dir/next/DEBIAN/control"
  echo '# of the next version' >> "$lab_dir/next/etc/pxed.conf"
  dpkg-deb --build --root-owner-group -Znone "$lab_dir/next" "$1/root/next.deb" > /dev/null
  cp "$system_dir/../../packaging/debian/tests/service" "$1/root/autopkgtest"
}
machine_prepare=next_version
machine_boot

asked() { on client timeout 20 "$dorabot" ask eth0 "$mac" --seconds "${patience:-5}" > "$lab_dir/ask.log" 2>&1; }
answered() { grep -Eq -- "$1" "$lab_dir/ask.log"; }
account() { inside getent passwd pxed; }
ports() { on server ss -Hlntu | grep -E ':(67|69|80|4011) ' || true; }

step "installed"
expect "apt installs it with what is there" install_pxed
expect "the service is up" service_is active
expect "and will be after a reboot" inside systemctl is-enabled --quiet pxed
expect "its status says what to edit" status_says '^Nothing is enabled: edit /etc/pxed\.conf'
expect "no port is open" [ -z "$(ports)" ]
expect "every line of its file is a comment" inside sh -c '! grep -Ev "^(#|$)" /etc/pxed.conf'
patience=2
expect_not "a machine that asks for an address gets no answer" asked
patience=5
expect "nothing else of the system has failed" [ -z "$(inside systemctl --failed --no-legend)" ]
expect "the account has no shell" grep -q ':/usr/sbin/nologin$' <<< "$(account)"
expect "leases are for the account alone" [ "$(inside stat -c '%U:%G %a' /var/lib/pxed)" = "pxed:pxed 750" ]
package_has() { inside dpkg-query -W -f "\${$1}" pxed | grep -q -- "$2"; }
expect "its file is a configuration file of the package" package_has Conffiles /etc/pxed.conf
expect "dpkg finds each file as it was packaged" inside dpkg --verify pxed

step "the package's own test"
autopkgtest() { inside /root/autopkgtest > "$lab_dir/autopkgtest.log" 2>&1; }
expect "debian/tests/service passes" autopkgtest

step "configured"
write_file /etc/pxed.conf <<END
# mine
interface=br0
dhcp-range=192.168.1.50,192.168.1.59,8h
END
inside systemctl reload pxed
expect "a reload is all it takes" eventually 5 status_says '^Serving DHCP on br0; 0 leases; reloaded 20'
expect "a machine gets an address" asked
address=$(sed -n 's/^ACK \([0-9.]*\).*/\1/p' "$lab_dir/ask.log")
expect "one of the range" [ "${address%.5?}" = 192.168.1 ]
expect "the status counts it" eventually 5 status_says '; 1 lease;'
uid=$(inside id -u pxed)
has_privileges() { # none but two capabilities, and no way to more
  inside cat "/proc/$(main_pid)/status" | python3 -c '
import sys
status = dict(line.rstrip("\n").split(":\t") for line in sys.stdin if ":\t" in line)
NET_BIND_SERVICE, NET_RAW = 1 << 10, 1 << 13
both = NET_BIND_SERVICE | NET_RAW
wanted = {"CapEff": both, "CapPrm": both, "CapBnd": both, "CapAmb": 0}
for name, value in wanted.items():
    if int(status[name], 16) != value:
        sys.exit(f"{name} is {status[name]}")
if set(status["Uid"].split()) != {sys.argv[1]} or status["NoNewPrivs"] != "1" or status["Seccomp"] != "2":
    sys.exit(f"{status}")' "$uid"
}
expect "it is never root and has two capabilities" has_privileges

step "restarted, crashed, stuck"
keeps_lease() { asked && answered "^ACK $address "; }
inside systemctl restart pxed
expect "after a restart the machine has its address" keeps_lease
pid=$(main_pid)
restarted() { # by systemd, after $pid
  local now
  now=$(main_pid)
  [ "$now" != 0 ] && [ "$now" != "$pid" ] && service_is active
}
inside kill -SEGV "$pid"
expect "after a crash it is up again" eventually 15 restarted
expect "and the machine has its address" keeps_lease
drop_in 'WatchdogSec=2'
inside systemctl restart pxed
sleep 3 # longer than the watchdog waits
expect "the loop feeds the watchdog" [ "$(inside systemctl show -P NRestarts pxed)" = 0 ]
pid=$(main_pid)
inside kill -STOP "$pid"
expect "a loop that stands still is restarted" eventually 30 restarted
expect "systemd says why" eventually 5 journal_says 'Watchdog timeout'
expect "and the machine has its address" keeps_lease
drop_in

step "HTTP's port kept by systemd"
on client ip addr add 192.168.1.9/24 dev eth0
inside mkdir -p /srv/http
echo kernel | write_file /srv/http/linux
inside sh -c 'printf "enable-http\nhttp-root=/srv/http\n" >> /etc/pxed.conf'
inside systemctl stop pxed
inside systemctl enable --quiet --now pxed-http.socket
fetched() { [ "$(on client curl -sS --max-time 20 http://192.168.1.1/linux 2> "$lab_dir/curl.log")" = kernel ]; }
expect "whoever comes while pxed is down gets the file" fetched
expect "for systemd has started pxed" service_is active
expect "it says who has the port" eventually 5 journal_says 'TCP port 80 is kept open by systemd'
expect "a reload finds the port in nobody's hands" inside systemctl reload pxed
expect_not "and warns of no other program" journal_says 'port 80 is taken'
pid=$(main_pid)
inside kill -STOP "$pid" # so that its end takes as long as we like
on client curl -sS --max-time 30 http://192.168.1.1/linux > "$lab_dir/waited" 2> "$lab_dir/waited.log" &
waiting=$!
sleep 1
inside kill -KILL "$pid"
wait "$waiting" || true
expect "whoever connects while it crashes is served by the next" grep -qx kernel "$lab_dir/waited"
expect "it is the next one" restarted
expect "and the machine has its address" keeps_lease

step "upgraded"
pid=$(main_pid)
before=$(account)
upgrade() {
  inside apt-get install --yes --quiet=2 -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold /root/next.deb > "$lab_dir/apt.log" 2>&1 || { cat "$lab_dir/apt.log"; return 1; }
}
expect "apt, told to keep what was edited, does" upgrade
expect "the new version runs" eventually 15 restarted
expect "it is that version" package_has Version +next
expect "the file is as it was edited" inside grep -q '^# mine$' /etc/pxed.conf
expect "and what came with the version is beside it" inside grep -q '^# of the next version$' /etc/pxed.conf.dpkg-dist
expect "the account is the same" [ "$(account)" = "$before" ]
expect "and the machine has its address" keeps_lease

step "removed"
inside apt-get remove --yes --quiet=2 pxed > "$lab_dir/apt.log" 2>&1
expect "no port is open" [ -z "$(ports)" ]
expect_not "the service is gone" service_is active
expect "the leases are kept" inside test -s /var/lib/pxed/leases.db
expect "and so is the file" inside test -e /etc/pxed.conf
inside apt-get purge --yes --quiet=2 pxed > "$lab_dir/apt.log" 2>&1
expect_not "after a purge the leases are gone" inside test -e /var/lib/pxed
expect_not "and the file" inside test -e /etc/pxed.conf
expect_not "and the directory beside it" inside test -e /etc/pxed.d
expect "the account stays" [ "$(account)" = "$before" ]
expect "systemd has nothing to complain of" [ -z "$(inside systemctl --failed --no-legend)" ]
machine_stop
