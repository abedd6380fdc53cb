"""The servers: where their programs come from, how each is told to do the same work, and how it is started and stopped.

A peer that is not installed is unpacked from its Debian package into a directory of its own, so that packages which
exclude each other (atftpd, tftpd-hpa) can stand side by side, and no service starts on this machine.
"""
import json
import os
import pathlib
import shutil
import subprocess
import time

from . import usage
from .wire import BITS, BROADCAST, SERVER, listens

# name -> package, program in it, the protocols it is measured in
PEERS = {
    "dnsmasq": ("dnsmasq-base", "usr/sbin/dnsmasq", ("dhcp", "tftp")),
    "kea": ("kea-dhcp4-server", "usr/sbin/kea-dhcp4", ("dhcp",)),
    "isc-dhcpd": ("isc-dhcp-server", "usr/sbin/dhcpd", ("dhcp",)),
    "tftpd-hpa": ("tftpd-hpa", "usr/sbin/in.tftpd", ("tftp",)),
    "atftpd": ("atftpd", "usr/sbin/atftpd", ("tftp",)),
    "nginx": ("nginx", "usr/sbin/nginx", ("http",)),
}
READY = {"dhcp": ("udp", 67), "tftp": ("udp", 69), "http": ("tcp", 80)}

# What each does to the disk before it acknowledges a lease, in its default configuration.
DURABILITY = {
    "pxed": "on disk before the ACK (SQLite, WAL, synchronous=FULL, one commit for all that wait)",
    "dnsmasq": "whole lease file written anew and fsync'd before the ACK",
    "isc-dhcpd": "appended and fsync'd before the ACK",
    "kea": "appended to a CSV file, never synced",
}


class Missing(Exception):
    """A peer that can be neither found nor unpacked."""


def unpacked(peer, cache):
    """The path of a peer's program: an installed one first, then the one in the cache, then the archive's."""
    package, program, _ = PEERS[peer]
    installed = shutil.which(pathlib.Path(program).name, path="/usr/sbin:/usr/bin:/sbin:/bin")
    if installed:
        return installed
    path = cache / peer / program
    if not path.exists():
        cache.mkdir(parents=True, exist_ok=True)
        archives, fetched = [], None
        for before in ([], ["apt-get", "update"]):  # a fresh container has no lists of packages
            if before:
                subprocess.run(before, check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=300)
            fetched = subprocess.run(["apt-get", "-o", "APT::Sandbox::User=root", "download", package], cwd=cache, check=False,
                                     stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=300)
            archives = sorted(cache.glob(f"{package}_*.deb"))
            if archives:
                break
        else:
            raise Missing(f"{peer}: {fetched.stdout.strip()}")
        subprocess.run(["dpkg", "-x", archives[-1], cache / peer], check=True, timeout=60)
    if not path.exists():
        raise Missing(f"{peer}: {package} has no {program}")
    return str(path)


def version(package):
    """Of the installed package, or of the archive's that was unpacked."""
    for command in (["dpkg-query", "-W", "-f", "${Version}", package],
                    ["apt-cache", "show", "--no-all-versions", package]):
        shown = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)
        if shown.returncode == 0 and shown.stdout:
            lines = [line for line in shown.stdout.splitlines() if line.startswith("Version: ")]
            return lines[0].removeprefix("Version: ") if lines else shown.stdout.strip()
    return "?"


