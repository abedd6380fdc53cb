#!/usr/bin/env bash
# The Ansible role against a booted Debian, by ssh as from anybody's desk: it installs, serves and boots; a second run changes
# nothing; a change is taken over by a reload; what is wrong never reaches the daemon that runs.
. "$(dirname "$0")/lib.sh"
system_begin ansible
need ansible-playbook ssh-keygen python3 tftp
role=$system_dir/../../contrib/ansible
dorabot=$system_dir/../support/dorabot
ssh-keygen -q -t ed25519 -N '' -f "$lab_dir/key"
let_us_in() { # let_us_in ROOT
  install -d -m 700 "$1/root/.ssh"
  cp "$lab_dir/key.pub" "$1/root/.ssh/authorized_keys"
}
machine_prepare=let_us_in
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

# play NAME [ARGUMENT...]: a run; its output is in $lab_dir/NAME.log. Every wait of it has an end.
play() {
  local name=$1
  shift
  on client timeout 120 ansible-playbook -i 192.168.1.1, -u root --ssh-common-args "$ssh_options" -e ansible_python_interpreter=/usr/bin/python3 \
    -e "@$lab_dir/good.yml" "$@" "$lab_dir/site.yml" > "$lab_dir/$name.log" 2>&1
}
recap() { grep -Eq "^192\.168\.1\.1 .*$2" "$lab_dir/$1.log"; } # recap NAME PATTERN
# log_has NAME PATTERN: Ansible prints what a program said with its line breaks and quotes escaped.
log_has() { tr -d '\\\n' < "$lab_dir/$1.log" | grep -Eq -- "$2"; }
variables() { cat > "$lab_dir/other.yml"; }
ask() { on client timeout 20 "$dorabot" ask eth0 "$1" --broadcast --seconds 5 > "$lab_dir/ask.log" 2>&1; }
told() { grep -Eq -- "$1" "$lab_dir/ask.log"; }
files() { inside sh -c 'cat /etc/pxed.conf /etc/pxed.d/*.conf | sha256sum'; }

ssh_answers() { on client bash -c "exec 3<> /dev/tcp/192.168.1.1/22"; }
expect "the machine can be reached" eventually 20 ssh_answers

step "a trial run on a machine without pxed"
expect "it ends well" play bare --check --diff
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

step "a daemon that takes its time"
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

step "a change"
variables <<END
pxed_drop_ins:
  hosts:
    options:
      dhcp-host: ["02:00:00:00:0a:01,192.168.1.78,desk"]
END
expect "it ends well" play changed -e "@$lab_dir/other.yml"
expect "one file is another" recap changed 'changed=[1-3] .* failed=0'
expect "the daemon is the same" [ "$(main_pid)" = "$pid" ]
expect "the host asks" ask 02:00:00:00:0a:01
expect "and gets its new address" told '^ACK 192\.168\.1\.78 '

step "what is wrong"
before=$(files)
# refused NAME PATTERN: the play with $lab_dir/other.yml fails and says PATTERN.
refused() {
  expect_not "$1: the play fails" play wrong -e "@$lab_dir/other.yml"
  expect "$1: it says why" log_has wrong "$2"
}
variables <<< 'pxed_options: {interface: br0, dhcp-range: "192.168.1.50,192.168.1.999,8h", dhcp-hots: "02:00:00:00:0a:01"}'
refused "a value and a name" 'source:[0-9]+: error: dhcp-range: .*192\.168\.1\.999.*did you mean "?dhcp-host'
variables <<< 'pxed_options: [interface=br0]'
refused "a type" 'pxed_options.* is of type .*list'
variables <<< 'pxed_options: {interface: "br0\nuser=root"}'
refused "a line break" 'has a line break'
variables <<< 'pxed_boot_files: [{url: "http://192.0.2.1/k", dest: k}]'
refused "a file that nobody can check" 'needs url and checksum'
variables <<< 'pxed_options: {interface: br0, tftp-root: /srv/none, enable-tftp: true}'
refused "a directory that is not there" 'tftp-root /srv/none: No such file'
expect "the files are as they were" [ "$(files)" = "$before" ]
# Only the daemon can see this.
inside systemd-run --quiet --unit=squatter python3 -m http.server 80
eventually 10 on server sh -c 'ss -Hltn sport = :80 | grep -q .' || fail "nothing listens on port 80"
variables <<END
pxed_options: {interface: br0, dhcp-range: "192.168.1.50,192.168.1.59,8h", enable-http: true, http-root: /srv/tftp}
END
refused "a port that another program has" 'reload was refused'
inside systemctl stop squatter
expect "the daemon is the same" [ "$(main_pid)" = "$pid" ]
# Each file alone is sound; together they are not.
variables <<END
pxed_drop_ins:
  hosts:
    options: {tftp-max: 7}
  more:
    options: {tftp-max: 8}
END
refused "two files that contradict each other" 'tftp-max: it may be given only once'
expect "the daemon is the same" [ "$(main_pid)" = "$pid" ]
expect "and serves what it served" ask 02:00:00:00:0a:01
expect "192.168.1.78" told '^ACK 192\.168\.1\.78 '
variables <<END
pxed_drop_ins:
  hosts:
    options:
      dhcp-host: ["02:00:00:00:0a:01,192.168.1.78,desk"]
  more:
    state: absent
END
expect "with the variables mended the play ends well" play mended -e "@$lab_dir/other.yml"
expect "and pxed takes the files" inside pxed --test
expect_not "a drop-in that is not wanted is gone" inside test -e /etc/pxed.d/more.conf
