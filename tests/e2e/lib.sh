# shellcheck shell=bash
# What every end-to-end test stands on: a laboratory of network namespaces that cleans up after itself, a server in it
# (pxed, or dnsmasq to prove that the test itself is right: SERVER=dnsmasq), deadlines, and words to say what is expected.
#
#   . "$(dirname "$0")/lib.sh"
#   lab_begin clients          makes $lab_dir, the namespace `server` with br0 = 192.168.1.1/24; skips when not root
#   lab_host client            a namespace whose eth0 is plugged into br0
#   configure <<< "lines"      writes $lab_dir/pxed.conf
#   server_start; expect "words" command...; server_stop
#
# Nothing here touches the machine's own network: interfaces are born inside the namespaces, processes killed are ours.

set -euo pipefail
e2e_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
SERVER=${SERVER:-pxed}
lab_pids=()
lab_namespaces=()
checks_passed=0

skip() { # skip WHY: CTest reads 77 as "not run"; where everything was installed (tests/run) a skip is a failure.
  echo "SKIP: $*"
  [ -z "${PXED_E2E_STRICT:-}" ] || exit 1
  exit 77
}

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

step() { printf '%s  == %s\n' "$(date +%T)" "$*"; }

# expect WORDS COMMAND...: the test ends at the first expectation that does not hold.
expect() {
  local words=$1
  shift
  "$@" || fail "$words   [$*]"
  checks_passed=$((checks_passed + 1))
  echo "  ok: $words"
}

expect_not() {
  local words=$1
  shift
  if "$@"; then fail "$words   [not: $*]"; fi
  checks_passed=$((checks_passed + 1))
  echo "  ok: $words"
}

# eventually SECONDS COMMAND...: true as soon as the command is; false when the deadline passes.
eventually() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@" > /dev/null 2>&1; do
    [ "$SECONDS" -lt "$deadline" ] || return 1
    sleep 0.05
  done
}

need() { # need PROGRAM...
  local program
  for program in "$@"; do
    command -v "$program" > /dev/null || skip "$program is not installed (tests/packages names its package)"
  done
}

# --- the laboratory -------------------------------------------------------------------------------------------------

lab_begin() { # lab_begin NAME
  [ "$(id -u)" = 0 ] || skip "network namespaces need root"
  export PATH=$PATH:/usr/sbin:/sbin
  need ip ss timeout
  lab_name=$1
  lab_dir=$(mktemp -d "${TMPDIR:-/tmp}/pxed-$1.XXXXXX")
  trap 'lab_end $?' EXIT
  trap 'exit 130' INT TERM HUP PIPE
  lab_sweep
  mkdir "$lab_dir/state" "$lab_dir/tftp"
  lab_namespace server
  on server ip link set lo up
  # Ports of a new bridge wait 15 s before they forward; no boot ROM is that patient.
  on server ip link add br0 type bridge forward_delay 0
  on server ip addr add 192.168.1.1/24 dev br0
  on server ip link set br0 up
}

