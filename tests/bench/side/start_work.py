"""Start time, memory, and system calls a block."""
import concurrent.futures
import time

from . import load
from .servers import address_of, know_leases, mac_of
from .wire import CLIENT, SERVER
from .work import Metric, Row, Target

DHCP = ("pxed", "kea", "dnsmasq", "isc-dhcpd")
TFTP = ("pxed", "dnsmasq", "tftpd-hpa", "atftpd")
MEMORY = (Metric("RssAnon", "RssAnon MB", True), Metric("VmRSS", "VmRSS MB", True))


def first_lease(bench, server):
    """Seconds from the start of the process until one client has its lease: a port that is open answers nothing yet."""
    began = time.monotonic()
    with server:
        run = bench.wire(1500).run("c", [bench.programs / "dhcp_load", SERVER, CLIENT, "--clients", 1, "--limit", 60])
        taken = time.monotonic() - began
        return {"seconds": taken, "failed": load.json_of(run, "dhcp_load")["failed"]} | server.memory()


def with_leases(bench, name, count):
    server = bench.server(name, bench.wire(1500), ("dhcp",))
    know_leases(server, count)
    # The first start may take over a file of another form (pxed reads dnsmasq's); what counts is each later one.
    with server:
        time.sleep(0.5)
    return first_lease(bench, server)


def with_hosts(bench, name, count):
    server = bench.server(name, bench.wire(1500), ("dhcp",))
    server.pool_size = 2 * count
    server.hosts = [(mac_of(i), address_of(i)) for i in range(count)]
    return first_lease(bench, server)


def idle(bench, name):
    roles = {"pxed": ("dhcp", "tftp", "http"), "dnsmasq": ("dhcp", "tftp"), "kea": ("dhcp",), "isc-dhcpd": ("dhcp",),
             "tftpd-hpa": ("tftp",), "atftpd": ("tftp",), "nginx": ("http",)}[name]
    with bench.server(name, bench.wire(1500), roles) as server:
        time.sleep(bench.of(2, 0.2))
        return server.memory()


def with_transfers(bench, name):
    """The most that was seen while a thousand transfers ran; sampled, because a forking server keeps no high water mark."""
    file, path = bench.file(bench.of(4096, 256))
    wire = bench.wire(1500)
    with bench.server(name, wire, ("tftp",)) as server, concurrent.futures.ThreadPoolExecutor(1) as aside:
        transfers = aside.submit(load.tftp, wire, bench.programs, file, path, windowsize=4, clients=bench.of(1000, 30), limit=120)
        most = {}
        while not transfers.done() and server.is_alive():
            now = server.memory()
            most = {key: max(value, most.get(key, 0)) for key, value in now.items()}
            time.sleep(0.1)
        turn = transfers.result()
        return most | ({"failed": turn["failed"]} if server.is_alive() else {"failed": 1, "why": "the server died"})


def system_calls(bench, name, window):
    """Counted by strace in a run of its own: it slows down everything else."""
    file, path = bench.file(bench.of(4096, 256))
    wire = bench.wire(1500)
    with bench.server(name, wire, ("tftp",)) as server:
        counts = server.state / "calls"
        tracer = wire.spawn("s", ["strace", "-c", "-f", "-o", counts, "-p", server.process.pid], bench.log)
        time.sleep(0.5)
        turn = load.tftp(wire, bench.programs, file, path, clients=4, windowsize=window, limit=60)
        tracer.terminate()
        tracer.wait(20)
        total = [line.split() for line in counts.read_text().splitlines() if line.endswith("total")]
    blocks = turn["bytes"] / 1468
    return {"failed": turn["failed"], "calls_per_block": int(total[0][3]) / blocks if total and blocks else None}


def rows():
    yield Row("start", "memory-idle", "idle, everything on", (*TFTP, "kea", "isc-dhcpd", "nginx"), idle,
              (Metric("RssAnon", "RssAnon MB", True, (Target("value", 3, True),)),
               Metric("VmRSS", "VmRSS MB", True, (Target("value", 13, True),))), True, are_peers_once=True)
    yield Row("start", "memory-1000", "with 1,000 TFTP transfers", TFTP, with_transfers,
              (Metric("RssAnon", "RssAnon MB", True), Metric("VmRSS", "VmRSS MB", True, (Target("value", 40, True),))), True, are_peers_once=True)
    for window in (1, 4, 64):
        yield Row("start", f"calls-w{window}", f"system calls a block, windowsize {window}", TFTP if window == 1 else ("pxed", "atftpd"),
                  lambda bench, server, window=window: system_calls(bench, server, window),
                  (Metric("calls_per_block", "system calls a block", True),), are_peers_once=True)
    seconds = (Metric("seconds", "s to the first lease", True), Metric("RssAnon", "RssAnon MB", True))
    yield Row("start", "start-leases", "start with 100,000 leases", DHCP,
              lambda bench, server: with_leases(bench, server, bench.of(100000, 1000)), seconds, True, are_peers_once=True)
    yield Row("start", "start-hosts", "start with 10,000 dhcp-host lines", DHCP,
              lambda bench, server: with_hosts(bench, server, bench.of(10000, 500)), seconds, True, are_peers_once=True)
