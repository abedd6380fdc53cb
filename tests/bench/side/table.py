"""The results as Markdown: the targets first, then everything that was measured."""
import os
import pathlib
import platform
import subprocess

from . import servers
from .work import median, verdicts

PARTS = {"dhcp": "DHCP", "tftp": "TFTP", "matrix": "TFTP, every combination (one round)", "http": "HTTP",
         "start": "Start, memory, system calls"}


def figure(value):
    """Three digits that mean something."""
    if value is None:
        return "-"
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


def table(heads, lines):
    """Columns after the second are numbers."""
    marks = ["---"] * 2 + ["---:"] * (len(heads) - 2)
    return "\n".join("| " + " | ".join(line) + " |" for line in (heads, marks, *lines)) + "\n"


def targets(rows, results):
    lines = []
    for row in rows:
        if row.name not in results:
            continue
        for verdict in verdicts(row, results[row.name], results):
            met = {True: "yes", False: "**no**", None: "not measured"}[verdict.is_met()]
            ours = median(results[row.name]["pxed"], verdict.metric.key)
            lines.append([row.title, verdict.metric.title, figure(ours), f"{figure(verdict.theirs)} {verdict.against}".strip(),
                          figure(verdict.ratio), verdict.target.says(), met])
    return table(["work", "measure", "pxed", "compared with", "ratio", "target", "met"], lines) if lines else ""


def cell(turns, key):
    """The median, and how often the work was not done: a server's speed with half the transfers failed is no speed."""
    failed = [turn for turn in turns if turn.get("failed") and key != "failed"]
    if not turns:
        return "-"
    if len(failed) == len(turns):
        return "failed"
    return figure(median(turns, key) if key != "failed" else max(turn.get("failed", 0) for turn in turns)) + (
        f" ({len(failed)} of {len(turns)} failed)" if failed else "")


def details(part, rows, results):
    rows = [row for row in rows if row.part == part and row.name in results]
    if not rows:
        return ""
    names = list(dict.fromkeys(name for row in rows for name in row.servers))
    lines = [[row.title if index == 0 else "", metric.title, *(cell(results[row.name].get(name, []), metric.key) for name in names)]
             for row in rows for index, metric in enumerate(row.metrics)]
    notes = dict.fromkeys(f"{row.title}: {row.note}." for row in rows if row.note)
    why = {f"{row.title}, {name}: {turn['why']}." for row in rows for name, turns in results[row.name].items()
           for turn in turns if turn.get("failed") and turn.get("why")}
    return f"\n### {PARTS[part]}\n\n" + table(["work", "measure", *names], lines) + "".join(
        f"\n{line}\n" for line in (*notes, *sorted(why)))


def machine(bench, results):
    model = next((line.split(":", 1)[1].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines()
                  if line.startswith("model name")), platform.machine())
    where = subprocess.run(["stat", "-f", "-c", "%T", bench.directory], stdout=subprocess.PIPE, text=True, check=False).stdout.strip()
    measured = [name for name in servers.PEERS if any(of.get(name) for of in results.values())]
    peers = ", ".join(f"{name} {servers.version(servers.PEERS[name][0])}" for name in measured)
    absent = "".join(f"\nNot measured: {why}.\n" for why in bench.absent.values())
    return (f"{os.cpu_count()} cores ({model}), Linux {platform.release()}, leases on {where}; veth between two network "
            f"namespaces; MB are 10^6 bytes. Peers from Debian: {peers}.\n{absent}")


def document(bench, rows, results, load_average):
    busy = (f"\nOther work ran beside it (load average {load_average:.1f} at the start): ratios hold, absolute figures do not.\n"
            if load_average > 0.7 else "")
    durable = "\n".join(f"- {name}: {words}" for name, words in servers.DURABILITY.items())
    parts = [details(part, rows, results) for part in PARTS]
    rounds = max(len(of["pxed"]) for of in results.values())
    demanded = "" if bench.is_small else targets(rows, results)
    small = "\n**Hardly any work was done: these figures say that it runs, and nothing else.**\n" if bench.is_small else ""
    return (f"## pxed and its peers in one run\n{small}\n{machine(bench, results)}{busy}\nEach figure is the median of {rounds} rounds in which the "
            "servers took turns; a ratio is the median of the ratios within a round. Best: the best of the peers, of the "
            f"rounds in which each did all of the work.\n\n{demanded}\nWhat a lease means to each, in its default configuration:\n\n{durable}\n" + "".join(parts))