class Server:
    """One server in the namespace `s` of a wire. Use it as a context: it is stopped after it."""

    def __init__(self, name, program, wire, state, tree, roles):
        self.name, self.program, self.wire, self.state, self.tree = name, program, wire, pathlib.Path(state), tree
        self.roles = roles
        self.hosts = []  # (MAC, address) of dhcp-host lines
        self.pool_size = 4096
        self.process = None
        self.group = None
        self.started_after = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self, ready_within=120):
        self.group = usage.Group(f"pxed-bench-{os.getpid()}-{self.name}")
        began = time.monotonic()
        environment = {**os.environ, "KEA_PIDFILE_DIR": str(self.state), "KEA_LOCKFILE_DIR": str(self.state),
                       "KEA_LOGGER_DESTINATION": str(self.state / "kea.log")}
        self.process = self.wire.spawn("s", self.command(), self.state / "server.log", env=environment,
                                       preexec_fn=self.group.enter)
        while not all(listens(self.process.pid, *READY[role]) for role in self.roles):
            if self.process.poll() is not None or time.monotonic() - began > ready_within:
                self.stop()
                raise RuntimeError(f"{self.name} does not start: {self.log_end()}")
            time.sleep(0.005)
        self.started_after = time.monotonic() - began

    def settle(self, quiet=0.4, within=60):
        """Waits until it has used next to no processor for `quiet` seconds: pxed opens its ports before it has read its
        leases, Kea afterwards, and a start is measured by itself."""
        ends = time.monotonic() + within
        used = self.cpu_seconds()
        while time.monotonic() < ends:
            time.sleep(quiet)
            now = self.cpu_seconds()
            if now - used < 0.01:
                return
            used = now

    def stop(self):
        if self.process is None:
            return
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.group.remove()
        self.process = None

    def log_end(self):
        return "\n".join((self.state / "server.log").read_text(errors="replace").splitlines()[-10:])

    def cpu_seconds(self):
        return self.group.cpu_seconds(self.process.pid)

    def memory(self):
        return usage.memory(self.process.pid)

    def is_alive(self):
        return self.process.poll() is None

    def command(self):
        return {"pxed": self.dnsmasq_like, "dnsmasq": self.dnsmasq_like, "kea": self.kea, "isc-dhcpd": self.isc_dhcpd,
                "tftpd-hpa": self.tftpd_hpa, "atftpd": self.atftpd, "nginx": self.nginx}[self.name]()

    # --- how each is told ---
    # The same options for all: what a reply has more of, perfdhcp has more work with.

    def write(self, name, text):
        path = self.state / name
        path.write_text(text)
        return path

    def pool(self):
        return address_of(0), address_of(self.pool_size - 1)

    def dnsmasq_like(self):
        """pxed takes dnsmasq's lines: the two get the same file but for HTTP, and the leases each keeps."""
        lines = ["port=0", "user=root", "interface=wire", f"log-facility={self.state / 'messages.log'}",
                 f"dhcp-leasefile={self.state / 'leases'}", f"pid-file={self.state / 'pid'}"]
        if "dhcp" in self.roles:
            # quiet-dhcp: neither is measured by how fast it writes a log.
            lines += ["dhcp-range={},{},255.240.0.0,1h".format(*self.pool()), "no-ping", f"dhcp-lease-max={self.pool_size}",
                      "dhcp-authoritative", "quiet-dhcp", "dhcp-boot=undionly.kpxe"]
            lines += [f"dhcp-host={mac},{address}" for mac, address in self.hosts]
        if "tftp" in self.roles:
            lines += ["enable-tftp", f"tftp-root={self.tree}", "tftp-max=2500", "quiet-tftp"]
        if "http" in self.roles and self.name == "pxed":
            lines += ["enable-http"] + ([] if "tftp" in self.roles else [f"tftp-root={self.tree}"])
        return [self.program, "--keep-in-foreground", f"--conf-file={self.write('server.conf', chr(10).join(lines) + chr(10))}"]

    def kea(self):
        subnet = SERVER.rsplit(".", 3)[0] + f".64.0.0/{BITS}"
        settings = {"Dhcp4": {
            "interfaces-config": {"interfaces": ["wire"], "dhcp-socket-type": "udp"},
            "lease-database": {"type": "memfile", "persist": True, "name": str(self.state / "kea-leases.csv"),
                               "lfc-interval": 0},
            "valid-lifetime": 3600, "renew-timer": 1800, "rebind-timer": 3150,
            "authoritative": True,
            "subnet4": [{"subnet": subnet, "id": 1, "pools": [{"pool": " - ".join(self.pool())}],
                         "next-server": SERVER, "boot-file-name": "undionly.kpxe",
                         "option-data": [{"name": "routers", "data": SERVER}, {"name": "broadcast-address", "data": BROADCAST}],
                         "reservations": [{"hw-address": mac, "ip-address": address} for mac, address in self.hosts]}],
            "loggers": [{"name": "kea-dhcp4", "severity": "WARN",
                         "output_options": [{"output": str(self.state / "messages.log")}]}],
        }}
        return [self.program, "-c", self.write("kea.json", json.dumps(settings))]

    def isc_dhcpd(self):
        pool = " ".join(self.pool())
        text = (f"authoritative; ping-check false; echo-client-id on; default-lease-time 3600;\n"
                f"filename \"undionly.kpxe\"; next-server {SERVER};\n"
                f"option dhcp-renewal-time 1800; option dhcp-rebinding-time 3150; option routers {SERVER};\n"
                f"option broadcast-address {BROADCAST};\n"
                f"subnet 10.64.0.0 netmask 255.240.0.0 {{ range {pool}; }}\n")
        text += "".join(f"host h{i} {{ hardware ethernet {mac}; fixed-address {address}; }}\n"
                        for i, (mac, address) in enumerate(self.hosts))
        leases = self.state / "dhcpd.leases"
        leases.touch()
        return [self.program, "-f", "-q", "-cf", self.write("dhcpd.conf", text), "-lf", leases, "-pf", self.state / "pid", "wire"]

    def tftpd_hpa(self):
        return [self.program, "--foreground", "--user", "root", "--secure", "--ipv4", "--address", f"{SERVER}:69", self.tree]

    def atftpd(self):
        return [self.program, "--daemon", "--no-fork", "--user", "root.root", "--group", "root", "--maxthread", "2500",
                "--bind-address", SERVER, "--verbose=3", "--logfile", self.state / "messages.log", self.tree]

    def nginx(self):
        # With its log, as Debian sets it up: a line for each request. pxed has one as well, within its log limit.
        return [self.program, "-p", self.state, "-c", self.write("nginx.conf", f"""
daemon off; user root; worker_processes 1; pid {self.state}/pid; error_log {self.state}/messages.log;
worker_rlimit_nofile 8192;
events {{ worker_connections 4096; }}
http {{
  access_log {self.state}/access.log; sendfile on; tcp_nopush on; keepalive_requests 100000000;
  client_body_temp_path {self.state}; proxy_temp_path {self.state}; fastcgi_temp_path {self.state};
  uwsgi_temp_path {self.state}; scgi_temp_path {self.state};
  server {{ listen 80 backlog=1024; root {self.tree}; }}
}}
""")]


