#!/usr/bin/env bash
# HTTP with real clients: whole files, parts, conditions, downloads that go on, HTTPS with a certificate that changes,
# hostile requests, a hundred clients while DHCP is answered, and the same requests to nginx.
. "$(dirname "$0")/lib.sh"
lab_begin http
need curl python3 openssl nginx sha256sum
lab_host client
on client ip addr add 192.168.1.9/24 dev eth0
lab_host stranger
on server ip link set to-stranger nomaster
on server ip addr add 10.9.9.1/24 dev to-stranger
on stranger ip addr add 10.9.9.9/24 dev eth0
cd "$lab_dir"
mkdir -p tftp/sub tftp/indexed
echo "hello from the boot server" > tftp/hello.txt
echo "with a blank" > "tftp/with blank.txt"
echo inner > tftp/sub/inner.txt
echo index > tftp/indexed/index.html
: > tftp/empty
head -c 5000 /dev/urandom > tftp/boot.efi
head -c 5000 /dev/urandom > tftp/small.iso
head -c 5000 /dev/urandom > tftp/vmlinuz
head -c 8000000 /dev/urandom > tftp/large.bin
for _ in 1 2 3 4 5; do cat tftp/large.bin; done > tftp/huge.bin
head -c 300000000 /dev/urandom > tftp/image.bin
echo secret > secret
ln -s hello.txt tftp/link-inside
ln -s "$lab_dir/secret" tftp/link-outside
certificate() { # certificate NAME: into boot.pem and boot.key
  openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj "/CN=$1" -addext "subjectAltName=IP:192.168.1.1" \
    -keyout boot.key -out boot.pem 2> /dev/null
}
certificate other
mv boot.pem other.pem
certificate first
configure <<END
interface=br0
dhcp-range=192.168.1.50,192.168.1.200,1h
no-ping
enable-tftp
enable-http
tftp-root=$lab_dir/tftp
http-tls-cert=$lab_dir/boot.pem
http-tls-key=$lab_dir/boot.key
END
server_start
url=http://192.168.1.1

get() { on client curl -sS --max-time 60 "$@"; }
status() { on client curl -s --max-time 60 -o body -w '%{http_code}' "$@" || true; }
has_status() { # has_status STATUS ARGUMENT...
  local wanted=$1
  shift
  [ "$(status "$@")" = "$wanted" ]
}
same() { cmp -s "$1" "$2"; }
has_header() { # has_header WORDS ARGUMENT...
  local words=$1
  shift
  get -D headers -o body "$@" && grep -Eqi -- "$words" headers
}

step "files, parts and conditions"
expect "a file" has_status 200 $url/boot.efi
expect "it is whole" same body tftp/boot.efi
expect "UEFI's type, without a parameter" has_header '^Content-Type: application/efi.$' $url/boot.efi
expect "doubled slashes are no redirect" has_status 200 $url//sub//inner.txt
expect "a part" has_status 206 -r 100-199 $url/vmlinuz
expect "of 100 bytes" test "$(wc -c < body)" = 100
expect "beyond the end" has_status 416 -r 5000- $url/vmlinuz
expect "which tells the size" has_header '^Content-Range: bytes \*/5000' -r 5000- $url/vmlinuz
head -c 3000000 tftp/large.bin > resumed
expect "a download goes on" get -C - -o resumed $url/large.bin
expect "to the same file" same resumed tftp/large.bin
get -o first --etag-save tag $url/hello.txt
expect "nothing when it has not changed" has_status 304 --etag-compare tag $url/hello.txt
expect "nothing since its date" has_status 304 -z tftp/hello.txt $url/hello.txt
expect "HEAD tells the length" has_header '^Content-Length: 8000000' -I $url/large.bin
expect "one connection for many files" test \
  "$(get -o /dev/null -o /dev/null -o /dev/null -w '%{num_connects}\n' $url/hello.txt $url/vmlinuz $url/empty | awk '{ n += $1 } END { print n }')" = 1
expect "POST is not served" has_status 405 -d a=b $url/hello.txt
expect "no listing unless asked" has_status 403 $url/sub/
expect "index.html where there is one" has_status 200 $url/indexed/

