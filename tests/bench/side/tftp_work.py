"""TFTP: one client and a thousand, every windowsize and block size."""
from . import load
from .wire import listens
from .work import Metric, Row, Target

PEERS = ("dnsmasq", "tftpd-hpa", "atftpd")
WITH_WINDOW = ("atftpd",)  # dnsmasq 2.90 and tftpd-hpa answer without windowsize
SPEED = Metric("megabytes_per_second", "MB/s")
FILE_P50 = Metric("p50", "p50 s/file", True)
FILE_P99 = Metric("p99", "p99 s/file", True)
CPU = Metric("cpu_per_gigabyte", "CPU s/GB", True)
LOAD_CPU = Metric("load_share", "load generator's CPU", True)
RSS = Metric("RssAnon", "RssAnon MB", True)


def fetch(bench, name, mtu=1500, **values):
    """One turn: a fresh server, the transfers, what they cost it."""
    kilobytes = values.pop("kilobytes")
    file, path = bench.file(kilobytes)
    wire = bench.wire(mtu)
    if name == "limit":
        return limit(bench, wire, values)
    with bench.server(name, wire, ("tftp",)) as server:
        before = server.cpu_seconds()
        turn = load.tftp(wire, bench.programs, file, path, limit=60, **values)
        if server.is_alive():
            turn |= server.memory()
            if turn["bytes"]:
                turn["cpu_per_gigabyte"] = (server.cpu_seconds() - before) / turn["bytes"] * 1e9
        else:
            turn["failed"] = max(turn["failed"], 1)
            turn["why"] = "the server died"
    turn["load_share"] = turn["load_cpu_seconds"] / turn["seconds"]
    return turn


def limit(bench, wire, values):
    """What this wire allows: for small windows a ping-pong of the same datagrams, for large ones a sender with
    segmentation offload."""
    window, size = values.get("windowsize", 1), values.get("blksize", 1468) + 4
    if window <= 4:
        echo = wire.spawn("s", [bench.programs / "udp_floor", "pong", 7777, "--size", size], bench.log)
        bench.wait_for(lambda: listens(echo.pid, "udp", 7777))
        turn = load.json_of(wire.run("c", [bench.programs / "udp_floor", "ping", load.SERVER, 7777, "--burst", window,
                                           "--bytes", bench.of(32, 1) << 20]), "udp_floor")
    else:
        echo = wire.spawn("c", [bench.programs / "udp_floor", "receive", 7777], bench.log)
        bench.wait_for(lambda: listens(echo.pid, "udp", 7777))
        turn = load.json_of(wire.run("s", [bench.programs / "udp_floor", "send", load.CLIENT, 7777, "--segment", size,
                                           "--seconds", 1]), "udp_floor")
    echo.terminate()
    echo.wait(10)
    return turn


def one(window, targets, name, title):
    servers = ("pxed", "limit", *(PEERS if window == 1 else WITH_WINDOW + (("dnsmasq", "tftpd-hpa") if window == 4 else ("dnsmasq",))))
    note = ("limit: a UDP ping-pong of the same datagrams with the same client, which both sides sleep and wake for"
            if window <= 4 else "limit: a UDP sender with segmentation offload, unpaced")
    return Row("tftp", name, title, servers,
               lambda bench, server: fetch(bench, server, kilobytes=bench.of(65536, 2048), windowsize=window),
               (Metric("megabytes_per_second", "MB/s", targets=targets),
                Metric("cpu_per_gigabyte", "CPU s/GB", True, (Target("best", 1.0, True),) if window <= 4 else ()), LOAD_CPU),
               True, note=note)


def thousand(window, speed, p99, cpu):
    return Row("tftp", f"tftp-1000-w{window}", f"TFTP 1,000 clients, 1 MiB, windowsize {window}", ("pxed", *PEERS),
               lambda bench, server: fetch(bench, server, kilobytes=bench.of(1024, 64), clients=bench.of(1000, 30), windowsize=window),
               (Metric("megabytes_per_second", "MB/s", targets=(Target("best", speed),)), FILE_P50,
                Metric("p99", "p99 s/file", True, (Target("best", p99, True),)),
                Metric("cpu_per_gigabyte", "CPU s/GB", True, (Target("best", cpu, True),) if cpu else ()),
                Metric("failed", "failed", True, (Target("value", 0, True),)), LOAD_CPU,
                Metric("RssAnon", "RssAnon MB", True)), True)


def matrix():
    """Everything else of clients x windowsize x blksize, for the details: one turn each."""
    for clients in (1, 16, 100, 1000):
        for window in (1, 4, 16, 64):
            for block in (512, 1468, 8192):
                yield matrix_row(clients, window, block)


def matrix_row(clients, window, block):
    kilobytes = {1: 16384, 16: 4096, 100: 1024, 1000: 256}[clients]
    # A server that ignores windowsize would only show its windowsize 1 again.
    servers = ("pxed", *(PEERS if window == 1 else WITH_WINDOW))
    return Row("matrix", f"matrix-{clients}-w{window}-b{block}", f"{clients} x windowsize {window} x blksize {block}", servers,
               lambda bench, server: fetch(bench, server, 1500 if block < 1500 else 9000, kilobytes=bench.of(kilobytes, 64),
                                           clients=bench.of(clients, min(clients, 10)), windowsize=window, blksize=block),
               (SPEED, FILE_P50, FILE_P99, CPU))


def rows():
    best = (Target("best", 0.9),)
    yield one(1, best, "tftp-1-w1", "TFTP 1 client, windowsize 1")
    yield one(4, best, "tftp-1-w4", "TFTP 1 client, windowsize 4")
    yield one(64, (Target("best", 2.5), Target("limit", 0.4)), "tftp-1-w64", "TFTP 1 client, windowsize 64")
    yield thousand(1, 1.0, 1.0, 0.9)
    yield thousand(4, 2.0, 0.5, None)
    yield from matrix()
