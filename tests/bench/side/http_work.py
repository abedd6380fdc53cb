"""HTTP: large and small files and ranges over kept connections, pxed beside nginx with one worker."""
from . import load
from .work import Metric, Row, Target

BOTH = ("pxed", "nginx")


def fetch(bench, name, kilobytes, connections, part=0):
    file, path = bench.file(kilobytes)
    wire = bench.wire(1500)
    with bench.server(name, wire, ("http",)) as server:
        # First every byte is compared, then bodies are thrown away in the kernel: one core cannot compare as fast as a
        # server sends, and the generator's share would hide the server's.
        checked = load.http(wire, bench.programs, file, path, connections=connections, range=part,
                            requests=1 if kilobytes <= 1024 else 0, seconds=1, limit=60)
        if checked["failed"]:
            return checked
        before = server.cpu_seconds()
        turn = load.http(wire, bench.programs, file, path, connections=connections, range=part,
                         seconds=bench.of(4, 1), discard=int(kilobytes >= 1024))
        turn["cpu_per_gigabyte"] = (server.cpu_seconds() - before) / max(turn["bytes"], 1) * 1e9
        turn |= server.memory()
    turn["load_share"] = turn["load_cpu_seconds"] / turn["seconds"]
    return turn


def row(name, title, kilobytes, connections, speed, is_in_readme=True, part=0):
    by_bytes = kilobytes >= 1024 and not part
    targets = (Target("best", speed),) if speed else ()
    cpu = (Target("best", 1.2, True),) if kilobytes == 65536 and speed else ()
    return Row("http", name, title, BOTH,
               lambda bench, server: fetch(bench, server, bench.of(kilobytes, min(kilobytes, 2048)),
                                           bench.of(connections, min(connections, 20)), part),
               (Metric("megabytes_per_second", "MB/s", targets=targets if by_bytes else ()),
                Metric("answers_per_second", "answers/s", targets=() if by_bytes else targets),
                Metric("cpu_per_gigabyte", "CPU s/GB", True, cpu), Metric("p50", "p50 s", True), Metric("p99", "p99 s", True),
                Metric("failed", "failed", True), Metric("load_share", "load generator's CPU", True)), is_in_readme)


def rows():
    yield row("http-64m-1", "HTTP 64 MiB, 1 connection", 65536, 1, 0.6)
    for connections in (16, 100, 1000):
        yield row(f"http-64m-{connections}", f"HTTP 64 MiB, {connections} connections", 65536, connections, 1.0)
    for connections in (1, 16, 100, 1000):
        yield row(f"http-1m-{connections}", f"HTTP 1 MiB, {connections} connections", 1024, connections, 0.8)
        yield row(f"http-1k-{connections}", f"HTTP 1 KiB, {connections} connections", 1, connections, 0.8)
        yield row(f"http-ranges-{connections}", f"HTTP random 64 KiB of 64 MiB, {connections} connections", 65536, connections,
                  None, False, part=65536)