step "300 MB"
started=$(date +%s%N)
expect "arrive" get -o image $url/image.bin
echo "  $((300000 / (($(date +%s%N) - started) / 1000000))) MB/s"
expect "whole" test "$(sha256sum < image)" = "$(sha256sum < tftp/image.bin)"
rm image

step "what leads out"
for target in /../secret /%2e%2e/secret /sub/%2e%2e/%2e%2e/secret /sub/..%2f..%2fsecret '/..\secret' /hello.txt%00 /a%2fb; do
  expect "400 for $target" has_status 400 --path-as-is "$url$target"
done
expect "403 for a link out of the root" has_status 403 $url/link-outside
expect_not "no path of ours in an answer" grep -q "$lab_dir" body
expect_not "and nothing of the file" grep -q secret body

step "where it is not to serve"
on stranger curl -s --max-time 5 -o stranger.body http://10.9.9.1/hello.txt || true
expect_not "nothing on another interface" test -s stranger.body

step "hostile requests"
cat > hostile.py << 'END'
import socket, sys, time
server = ("192.168.1.1", 80)
def talk(raw, seconds=5):
    with socket.create_connection(server, timeout=seconds) as s:
        try:
            s.sendall(raw)
        except OSError:
            pass
        answer = b""
        try:
            while piece := s.recv(65536):
                answer += piece
        except OSError:
            pass
        return answer
def status(raw): return talk(raw)[:12].decode("latin-1")[9:]
head = b"GET /hello.txt HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
checks = {
    "a header of 100 kB": (status(head + b"X: " + b"a" * 100000 + b"\r\n\r\n"), ("431", "413", "414", "400")),
    "ten thousand headers": (status(head + b"X: a\r\n" * 10000 + b"\r\n"), ("431", "413", "400")),
    "1300 ranges": (status(head + b"Range: bytes=" + b",".join([b"0-"] * 1300) + b"\r\n\r\n"), ("200", "431")),
    "a path of 20 kB": (status(b"GET /" + b"a" * 20000 + b" HTTP/1.1\r\nHost: x\r\n\r\n"), ("414", "431", "400")),
    "every broken escape": (",".join({status(b"GET /a%" + x + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                                      for x in (b"", b"4", b"zz", b"%", b"0", b"4g")}), ("400",)),
    "a smuggled request": (str(talk(b"GET /hello.txt HTTP/1.1\r\nHost: x\r\nContent-Length: 50\r\nTransfer-Encoding: chunked\r\n"
                                    b"\r\n0\r\n\r\nGET /vmlinuz HTTP/1.1\r\nHost: x\r\n\r\n").count(b"HTTP/1.1 ")), ("1",)),
}
bad = [f"{name}: {got!r} is none of {wanted}" for name, (got, wanted) in checks.items() if got not in wanted]
print("\n".join(bad) or "all as they should")
sys.exit(bool(bad))
END
expect "have a clear status each" on client timeout 60 python3 hostile.py
expect "and the server serves on" has_status 200 $url/hello.txt

step "a hundred downloads, slow clients among them, while DHCP is answered"
cat > crowd.py << 'END'
# 40 downloads, as many clients that never end their request, ten that read nothing; and DHCP all the while.
import selectors, socket, struct, sys, time
selector = selectors.DefaultSelector()
downloads, wanted = {}, 8000000
def opened(data):
    s = socket.create_connection(("192.168.1.1", 80), timeout=20)
    s.sendall(data)
    s.setblocking(False)
    return s
slow = [opened(b"GET /hello.txt HTTP/1.1\r\nX") for _ in range(40)]
stalled = [opened(b"GET /image.bin HTTP/1.1\r\nHost: x\r\n\r\n") for _ in range(10)]
dhcp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
dhcp.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
dhcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
dhcp.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"eth0")
dhcp.bind(("", 68))
dhcp.settimeout(2)
def discover(number):
    mac = bytes([2, 0, 0, 0, 1, number % 20])
    packet = struct.pack("!BBBBIHHIIII", 1, 1, 6, 0, number, 0, 0x8000, 0, 0, 0, 0) + mac.ljust(16, b"\0") + bytes(192)
    packet += b"\x63\x82\x53\x63\x35\x01\x01\xff"
    began = time.monotonic()
    dhcp.sendto(packet, ("255.255.255.255", 67))
    while True:
        answer = dhcp.recv(2048)
        if struct.unpack("!I", answer[4:8])[0] == number:
            return time.monotonic() - began
