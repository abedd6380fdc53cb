#!/usr/bin/env bash
# Files beside the configuration while clients ask: directories are followed as they change, other files at SIGHUP. What
# cannot be read, or is wrong, takes nothing away from anybody. (dnsmasq keeps removed lines until SIGHUP: pxed alone.)
. "$(dirname "$0")/lib.sh"
lab_begin external_files
[ "$SERVER" = pxed ] || skip "dnsmasq keeps what was removed from a directory until SIGHUP"
need python3
dorabot=$e2e_dir/../support/dorabot
lab_host client
hosts=$lab_dir/hosts.d options=$lab_dir/options.d
mkdir "$hosts" "$options" "$lab_dir/boot"
configure << END
interface=br0
dhcp-range=192.168.1.100,192.168.1.199,8h
no-ping
dhcp-hostsfile=$lab_dir/machines
dhcp-hostsdir=$hosts
dhcp-hostsdir=$lab_dir/late.d
dhcp-optsdir=$options
enable-tftp
tftp-root=$lab_dir/boot
END
# A directory that changes without rest is read again at the latest after the 5 s that pxed allows itself, and a loaded
# machine takes its time for the reading.
follows=10
mac() { echo "02:00:00:00:00:$1"; }
# gets LAST ADDRESS: the machine with that MAC is given the address.
gets() {
  on client "$dorabot" ask eth0 "$(mac "$1")" --broadcast > "$lab_dir/ask.log" 2>&1
  grep -q "^ACK $2 " "$lab_dir/ask.log"
}
reads() { kill -HUP "$server_pid"; }
echo "$(mac 01),192.168.1.11" > "$lab_dir/machines"
echo "$(mac 02),192.168.1.12" > "$hosts/rack1"
server_start
expect "a machine of the hostsfile" gets 01 192.168.1.11
expect "a machine of the directory" gets 02 192.168.1.12
expect "the directory that is not there is named" logged 'late\.d: No such file or directory'

step "the directory changes"
echo "$(mac 03),192.168.1.13" > "$hosts/rack2"
expect "a new file counts" eventually "$follows" gets 03 192.168.1.13
echo "$(mac 03),192.168.1.23" > "$hosts/.rack2.new"
mv "$hosts/.rack2.new" "$hosts/rack2"
expect "so does one that an editor has renamed into its place" eventually "$follows" gets 03 192.168.1.23
rm "$hosts/rack1"
moved_on() { ! gets 02 192.168.1.12; }
expect "a machine whose file is gone has its reservation no more" eventually "$follows" moved_on
expect "dnsmasq's words are in the log" logged "inotify: $hosts/rack2 new or modified"
exec 9> "$hosts/rack3"
echo "$(mac 04),192.168.1.14" >&9
echo "$(mac 05),192.168.1.15" > "$hosts/rack4"
expect "another file is read" eventually "$follows" gets 05 192.168.1.15
expect_not "one that is being written is not" gets 04 192.168.1.14
exec 9>&-
expect "until it is closed" eventually "$follows" gets 04 192.168.1.14

step "what is wrong takes nothing away"
printf 'zz:zz,1\n\001\002binary\n%s,192.168.1.16\n' "$(mac 06)" > "$hosts/bad"
expect "the line that is right counts" eventually "$follows" gets 06 192.168.1.16
expect "the others are named" logged "$hosts/bad:1: dhcp-host: .*the line is skipped"
mkfifo "$hosts/fifo"
echo "$(mac 07),192.168.1.17" > "$hosts/after"
expect "nobody waits for the writer of a FIFO" eventually "$follows" gets 07 192.168.1.17
mv "$hosts" "$hosts.gone"
expect "it is said when the directory goes" eventually "$follows" logged "cannot read $hosts: .*as they were"
expect "its machines stay" gets 05 192.168.1.15
mv "$hosts.gone" "$hosts"

step "a change that is refused"
mv "$lab_dir/boot" "$lab_dir/boot.gone"
echo "$(mac 0b),192.168.1.22" > "$hosts/refused"
expect "it is said" eventually "$follows" logged "the change of files is refused"
mv "$lab_dir/boot.gone" "$lab_dir/boot"
echo "$(mac 0c),192.168.1.24" > "$hosts/next"
expect "the next change is taken" eventually "$follows" gets 0c 192.168.1.24
expect "and the one before with it" gets 0b 192.168.1.22

step "SIGHUP"
echo "$(mac 01),192.168.1.21" > "$lab_dir/machines"
sleep 0.5
expect "the hostsfile is not followed" gets 01 192.168.1.11
reads
expect "but read at SIGHUP" eventually "$follows" gets 01 192.168.1.21
rm "$lab_dir/machines"
reads
expect "a file that cannot be read is named" eventually "$follows" logged "cannot read $lab_dir/machines: .*stays in use"
expect "and stays as it was" gets 01 192.168.1.21
mkdir "$lab_dir/late.d"
reads
echo "$(mac 08),192.168.1.18" > "$lab_dir/late.d/a"
expect "the directory that came late is followed" eventually "$follows" gets 08 192.168.1.18
echo "$(mac 05),192.168.1.25" > "$hosts/rack4"
expect "and so is the one that came back" eventually "$follows" gets 05 192.168.1.25
echo 'dhcp-optoin=3' >> "$lab_dir/pxed.conf"
echo "$(mac 09),192.168.1.19" > "$hosts/rack5"
expect "a configuration that is being edited does not stand in the way" eventually "$follows" gets 09 192.168.1.19

step "many at a time"
(for i in $(seq 400); do echo "$(printf '02:00:00:00:01:%02x' $((i % 256))),set:t$i" > "$hosts/many$i"; done)
echo "$(mac 0a),192.168.1.20" > "$hosts/zlast"
expect "the last of four hundred files counts" eventually "$follows" gets 0a 192.168.1.20
server_stop
