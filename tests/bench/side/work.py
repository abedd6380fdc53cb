"""A piece of work: which servers do it, how one turn of it is measured, and what is demanded of pxed."""
import dataclasses
import statistics
from collections.abc import Callable


@dataclasses.dataclass(frozen=True)
class Target:
    """pxed's value must be at least (or at most) `factor` times that of `against`: `best` of the peers, one of them by
    name, a pseudo server such as `limit`, `row NAME` for pxed's own median in another row, or `value` for a plain bound."""
    against: str
    factor: float
    is_most: bool = False

    def says(self):
        bound = "<=" if self.is_most else ">="
        return f"{bound} {self.factor:g}" + ("" if self.against == "value" else f"x {self.against}")


@dataclasses.dataclass(frozen=True)
class Metric:
    key: str
    title: str
    less_is_better: bool = False
    targets: tuple = ()


@dataclasses.dataclass(frozen=True)
class Row:
    part: str  # dhcp, tftp, http, start
    name: str
    title: str
    servers: tuple
    measure: Callable  # (bench, server's name) -> {key: number}; `failed` above 0 means that it did not do the work
    metrics: tuple
    is_in_readme: bool = False
    _: dataclasses.KW_ONLY
    are_peers_once: bool = False  # no target asks for them: one round shows where they stand
    note: str = ""

    def has_targets(self):
        return any(metric.targets for metric in self.metrics)


@dataclasses.dataclass
class Verdict:
    metric: Metric
    target: Target
    ratio: float | None
    against: str  # the peer that was the best one, or the other row
    theirs: float | None  # its value

    def is_met(self):
        if self.ratio is None:
            return None
        return self.ratio <= self.target.factor if self.target.is_most else self.ratio >= self.target.factor


def did_it(turn):
    return not turn.get("failed")


def median(turns, key):
    """Over the turns that did the work; of how many failed, the worst of all."""
    if key == "failed":
        return max((turn["failed"] for turn in turns if "failed" in turn), default=None)
    values = [turn[key] for turn in turns if did_it(turn) and key in turn]
    return statistics.median(values) if values else None


def best_peer(metric, medians):
    """The peer to be compared with: of those that did the work, the one with the best median."""
    known = {server: value for server, value in medians.items() if value is not None}
    if not known:
        return None
    return (min if metric.less_is_better else max)(known, key=known.get)


def ratio(metric, target, turns, others):
    """The median over the rounds of pxed's value through the other's in the same round, who the other was, and its own
    median. Both did the work under the same conditions then, whatever else the machine was doing in that round."""
    ours = turns["pxed"]
    if target.against == "value":
        return median(ours, metric.key), "", None
    if target.against.startswith("row "):
        other = median(others.get(target.against[4:], {}).get("pxed", []), metric.key)
        own = median(ours, metric.key)
        return (own / other if own is not None and other else None), target.against, other
    peer = target.against
    if peer == "best":
        peer = best_peer(metric, {name: median(of, metric.key) for name, of in turns.items() if name not in ("pxed", "limit")})
    pairs = [(a[metric.key], b[metric.key]) for a, b in zip(ours, turns.get(peer, []))
             if did_it(a) and did_it(b) and metric.key in a and b.get(metric.key)]
    return (statistics.median(a / b for a, b in pairs) if pairs else None), peer or "", median(turns.get(peer, []), metric.key)


def verdicts(row, turns, others):
    """turns: server -> its measurements, one a round. others: row's name -> the same of the other rows."""
    for metric in row.metrics:
        for target in metric.targets:
            yield Verdict(metric, target, *ratio(metric, target, turns, others))
