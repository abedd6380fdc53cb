"""The load generators, as functions that give their measurements as a dictionary."""
import json
import re
import resource
import time

from .wire import CLIENT, FIRST_CLIENT, SERVER

# A fifth of the time of perfdhcp's one thread is malloc's; with the C library's it is the bound of what is measured.
MALLOC_OF_PERFDHCP = "libjemalloc.so.2"


class Wrong(Exception):
    """Bytes or leases that are not right: no measurement of them is worth anything."""


def json_of(run, program):
    """The line a generator of ours printed. Failed transfers are in it; a crash is not."""
    if run.returncode not in (0, 1) or not run.stdout.strip():
        raise Wrong(f"{program}: {run.stderr.strip() or run.stdout.strip()}")
    report = json.loads(run.stdout)
    if "other bytes" in report.get("why", ""):
        raise Wrong(f"{program}: {report['why']}")
    return report


def options(values):
    return [word for name, value in values.items() for word in (f"--{name.replace('_', '-')}", str(value))]


def tftp(wire, programs, name, original, **values):
    run = wire.run("c", [programs / "tftp_load", SERVER, name, original, "--from", FIRST_CLIENT, *options(values)])
    return json_of(run, "tftp_load")


def http(wire, programs, name, original, **values):
    run = wire.run("c", [programs / "http_load", SERVER, 80, f"/{name}", original, "--from", FIRST_CLIENT, *options(values)])
    return json_of(run, "http_load")


def perfdhcp(wire, clients, rate, seconds):
    """One try at a fixed rate: exchanges a second that were completed, the share that was not, and what perfdhcp itself
    managed to send. Its drops count a late answer (1 s) as lost. One thread: two of them take a quarter more of the two
    processors that client and server share, and lose in their own socket what the server sent."""
    before, began = children_cpu_seconds(), time.monotonic()
    command = ["env", f"LD_PRELOAD={MALLOC_OF_PERFDHCP}", "perfdhcp", "-4", "-l", "wire", "-R", clients, "-r", rate,
               "-p", seconds, "-d", 1, "-W", 1000000, "-s", 1, "-g", "single", SERVER]
    run = wire.run("c", command, timeout=seconds + 60)
    if MALLOC_OF_PERFDHCP in run.stderr:  # the loader warns and goes on without it
        raise Wrong(f"{run.stderr.strip()} (tests/packages names its package)")
    share = (children_cpu_seconds() - before) / (time.monotonic() - began)
    return exchanges(run.stdout, rate, seconds) | {"load_share": share}


def children_cpu_seconds():
    """Of the programs that have ended. A server that runs is none of them."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def exchanges(text, rate, seconds):
    """Reads perfdhcp's report."""
    sent = [int(n) for n in re.findall(r"^sent packets: (\d+)", text, re.MULTILINE)]
    received = [int(n) for n in re.findall(r"^received packets: (\d+)", text, re.MULTILINE)]
    delays = [float(n) for n in re.findall(r"^avg delay: ([\d.]+) ms", text, re.MULTILINE)]
    if len(sent) < 2 or len(received) < 2 or sent[0] == 0:
        raise Wrong(f"perfdhcp: {text[-400:]}")
    return {"rate": rate, "exchanges_per_second": received[1] / seconds, "dropped": 1 - received[1] / sent[0],
            "asked_per_second": sent[0] / seconds, "offer_ms": delays[0] if delays else 0.0,
            "ack_ms": delays[1] if len(delays) > 1 else 0.0}


def avalanche(wire, clients):
    """All clients at once, each repeating with back-off until it is served: seconds until the last has its lease."""
    run = wire.run("c", ["timeout", 120, "perfdhcp", "-4", "-l", "wire", "-R", clients, "--scenario", "avalanche", SERVER])
    found = re.search(r"It took (\d+):(\d+):([\d.]+) to provision", run.stdout)
    if found is None:
        return {"failed": 1, "why": "not all are served within 120 s"}
    hours, minutes, seconds = map(float, found.groups())
    return {"avalanche": hours * 3600 + minutes * 60 + seconds, "failed": 0}


def dhcp(wire, programs, **values):
    """Our own crowd of clients, which the server sets the pace of; a doubled address ends the benchmark."""
    report = json_of(wire.run("c", [programs / "dhcp_load", SERVER, CLIENT, *options(values)]), "dhcp_load")
    if report["doubled"]:
        raise Wrong(f"dhcp_load: {report['doubled']:.0f} addresses were given to two clients")
    return report