def mac_of(index):
    """The MAC of perfdhcp's client `index`: it adds a number below -R to 00:0c:01:02:03:04."""
    number = 0x000C01020304 + index
    return ":".join(f"{number >> shift & 255:02x}" for shift in range(40, -8, -8))


def address_of(index):
    number = (10 << 24 | 65 << 16 | 1) + index
    return ".".join(str(number >> shift & 255) for shift in (24, 16, 8, 0))


def uid_of(mac):
    """The client id of that MAC, as ISC dhcpd writes it: bytes in octal."""
    return "".join(f"\\{byte:03o}" for byte in bytes.fromhex("01" + mac.replace(":", "")))


def know_leases(server, count):
    """Writes `count` leases, one a client of perfdhcp, in the server's own file before it starts: machines that come
    back after a power cut are known, by the client id they sent. pxed takes over dnsmasq's file when its database is new."""
    # In the middle of their lives: ISC dhcpd does not write a lease again that is young (dhcp-cache-threshold).
    begin, expiry = int(time.time()) - 1800, int(time.time()) + 1800
    server.pool_size = max(server.pool_size, 2 * count)
    clients = [(mac_of(i), address_of(i)) for i in range(count)]
    if server.name in ("pxed", "dnsmasq"):
        server.write("leases", "".join(f"{expiry} {mac} {address} * 01:{mac}\n" for mac, address in clients))
    elif server.name == "kea":
        server.write("kea-leases.csv", "address,hwaddr,client_id,valid_lifetime,expire,subnet_id,fqdn_fwd,fqdn_rev,hostname,"
                     "state,user_context\n" + "".join(f"{address},{mac},01:{mac},3600,{expiry},1,0,0,,0,\n" for mac, address in clients))
    elif server.name == "isc-dhcpd":
        starts, ends = (time.strftime("%w %Y/%m/%d %H:%M:%S", time.gmtime(second)) for second in (begin, expiry))
        server.write("dhcpd.leases", "".join(
            f"lease {address} {{\n  starts {starts};\n  ends {ends};\n  binding state active;\n  hardware ethernet {mac};\n"
            f'  uid "{uid_of(mac)}";\n}}\n'
            for mac, address in clients))
