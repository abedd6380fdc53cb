#!/usr/bin/env bash
# The Ansible role against a booted Debian, by ssh as from anybody's desk: it installs, serves and boots; a second run changes
# nothing; a change is taken over by a reload; what is wrong never reaches the daemon that runs, and no later run takes that
# for well. At the end the example, as it is, with all that makes a boot tree.
. "$(dirname "$0")/lib.sh"
system_begin ansible
need ansible-playbook ssh-keygen python3 tftp curl dpkg-scanpackages
role=$system_dir/../../contrib/ansible
dorabot=$system_dir/../support/dorabot
ipxe=/usr/lib/ipxe
installer=/usr/lib/debian-installer/images/12/amd64/text/debian-installer/amd64
for file in "$ipxe"/{undionly.kpxe,snponly.efi} "$installer"/{linux,initrd.gz}; do
  [ -r "$file" ] || skip "$file is not there (tests/packages names its package)"
done
ssh-keygen -q -t ed25519 -N '' -f "$lab_dir/key"
let_us_in() { # let_us_in ROOT
  install -d -m 700 "$1/root/.ssh"
  cp "$lab_dir/key.pub" "$1/root/.ssh/authorized_keys"
}
# cut_down PACKAGE DIRECTORY FILE...: a package of this host with only those files in it, as DIRECTORY/PACKAGE.deb
cut_down() {
  local file tree=$lab_dir/package/$1
  for file in "${@:3}"; do install -D -m 644 "$file" "$tree$file"; done
  mkdir "$tree/DEBIAN"
  dpkg-query --status "$1" | grep -E '^(Package|Version|Architecture|Maintainer|Description):' > "$tree/DEBIAN/control"
  dpkg-deb --build --root-owner-group -Znone "$tree" "$2/$1.deb" > /dev/null
  rm -r "$tree"
}
# In place of Debian's mirror, which is far.
with_mirror() { # with_mirror ROOT
  mkdir "$1/var/mirror"
  cut_down ipxe "$1/var/mirror" "$ipxe"/{undionly.kpxe,snponly.efi}
  cut_down debian-installer-12-netboot-amd64 "$1/var/mirror" "$installer"/{linux,initrd.gz}
  (cd "$1/var/mirror" && dpkg-scanpackages . > Packages 2> /dev/null)
  rm -rf "$1"/etc/apt/sources.list.d/*
  echo 'deb [trusted=yes] file:/var/mirror ./' > "$1/etc/apt/sources.list"
}
prepare() { # prepare ROOT
  let_us_in "$1"
  with_mirror "$1"
}
machine_prepare=prepare
machine_boot
on client ip addr add 192.168.1.9/24 dev eth0

# The desk: nothing of this machine's own Ansible and ssh configuration is used.
export ANSIBLE_CONFIG=$role/ansible.cfg ANSIBLE_ROLES_PATH=$role/roles ANSIBLE_HOME=$lab_dir/ansible ANSIBLE_NOCOLOR=1
export ANSIBLE_LOCAL_TEMP=$lab_dir/ansible/tmp ANSIBLE_RETRY_FILES_ENABLED=0 ANSIBLE_PIPELINING=1
ssh_options="-F none -i $lab_dir/key -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR"
ssh_options+=" -o ControlMaster=auto -o ControlPersist=30 -o ControlPath=$lab_dir/ssh-%C -o ConnectTimeout=10"
cat > "$lab_dir/site.yml" <<END
- hosts: all
  gather_facts: true
  gather_subset: [min]
  roles: [pxed]
END
echo "a boot program" > "$lab_dir/program"
mkdir "$lab_dir/web"
seq 10000 > "$lab_dir/web/rescue"

# The variables that the whole test stands on; a run may replace some of them by others.
cat > "$lab_dir/good.yml" <<END
pxed_package_file: /root/pxed.deb
pxed_boot_files:
  - {src: $lab_dir/program, dest: loaders/pxelinux.0}
pxed_options:
  interface: br0
  dhcp-range: 192.168.1.50,192.168.1.59,8h
  dhcp-option:
    - option:router,192.168.1.254
    - option:dns-server,192.168.1.253
  enable-tftp: true
  tftp-root: /srv/tftp
  dhcp-boot: loaders/pxelinux.0
  log-dhcp: false
pxed_drop_ins:
  hosts:
    options:
      dhcp-host: ["02:00:00:00:0a:01,192.168.1.77,desk"]
END

# What stands beside the example's own variables.
cat > "$lab_dir/beside.yml" <<END
pxed_package_file: /root/pxed.deb
pxed_on_change: restarted
pxed_lines:
  - dhcp-host=02:00:00:00:0c:01,192.168.1.11,second
  - dhcp-host=02:00:00:00:0c:02,192.168.1.12,third
pxed_drop_ins:
  hosts:
    state: absent
pxed_boot_files:
  - url: http://192.168.1.9:8000/rescue
    checksum: sha256:$(sha256sum "$lab_dir/web/rescue" | cut -d ' ' -f 1)
    dest: rescue/vmlinuz
  - {src: $lab_dir/program, dest: loaders/pxelinux.0}
END

# playbook FILE NAME [ARGUMENT...]: a run; its output is in $lab_dir/NAME.log. Every wait of it has an end.
playbook() {
  on client timeout 120 ansible-playbook -u root --ssh-common-args "$ssh_options" \
    -e ansible_python_interpreter=/usr/bin/python3 "${@:3}" "$1" > "$lab_dir/$2.log" 2>&1
}
play() { playbook "$lab_dir/site.yml" "$1" -i 192.168.1.1, -e "@$lab_dir/good.yml" "${@:2}"; }
play_example() { playbook "$role/example.yml" "$1" -i 192.168.1.1, -e "@$lab_dir/beside.yml" "${@:2}"; }
recap() { grep -Eq "^192\.168\.1\.1 .*$2" "$lab_dir/$1.log"; } # recap NAME PATTERN
# log_has NAME PATTERN: Ansible prints what a program said with its line breaks and quotes escaped.
log_has() { grep -Eq -- "$2" <(tr -d '\\\n' < "$lab_dir/$1.log"); }
variables() { cat > "$lab_dir/other.yml"; }
ask() { on client timeout 20 "$dorabot" ask eth0 "$@" --broadcast --seconds 5 > "$lab_dir/ask.log" 2>&1; }
told() { grep -Eq -- "$1" "$lab_dir/ask.log"; }
files() { inside sh -c 'cat /etc/pxed.conf /etc/pxed.d/*.conf | sha256sum'; }

ssh_answers() { on client bash -c "exec 3<> /dev/tcp/192.168.1.1/22"; }
expect "the machine can be reached" eventually 20 ssh_answers

spawn client "$lab_dir/web.log" python3 -m http.server --bind 192.168.1.9 --directory "$lab_dir/web" 8000
inside apt-get update --quiet=2

step "a trial run on a machine without pxed"
expect "it ends well" play_example bare --check --diff
expect_not "it installed nothing" inside test -e /usr/sbin/pxed

step "the first run"
expect "it ends well" play first
expect "it changed something" recap first 'changed=[1-9].* failed=0'
expect "pxed runs" service_is active
expect "a machine gets an address of the range" ask 02:00:00:00:0b:01
expect "and no other" told '^ACK 192\.168\.1\.5[0-9] '
expect "a host of the drop-in gets its own" ask 02:00:00:00:0a:01
expect "192.168.1.77" told '^ACK 192\.168\.1\.77 '
on client tftp -m binary 192.168.1.1 -c get loaders/pxelinux.0 "$lab_dir/loaded" > /dev/null 2>&1 || true
expect "the boot file is served" cmp "$lab_dir/program" "$lab_dir/loaded"

step "the second run"
expect "it ends well" play second
expect "it changes nothing" recap second 'changed=0 .* failed=0'
expect "nor would a trial run" play trial --check --diff
expect "change anything" recap trial 'changed=0 .* failed=0'

step "a change, and a daemon that takes its time"
pid=$(main_pid)
variables <<END
pxed_drop_ins:
  hosts:
    options:
      dhcp-host: ["02:00:00:00:0a:01,192.168.1.79,desk"]
END
# It stands still from when its file is written until long after it was told to read it, and less than its watchdog waits.
{
  eventually 60 inside grep -q '192\.168\.1\.79' /etc/pxed.d/hosts.conf || true
  inside kill -STOP "$pid"
  sleep 12
  inside kill -CONT "$pid"
} &
slowly=$!
expect "the play ends well" play slow -e "@$lab_dir/other.yml"
stands_still() { [ "$(inside ps -o state= -p "$pid")" = T ]; }
expect_not "and not before the daemon has read them" stands_still
expect "it has" status_says '; reloaded 20'
wait "$slowly"
expect "one file is another" recap slow 'changed=[1-3] .* failed=0'
expect "the daemon is the same" [ "$(main_pid)" = "$pid" ]
expect "the host asks" ask 02:00:00:00:0a:01
expect "and gets its new address" told '^ACK 192\.168\.1\.79 '

step "what is wrong"
before=$(files)
# All at a time: the same machine by other names, each with variables of its own.
cat > "$lab_dir/wrong.yml" <<END
all:
  vars: {ansible_host: 192.168.1.1}
  hosts:
    value: {pxed_options: {interface: br0, dhcp-range: "192.168.1.50,192.168.1.999,8h", dhcp-hots: "02:00:00:00:0a:01"}}
    type: {pxed_options: [interface=br0]}
    break: {pxed_options: {interface: "br0\nuser=root"}}
    unchecked: {pxed_boot_files: [{url: "http://192.0.2.1/k", dest: k}]}
    above: {pxed_boot_debian: [{directory: ..}]}
    absolute: {pxed_boot_debian: [{directory: /etc}]}
    elsewhere: {pxed_drop_ins: {../passwd: {lines: [enable-tftp]}}}
    missing: {pxed_options: {interface: br0, tftp-root: /srv/none, enable-tftp: true}}
END
expect_not "the plays fail" playbook "$lab_dir/site.yml" wrong -i "$lab_dir/wrong.yml" --forks 4
fails_of() { grep -Eq -- "^(fatal|failed): \[$1\].*$2" <(sed 's/\\//g' "$lab_dir/wrong.log"); } # fails_of NAME PATTERN
expect "a value and a name: it says why" fails_of value 'source:[0-9]+: error: dhcp-range: .*192\.168\.1\.999.*did you mean "?dhcp-host'
expect "a type" fails_of type 'pxed_options.* is of type .*list'
expect "a line break" fails_of break 'has a line break'
expect "a file that nobody can check" fails_of unchecked 'needs url and checksum'
expect "a directory above the tree" fails_of above 'pxed_boot_debian: \.\. is no name'
expect "a directory from the root" fails_of absolute 'pxed_boot_debian: /etc is no name'
expect "a drop-in elsewhere" fails_of elsewhere 'pxed_drop_ins: \.\./passwd is no name'
expect "a directory that is not there" fails_of missing 'tftp-root /srv/none: No such file'
expect "the files are as they were" [ "$(files)" = "$before" ]
# refused NAME PATTERN: the play with $lab_dir/other.yml fails and says PATTERN.
refused() {
  expect_not "$1: the play fails" play wrong -e "@$lab_dir/other.yml"
  expect "$1: it says why" log_has wrong "$2"
}
# Only the daemon can see this.
inside systemd-run --quiet --unit=squatter python3 -m http.server 80
eventually 10 on server sh -c 'ss -Hltn sport = :80 | grep -q .' || fail "nothing listens on port 80"
variables <<END
pxed_options: {interface: br0, dhcp-range: "192.168.1.50,192.168.1.59,8h", enable-http: true, http-root: /srv/tftp}
END
refused "a port that another program has" 'reload was refused'
refused "the same once more" 'reload was refused'
inside systemctl stop squatter
expect "the daemon is the same" [ "$(main_pid)" = "$pid" ]
web_has() { [ "$(on client curl --silent --max-time 5 "http://192.168.1.1/$1" | sha256sum)" = "$(sha256sum < "$2")" ]; } # web_has NAME FILE
expect_not "HTTP is not served" web_has loaders/pxelinux.0 "$lab_dir/program"
expect "with the port free and the same variables the play ends well" play freed -e "@$lab_dir/other.yml"
expect "HTTP is served" web_has loaders/pxelinux.0 "$lab_dir/program"
expect "the daemon is the same" [ "$(main_pid)" = "$pid" ]
expect "the next run ends well" play settled -e "@$lab_dir/other.yml"
expect "and changes nothing" recap settled 'changed=0 .* failed=0'
# Each file alone is sound; together they are not.
write_file /etc/pxed.d/by-hand.conf <<< 'tftp-max=8'
variables <<END
pxed_drop_ins:
  hosts:
    options:
      dhcp-host: ["02:00:00:00:0a:01,192.168.1.78,desk"]
      tftp-max: 7
END
refused "two files that contradict each other" 'tftp-max: it may be given only once'
expect "the daemon is the same" [ "$(main_pid)" = "$pid" ]
expect "and serves what it served" ask 02:00:00:00:0a:01
expect "192.168.1.77" told '^ACK 192\.168\.1\.77 '
expect "and knows that it has not these files" status_says 'reload was refused.*tftp-max'
inside rm /etc/pxed.d/by-hand.conf
expect "without the other file the same play ends well" play mended -e "@$lab_dir/other.yml"
expect "and pxed has taken the files" ask 02:00:00:00:0a:01
expect "192.168.1.78" told '^ACK 192\.168\.1\.78 '

step "the example"
# Its network is behind eth1.
on server ip link set br0 down
on server ip link set br0 name eth1
on server ip link set eth1 up
expect "it ends well" play_example example
expect "the daemon was restarted" [ "$(main_pid)" != "$pid" ]
pid=$(main_pid)
tftp_has() { # tftp_has NAME FILE
  rm -f "$lab_dir/loaded"
  on client tftp -m binary 192.168.1.1 -c get "$1" "$lab_dir/loaded" > /dev/null 2>&1 || true
  cmp --silent "$2" "$lab_dir/loaded"
}
expect "iPXE for BIOS is served" tftp_has undionly.kpxe "$ipxe/undionly.kpxe"
expect "and for UEFI" tftp_has snponly.efi "$ipxe/snponly.efi"
expect "Debian's kernel" web_has debian/linux "$installer/linux"
expect "and its initrd" web_has debian/initrd.gz "$installer/initrd.gz"
expect "the file that was loaded" tftp_has rescue/vmlinuz "$lab_dir/web/rescue"
expect "firmware asks" ask 52:54:00:12:34:56 --architecture 7
expect "and gets its address and its program" told '^ACK 192\.168\.1\.10 .*snponly\.efi'
last_lines() { inside tail -n 2 /etc/pxed.conf | cmp --silent - <(sed -n 's/^  - \(dhcp-host=\)/\1/p' "$lab_dir/beside.yml"); }
expect "the lines are behind the options, as they are" last_lines
expect "a machine of theirs asks" ask 02:00:00:00:0c:02
expect "and gets its address" told '^ACK 192\.168\.1\.12 '
expect_not "a drop-in that is not wanted is gone" inside test -e /etc/pxed.d/hosts.conf
expect "it ends well again" play_example again
expect "and changes nothing" recap again 'changed=0 .* failed=0'
expect "the daemon is the same" [ "$(main_pid)" = "$pid" ]
