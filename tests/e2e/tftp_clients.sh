#!/usr/bin/env bash
# Four TFTP clients written by four people, over a wire of 1500 bytes: every file arrives whole, whatever was negotiated,
# and a file that is not there is said so at once.
. "$(dirname "$0")/lib.sh"
lab_begin tftp-clients
need busybox curl atftp tftp sha256sum
lab_host client
on client ip addr add 192.168.1.9/24 dev eth0
cd "$lab_dir"
mkdir tftp/sub
head -c 3000000 /dev/urandom > tftp/three.bin
head -c 51200 /dev/urandom > tftp/sub/hundred-blocks.bin # 100 whole blocks of 512: an empty DATA has to end it
head -c 40000000 /dev/urandom > tftp/rollover.bin
: > tftp/empty.bin
seq 20000 > tftp/lines.txt
configure <<END
interface=br0
dhcp-range=192.168.1.50,192.168.1.60,1h
enable-tftp
tftp-root=$lab_dir/tftp
END
server_port=69 server_start

same() { cmp -s "$1" "$2"; }
busybox_gets() { # busybox_gets FILE [ARGUMENT...]
  local file=$1
  shift
  rm -f got
  timeout 120 ip netns exec "pxed-$$-client" busybox tftp -g -l got -r "$file" "$@" 192.168.1.1 > client.log 2>&1 && same got "tftp/$file"
}
curl_gets() { # curl_gets FILE [ARGUMENT...]
  local file=$1
  shift
  rm -f got
  timeout 60 ip netns exec "pxed-$$-client" curl -sS "$@" -o got "tftp://192.168.1.1/$file" > client.log 2>&1 && same got "tftp/$file"
}
atftp_gets() { # atftp_gets FILE [OPTION...]
  local file=$1 options=()
  shift
  for option in "$@"; do options+=(--option "$option"); done
  rm -f got
  timeout 60 ip netns exec "pxed-$$-client" atftp "${options[@]+"${options[@]}"}" --get -r "$file" -l got 192.168.1.1 > client.log 2>&1 &&
    same got "tftp/$file"
}
hpa_gets() { # hpa_gets MODE FILE
  rm -f got
  timeout 60 ip netns exec "pxed-$$-client" tftp -m "$1" 192.168.1.1 -c get "$2" got > client.log 2>&1 && same got "tftp/$2"
}

step "busybox"
expect "three.bin in 512-byte blocks" busybox_gets three.bin -b 512
expect "three.bin in 1468-byte blocks" busybox_gets three.bin -b 1468
expect "a file of whole blocks" busybox_gets sub/hundred-blocks.bin -b 512
expect "an empty file" busybox_gets empty.bin
expect "40 MB in 512-byte blocks: block numbers roll over at 65535" busybox_gets rollover.bin -b 512

step "curl"
expect "three.bin" curl_gets three.bin
expect "three.bin in 1400-byte blocks" curl_gets three.bin --tftp-blksize 1400
expect "three.bin without options, as RFC 1350 has it" curl_gets three.bin --tftp-no-options

step "atftp"
expect "three.bin" atftp_gets three.bin
expect "three.bin, blksize 1468" atftp_gets three.bin 'blksize 1468'
expect "three.bin, blksize 1468 and windowsize 16" atftp_gets three.bin 'blksize 1468' 'windowsize 16'
expect "a file of whole blocks, windowsize 4" atftp_gets sub/hundred-blocks.bin 'windowsize 4'
expect "three.bin, tsize and timeout" atftp_gets three.bin 'tsize 0' 'timeout 3'

step "tftp-hpa"
expect "three.bin, octet" hpa_gets binary three.bin
expect "lines.txt, netascii: line ends are translated and back" hpa_gets ascii lines.txt

step "what is not there, and what is outside"
said() { # said WORDS COMMAND...
  local words=$1
  shift
  ! "$@" && grep -Eqi -- "$words" client.log
}
started=$(date +%s%N)
expect "error 1 for a missing file (tftp-hpa)" said 'not found' hpa_gets binary missing.bin
expect "at once" test $((($(date +%s%N) - started) / 1000000)) -lt 2000
[ "$SERVER" = dnsmasq ] || expect_not "the server's path is not told" grep -q "$lab_dir" client.log
expect "error 1 for a missing file (curl)" said 'curl: \(68\)' curl_gets missing.bin
outside() { # outside FILE: did anything of it arrive?
  hpa_gets binary "$1" || true
  [ -s got ]
}
expect_not "nothing above the root" outside ../pxed.conf
expect_not "nothing by an absolute name above the root" outside /etc/hostname
expect "the log names the missing file" logged 'missing\.bin'

step "forty clients at a time"
jobs=()
for number in $(seq 40); do
  ip netns exec "pxed-$$-client" timeout 60 curl -sS --tftp-blksize 1400 -o "got.$number" tftp://192.168.1.1/three.bin &
  jobs+=($!)
done
for pid in "${jobs[@]}"; do wait "$pid" || fail "one of forty transfers failed"; done
whole() { for number in $(seq 40); do same "got.$number" tftp/three.bin || return 1; done; }
expect "all forty are whole" whole
server_stop
