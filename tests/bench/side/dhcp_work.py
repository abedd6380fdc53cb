"""DHCP: leases a second, what one exchange takes, an avalanche, and what a lease costs."""
from . import load
from .servers import know_leases
from .work import Metric, Row, Target

ALL = ("pxed", "kea", "dnsmasq", "isc-dhcpd")
# How a server keeps its pace with more clients is compared with itself; the slow ones would take half an hour to show it.
FAST = ("pxed", "kea")
GOOD = 0.01  # of the exchanges may be dropped
STEP = 1.15  # from one rate to the next, until one does not hold
NEAR = 1.08  # between the highest that held and the lowest that did not
ABOVE_ALL = 60000  # a second; no search goes further


def next_rate(low, high):
    """What to try after `low` held and `high` did not (0, None: none yet); None when the two are near enough."""
    if high is None:
        return max(low + 5, int(low * STEP))
    if low == 0:
        return max(5, int(high / STEP ** 2)) if high > 5 else None
    between = int((low * high) ** 0.5)
    return between if high > low * NEAR and between > low else None


def capacity(bench, name, clients, known):
    """The highest rate of perfdhcp with under 1 % dropped. The search begins where the last round ended, in the first
    one where our own crowd says."""
    turn = crowd(bench, name, clients, known)
    guess = bench.hints.get((name, clients, known), turn["leases_per_second"] * 0.75)
    rate, low, high, best = max(int(guess), 20), 0, None, None
    for _ in range(bench.of(9, 1)):
        tried = one_try(bench, name, clients, known, min(bench.of(rate, 20), ABOVE_ALL))
        bench.say(f"    {name}: {tried['rate']}/s asked, {tried['exchanges_per_second']:.0f}/s done, {tried['dropped']:.1%} dropped")
        if tried["dropped"] < GOOD:
            low, best = rate, tried
            if tried["asked_per_second"] < 0.9 * tried["rate"]:
                break  # perfdhcp itself sends no faster
        else:
            high = rate
        rate = next_rate(low, high)
        if rate is None:
            break
    if best is None and not bench.is_small:
        return turn | {"failed": 1, "why": "not even the lowest rate that was tried holds"}
    best = best or tried
    bench.hints[name, clients, known] = best["rate"]
    return turn | {"perfdhcp": best["exchanges_per_second"], "cpu_per_thousand": best["cpu_per_thousand"],
                   "perfdhcp_share": best["load_share"]}


def one_try(bench, name, clients, known, rate):
    with prepared(bench, name, clients, known) as server:
        if known:
            server.settle()
        before = server.cpu_seconds()
        tried = load.perfdhcp(bench.wire(1500), clients, rate, bench.of(4, 1))
        done = tried["exchanges_per_second"] * bench.of(4, 1)
        return tried | {"cpu_per_thousand": (server.cpu_seconds() - before) / max(done, 1) * 1000}


def prepared(bench, name, clients, known):
    server = bench.server(name, bench.wire(1500), ("dhcp",))
    server.pool_size = max(4096, 2 * clients)
    if known:
        know_leases(server, clients)
    return server


def crowd(bench, name, clients, known):
    with prepared(bench, name, clients, known) as server:
        if known:
            server.settle()
        before = server.cpu_seconds()
        turn = load.dhcp(bench.wire(1500), bench.programs, clients=clients, outstanding=bench.of(100, 10), seconds=bench.of(4, 1))
        turn["crowd_cpu_per_thousand"] = (server.cpu_seconds() - before) / max(turn["leases"], 1) * 1000
        return turn | server.memory()


def latency(bench, name):
    """At a rate that every server holds: what one machine waits for."""
    with prepared(bench, name, 1000, False):
        turn = load.dhcp(bench.wire(1500), bench.programs, clients=1000, rate=50, seconds=bench.of(6, 1))
    return {key: turn[key] * 1000 for key in ("offer_p50", "offer_p99", "ack_p50", "ack_p99")} | {"failed": turn["failed"]}


def avalanche(bench, name, clients):
    with prepared(bench, name, clients, False):
        return load.avalanche(bench.wire(1500), clients)


def row(name, title, clients, known, targets=(), is_in_readme=False):
    return Row("dhcp", name, title, FAST if known else ALL, lambda bench, server: capacity(bench, server, bench.of(clients, 200), known),
               (Metric("perfdhcp", "leases/s (perfdhcp, < 1 % dropped)", targets=targets),
                Metric("leases_per_second", "leases/s (100 at a time)", targets=targets),
                Metric("cpu_per_thousand", "CPU s per 1,000", True), Metric("VmHWM", "VmHWM MB", True),
                Metric("perfdhcp_share", "perfdhcp's CPU", True)), is_in_readme)


def rows():
    yield row("dhcp-new-20k", "leases/s, 20,000 clients, unknown at first", 20000, False, (Target("kea", 2), Target("dnsmasq", 20)), True)
    yield row("dhcp-1k", "leases/s, 1,000 known clients", 1000, True, (), True)
    yield row("dhcp-20k", "leases/s, 20,000 known clients", 20000, True)
    yield row("dhcp-100k", "leases/s, 100,000 known clients", 100000, True, (Target("row dhcp-1k", 0.8),), True)
    yield Row("dhcp", "dhcp-latency", "what one machine waits, 50 a second", ALL, latency,
              tuple(Metric(key, f"{key.replace('_', ' ')} ms".replace("offer", "OFFER").replace("ack", "ACK"), True)
                    for key in ("offer_p50", "offer_p99", "ack_p50", "ack_p99")), True)
    for clients in (1000, 20000):
        yield Row("dhcp", f"dhcp-avalanche-{clients}", f"avalanche of {clients:,} new clients", ALL if clients == 1000 else FAST,
                  lambda bench, server, clients=clients: avalanche(bench, server, bench.of(clients, 50)),
                  (Metric("avalanche", "seconds until all are served", True),))