# What a test left behind that was itself killed (CTest does at its timeout): its namespaces carry its process id.
lab_sweep() {
  local namespace pid
  for namespace in $(ip netns list 2> /dev/null | sed -n 's/^\(pxed-[0-9]*-[a-z0-9]*\).*/\1/p'); do
    pid=${namespace#pxed-}
    [ -d "/proc/${pid%%-*}" ] || lab_remove "$namespace"
  done
}

lab_remove() { # lab_remove NAMESPACE: with all that runs in it
  ip netns pids "$1" 2> /dev/null | xargs -r kill -KILL 2> /dev/null || true
  ip netns del "$1" 2> /dev/null || true
}

# own_mounts ARGUMENT...: runs the test again in a mount namespace of its own; what it mounts is gone with it.
own_mounts() {
  [ "$(id -u)" = 0 ] || skip "mounts need root"
  [ -n "${PXED_E2E_MOUNTS:-}" ] || PXED_E2E_MOUNTS=own exec unshare --mount "$0" "$@"
  # Shared inside: an umount must reach the processes that `ip netns exec` gave a mount namespace each.
  mount --make-rshared /
}

lab_namespace() { # lab_namespace NAME: its real name is unique, so that two tests can run at a time
  ip netns add "pxed-$$-$1"
  lab_namespaces+=("pxed-$$-$1")
}

on() { # on NAMESPACE COMMAND...
  local namespace=$1
  shift
  ip netns exec "pxed-$$-$namespace" "$@"
}

# lab_host NAME [MAC]: a machine on the wire; its eth0 is up and has no address.
lab_host() {
  lab_namespace "$1"
  on "$1" ip link set lo up
  on server ip link add "to-$1" type veth peer name eth0 netns "pxed-$$-$1"
  [ -z "${2:-}" ] || on "$1" ip link set eth0 address "$2"
  on server ip link set "to-$1" master br0 up
  on "$1" ip link set eth0 up
}

# spawn NAMESPACE LOG COMMAND...: starts it in the background; its pid is in $spawned and dies with the test.
spawn() {
  local namespace=$1 log=$2
  shift 2
  ip netns exec "pxed-$$-$namespace" "$@" > "$log" 2>&1 < /dev/null &
  spawned=$!
  lab_pids+=("$spawned")
}

# reap PID [SECONDS]: waits for it to end and gives its exit status; 124 when it outlives the deadline.
reap() {
  local status=0
  if ! eventually "${2:-10}" eval "! kill -0 $1"; then return 124; fi
  wait "$1" || status=$?
  lab_forget "$1"
  return "$status"
}

lab_forget() {
  local pid left=()
  for pid in "${lab_pids[@]}"; do [ "$pid" = "$1" ] || left+=("$pid"); done
  lab_pids=("${left[@]+"${left[@]}"}")
}

lab_end() {
  local status=$1 pid namespace
  trap - EXIT
  trap '' PIPE INT TERM HUP # nothing stops the cleaning up
  set +e
  if [ "$status" -ne 0 ] && [ "$status" -ne 77 ]; then lab_explain; fi
  for pid in "${lab_pids[@]+"${lab_pids[@]}"}"; do kill -KILL "$pid" 2> /dev/null && wait "$pid" 2> /dev/null; done
  for namespace in "${lab_namespaces[@]+"${lab_namespaces[@]}"}"; do
    lab_remove "$namespace"
  done
  if mountpoint -q "$lab_dir/state"; then umount -l "$lab_dir/state"; fi
  if [ -n "${PXED_E2E_KEEP:-}" ]; then
    echo "kept: $lab_dir"
  else
    rm -rf "${lab_dir:?}"
  fi
  [ "$status" -ne 0 ] || [ "$checks_passed" = 0 ] || echo "PASSED: $lab_name with $SERVER, $checks_passed checks"
  exit "$status"
}

# What a person would ask for first when a test has failed.
lab_explain() {
  local log
  echo "---- configuration"
  cat "$lab_dir/pxed.conf" 2> /dev/null
  for log in "$lab_dir"/*.log; do
    [ -s "$log" ] || continue
    echo "---- ${log##*/}"
    uniq "$log" | tail -n 60 | tr -d '\r\033' | cut -c1-240
  done
  for log in "$lab_dir"/*.pcap; do
    [ -s "$log" ] || continue
    echo "---- on the wire"
    wire_story "$log" | head -n 60
  done
}

# --- the server -----------------------------------------------------------------------------------------------------

# configure: standard input becomes the configuration file, with the lines that a test always wants.
configure() {
  cat > "$lab_dir/pxed.conf"
  cat >> "$lab_dir/pxed.conf" <<END
port=0
user=root
log-facility=-
dhcp-leasefile=$lab_dir/state/leases
END
}

server_program() {
  case $SERVER in
    dnsmasq) command -v dnsmasq || true ;;
    pxed)
      local candidate
      for candidate in "${PXED:-}" "$e2e_dir"/../../build/{dev,release}/pxed; do
        if [ -x "$candidate" ]; then
          echo "$candidate"
          break
        fi
      done
      ;;
    *) echo "SERVER=$SERVER: neither pxed nor dnsmasq" >&2 ;;
  esac
}

# server_command: the words that start the server in the foreground on the test's configuration, into the array $command.
server_command() {
  local program
  program=$(server_program)
  [ -x "$program" ] || fail "no $SERVER to test (build it, or set PXED=/path/to/pxed)"
  command=("$program" --keep-in-foreground "--conf-file=$lab_dir/pxed.conf" "--pid-file=$lab_dir/server.pid")
}

server_listens() { # server_listens [PORT]
  [ -n "$(on server ss -Hlun "sport = :${1:-67}")" ]
}

server_runs() { kill -0 "$server_pid" 2> /dev/null; }

# server_launch: starts it and does not wait. In a session of its own, as a service is: the scheduler weighs it against the
# machines' emulators, not as one of their threads.
server_launch() {
  local command
  server_command
  ip netns exec "pxed-$$-server" setsid "${command[@]}" "$@" >> "$lab_dir/server.log" 2>&1 < /dev/null &
  server_pid=$!
  lab_pids+=("$server_pid")
}

server_ready() { ! server_runs || server_listens "${server_port:-67}"; }

# server_start [ARGUMENT...]: starts it and waits until it answers on port $server_port (67).
server_start() {
  server_launch "$@"
  eventually 20 server_ready || fail "the server does not listen on port ${server_port:-67} after 20 s"
  server_runs || fail "the server ended at its start"
}

# server_kill: SIGKILL, as a crash would. Waited for at once, or bash reports each death.
server_kill() {
  kill -KILL "$server_pid" 2> /dev/null || true
  { wait "$server_pid" || true; } 2> /dev/null
  lab_forget "$server_pid"
}

# server_stop: SIGTERM; the exit status is asserted, because a sanitizer's report and a crash show there.
server_stop() {
  local status=0
  kill -TERM "$server_pid"
  reap "$server_pid" 15 || status=$?
  [ "$status" = 0 ] || fail "the server ended with status $status after SIGTERM"
}

logged() { eventually 2 grep -Eq -- "$1" "$lab_dir/server.log"; } # a thread of its own writes the log, a moment later

# lease_of MAC: the address the server's lease file gives it, nothing when there is none.
lease_of() { awk -v mac="$1" '$2 == mac { print $3 }' "$lab_dir/state/leases"; }

has_lease() { [ "$(lease_of "$1")" = "$2" ]; }

# --- the wire -------------------------------------------------------------------------------------------------------

# DHCP, the boot server, TFTP requests; of HTTP the packets that begin with GET or HEAD.
http_begins='tcp dst port 80 and (tcp[(tcp[12] & 0xf0) >> 2:4] = 0x47455420 or tcp[(tcp[12] & 0xf0) >> 2:4] = 0x48454144)'
wire_filter="(udp and (port 67 or port 68 or port 69 or port 4011)) or ($http_begins)"

capture_options=(-U --immediate-mode -s 2048) # each packet is in the file as soon as it was on the wire
capture_start() { # capture_start: everything a boot server says, on br0, into $lab_dir/wire.pcap
  need tcpdump
  # The kernel sets the times; whoever writes them down is not to stand in the server's way.
  spawn server "$lab_dir/tcpdump.out" nice -n 19 tcpdump -i br0 -n "${capture_options[@]}" -Z root \
    -w "$lab_dir/wire.pcap" -B 16384 "${capture_filter:-$wire_filter or arp}"
  capture_pid=$spawned
  eventually 10 grep -q 'listening on' "$lab_dir/tcpdump.out" || fail "tcpdump does not start"
}

capture_stop() {
  kill -INT "$capture_pid" 2> /dev/null || true
  reap "$capture_pid" 5 || true
}

# wire_story PCAP: one line a packet: `DISCOVER 52:54:..`, `OFFER 192.168.1.132`, `RRQ pxelinux.0`, `GET /linux`,
# `4011 asked by 192.168.1.50`.
wire_story() {
  tcpdump -r "$1" -nn -e -v "$wire_filter" 2> /dev/null | awk '
    / IPv4 .*length [0-9]+: / { destination = $4; sub(/,$/, "", destination) }
    /Client-Ethernet-Address/ { mac = $2 }
    /Your-IP/ { yours = $2 }
    /DHCP-Message.*: / {
      kind = toupper($NF)
      print kind, (kind == "OFFER" || kind == "ACK") ? yours " to " destination : mac
    }
    / 192\.168\.1\.1\.4011 > / { sub(/\.[0-9]+:$/, "", $3); print "4011 answered", $3 }
    / > 192\.168\.1\.1\.4011: / { sub(/\.[0-9]+$/, "", $1); print "4011 asked by", $1 }
    /^\t(GET|HEAD) / { print $1, $2 }
    / (RRQ|ERROR) / { sub(/.*(TFTP, length [0-9]+, |tftp [0-9]+ )/, ""); sub(/^.*RRQ/, "RRQ"); gsub(/"/, ""); print }'
}

# in_order PATTERN...: do lines matching these come in this order (others may stand between)?
in_order() {
  local line
  while IFS= read -r line; do
    [ $# -gt 0 ] || break
    if [[ $line =~ $1 ]]; then shift; fi
  done
  [ $# -eq 0 ] || {
    echo "never came: $1" >&2
    return 1
  }
}

wire_shows() { wire_story "$lab_dir/wire.pcap" | in_order "$@"; }

wire_mentions() { wire_story "$lab_dir/wire.pcap" | grep -Eq -- "$1"; }

# The DHCP server of somebody else on the host `other` (lab_host other): busybox udhcpd, which knows nothing of booting.
other_server_prepare() {
  on other ip addr add 192.168.1.2/24 dev eth0
  touch "$lab_dir/other.leases"
  cat > "$lab_dir/udhcpd.conf" <<END
start 192.168.1.100
end 192.168.1.110
interface eth0
lease_file $lab_dir/other.leases
pidfile $lab_dir/udhcpd.pid
option subnet 255.255.255.0
option lease 3600
END
}
other_server_start() { spawn other "$lab_dir/udhcpd.log" busybox udhcpd -f "$lab_dir/udhcpd.conf"; }