def pump(until):
    while time.monotonic() < until and downloads:
        for key, _ in selector.select(0.01):
            try:
                piece = key.fileobj.recv(262144)
            except BlockingIOError:
                continue
            downloads[key.fileobj] += len(piece)
            if not piece:
                total = downloads.pop(key.fileobj)
                selector.unregister(key.fileobj)
                key.fileobj.close()
                if total < wanted:
                    sys.exit(f"a download ended after {total} bytes")
for _ in range(40):
    s = opened(b"GET /large.bin HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    downloads[s] = 0
    selector.register(s, selectors.EVENT_READ)
END
cat >> crowd.py << 'END'
times, number = [], 1000
deadline = time.monotonic() + 90
while (downloads or len(times) < 50) and time.monotonic() < deadline:
    pump(time.monotonic() + 0.05)
    number += 1
    times.append(discover(number))
if downloads:
    sys.exit(f"{len(downloads)} downloads are not done")
times.sort()
print(f"DHCP answered {len(times)} times: median {times[len(times) // 2] * 1000:.1f} ms, slowest {times[-1] * 1000:.1f} ms")
sys.exit(times[len(times) // 2] > 0.05 or times[-1] > 1)
END
# Sixty more from another machine: one address may have a hundred connections.
lab_host second
on second ip addr add 192.168.1.10/24 dev eth0
cat > sixty.sh << END
for i in \$(seq 60); do curl -sS --max-time 90 -o many.\$i $url/large.bin & done
wait
END
spawn second sixty.log bash sixty.sh
sixty=$spawned
expect "all forty here, and DHCP is answered at once" on client timeout 120 python3 crowd.py
expect "all sixty there" reap "$sixty" 90
whole() { for number in $(seq 60); do same "many.$number" tftp/large.bin || return 1; done; }
expect "whole" whole
rm -f many.*

step "HTTPS"
secure() { get --cacert "$1" -o body "${@:2}"; }
expect "a file" secure boot.pem https://192.168.1.1/vmlinuz
expect "it is whole" same body tftp/vmlinuz
for version in 1.2 1.3; do
  expect "a file by TLS $version" secure boot.pem --tls-max "$version" https://192.168.1.1/vmlinuz
done
touches() { on client timeout 5 bash -c 'exec 3<>/dev/tcp/192.168.1.1/443'; }
expect "somebody looks whether the port is open" touches
said() { grep -c 'TLS handshake failed' server.log || true; }
has_said() { [ "$(said)" = "$1" ]; }
expect_not "a client that speaks no TLS" get -o body http://192.168.1.1:443/vmlinuz
expect "is named, as the first" logged 'speaks no HTTPS with us: TLS handshake failed: before that: no TLS'
expect "and nobody before it" has_said 1
for version in 1.2 1.3; do
  before=$(said)
  expect_not "a client that knows another certificate authority, TLS $version" \
    secure other.pem --tls-max "$version" https://192.168.1.1/vmlinuz
  expect "is named" eventually 2 has_said $((before + 1))
done
expect "for its certificate" logged '192\.168\.1\.9 speaks no HTTPS with us: TLS handshake failed: after the certificate'
cp boot.pem old.pem
certificate second
kill -HUP "$server_pid"
expect "the new certificate after SIGHUP" eventually 5 secure boot.pem https://192.168.1.1/vmlinuz
expect_not "and no longer the old one" secure old.pem https://192.168.1.1/vmlinuz
mv boot.key kept.key
echo rubbish > boot.key
kill -HUP "$server_pid"
expect "a key that is none is said" logged 'boot\.key is no private key'
expect "and the pair before it serves on" secure boot.pem https://192.168.1.1/vmlinuz
mv kept.key boot.key
kill -HUP "$server_pid"

step "the same requests to nginx"
mkdir nginx
cat > nginx.conf << END
user root;
worker_processes 1;
daemon off;
pid $lab_dir/nginx/pid;
error_log $lab_dir/nginx.log;
events { worker_connections 256; }
http {
  access_log off;
  include /etc/nginx/mime.types;
  default_type application/octet-stream;
  client_body_temp_path $lab_dir/nginx/body; proxy_temp_path $lab_dir/nginx/proxy; fastcgi_temp_path $lab_dir/nginx/fastcgi;
  uwsgi_temp_path $lab_dir/nginx/uwsgi; scgi_temp_path $lab_dir/nginx/scgi;
  server { listen 192.168.1.1:8081; root $lab_dir/tftp; }
}
END
spawn server nginx.out nginx -c "$lab_dir/nginx.conf"
expect "nginx listens" eventually 10 on client curl -s -o /dev/null http://192.168.1.1:8081/
compare() { on client timeout 300 python3 "$e2e_dir/http_compare" 192.168.1.1:8081 192.168.1.1:80 "$1" > compare.log 2>&1; }
expect "no difference that is not documented" compare "$e2e_dir/http_differences"
tail -n 1 compare.log
expect_not "the comparison can fail" compare /dev/null

step "clients that are given up"
ready() { [ "$(on server ss -Htn state established "sport = :80" | wc -l)" -le "$1" ]; }
on client python3 -c '
import socket, time
held = [socket.create_connection(("192.168.1.1", 80)) for _ in range(50)]
deadline = time.monotonic() + 25
for s in held: s.sendall(b"GET / HTTP/1.1\r\nX: ")
open_ones = held
while open_ones and time.monotonic() < deadline:
    time.sleep(1)
    left = []
    for s in open_ones:
        s.setblocking(False)
        try:
            s.sendall(b"a")
            if s.recv(1): left.append(s)
        except BlockingIOError:
            left.append(s)
        except OSError:
            pass
    open_ones = left
raise SystemExit(len(open_ones) > 0)' || fail "slowloris holds connections for 25 s"
checks_passed=$((checks_passed + 1))

step "a script for a machine that a restart has forgotten"
cat >> pxed.conf <<END
dhcp-host=02:00:00:00:00:aa,192.168.1.77,set:rescue
boot-linux=vmlinuz,small.iso,install-it
boot-linux=tag:rescue,vmlinuz,small.iso,only-look
END
server_stop
server_start
on client ip addr add 192.168.1.77/24 dev eth0
on client timeout 10 "$e2e_dir/../support/dorabot" ask eth0 02:00:00:00:00:aa > ask.log 2>&1 || fail "no address: $(cat ask.log)"
script_has() { # script_has ADDRESS WORD: the boot.ipxe that this address gets
  get --interface "$1" -o script $url/boot.ipxe && grep -q "$2" script
}
expect "by the tags it has" script_has 192.168.1.77 only-look
expect "and another one by the line for everybody" script_has 192.168.1.9 install-it
server_stop
server_start
expect "none, rather than that of another line" has_status 404 --interface 192.168.1.77 $url/boot.ipxe
expect "it says why" logged "tags are not known any more .*asked for by 02:00:00:00:00:aa"
on client timeout 10 "$e2e_dir/../support/dorabot" ask eth0 02:00:00:00:00:aa > ask.log 2>&1 || fail "no address: $(cat ask.log)"
expect "once it has asked again, its own" script_has 192.168.1.77 only-look

step "a port that is taken"
sed 's/^enable-http/enable-http\nhttp-port=8081/' pxed.conf > taken.conf
says_owner() {
  on server "$(server_program)" --test -C taken.conf > test.log 2>&1
  grep -q 'port 8081 is taken by nginx' test.log
}
expect "--test says by whom" says_owner
kill -USR1 "$server_pid"
expect "figures" logged 'HTTP, [0-9]+ connections'
server_stop
