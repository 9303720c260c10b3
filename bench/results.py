"""What is done with measured numbers: passes are folded, peers compared, limits looked at, tables written.

A row is {"workload", "peer", "threads", "metric", "value", "unit", "extra": {"min", "max", "runs", ..}}; the peer is
"sevenfold" for the library as it is recommended, "floor" for its floor, and every other name is another way or another library.
"""
import json
import statistics
from dataclasses import dataclass, field

TITLES = {
    "W1": "MLP 784-256-128-10, batch 64, Adam: an epoch of Fashion-MNIST",
    "W2": "vision transformer, batch 64, 50 tokens, Adam: a training step",
    "W3": "MLP 1-h-h-1, tanh: a training step",
    "W4": "a step of each optimizer, per parameter",
    "W5": "gradients of programs on scalars, per node",
    "W6": "AdaBoost, 100 stumps, 20,000 rows of 30 columns",
    "W7": "a tree of depth 8, and 50 of them bagged, on the same table",
    "W8": "5-fold cross-validation on the digits",
    "W9": "singular value decomposition, float",
    "W10": "the smallest program that trains: start, size, compiling",
}
MORE_IS_BETTER = {"fraction"}  # units


def parse(text):
    """The rows in a program's output, which may hold other lines."""
    return [json.loads(line) for line in text.splitlines() if line.startswith("{")]


def number(workload):
    return int(workload[1:])


def fold(rows):
    """One row for each (workload, metric, peer, threads), in the order of their first appearance: the median of the passes'
    medians, the extremes of all runs, and of all else what the last pass says."""
    passes = {}
    for row in rows:
        passes.setdefault((row["workload"], row["metric"], row["peer"], row["threads"]), []).append(row)
    folded = []
    for same in passes.values():
        extra = dict(same[-1]["extra"])
        if "min" in extra:
            extra |= {"min": min(r["extra"]["min"] for r in same), "max": max(r["extra"]["max"] for r in same),
                      "runs": sum(r["extra"]["runs"] for r in same), "passes": len(same)}
        folded.append(dict(same[-1], value=statistics.median(r["value"] for r in same), extra=extra))
    return folded


def is_ours(peer):
    return peer.split(",")[0] == "sevenfold"


def is_peer(peer):
    """Another library: neither we nor a floor."""
    return not is_ours(peer) and peer != "floor"


def better(a, b):
    return a["value"] > b["value"] if a["unit"] in MORE_IS_BETTER else a["value"] < b["value"]


@dataclass
class Comparison:
    """All rows of one metric: ours first, then the floor, then peers, the best first."""
    workload: str
    metric: str
    rows: list
    ours: dict | None = None
    floor: dict | None = None
    best: dict | None = None  # of the peers

    def ratio(self, row, to):
        return row["value"] / to["value"] if to and to is not row and to["value"] else None


def compare(rows):
    """Comparisons in the order of their workloads."""
    metrics = {}
    for row in rows:
        metrics.setdefault((row["workload"], row["metric"]), []).append(row)
    comparisons = []
    for (workload, metric), same in sorted(metrics.items(), key=lambda item: number(item[0][0])):
        ours = next((r for r in same if r["peer"] == "sevenfold"), None)
        floor = next((r for r in same if r["peer"] == "floor"), None)
        peers = sorted((r for r in same if is_peer(r["peer"])), key=lambda r: r["value"], reverse=same[0]["unit"] in MORE_IS_BETTER)
        variants = [r for r in same if is_ours(r["peer"]) and r is not ours]
        ordered = [r for r in (ours, *variants, floor) if r] + peers
        comparisons.append(Comparison(workload, metric, ordered, ours, floor, peers[0] if peers else None))
    return comparisons


@dataclass
class Limit:
    """What the project promises of a metric: any of the three."""
    workload: str
    metric: str
    says: str
    of_floor: float | None = None  # at most so many times the floor
    at_most: float | None = None   # in the metric's unit
    faster: dict = field(default_factory=dict)  # at least so many times faster than peers whose names begin so; "": than all
    threads: int = 1

    def verdicts(self, comparison):
        """(what, measured, promised, kept) for each promise that can be looked at."""
        ours, found = comparison.ours, []
        if not ours or ours["threads"] != self.threads:
            return found
        if self.at_most is not None:
            found.append(("", f"{ours['value']:.3g} {ours['unit']}", f"{self.at_most:g} {ours['unit']}", ours["value"] <= self.at_most))
        if self.of_floor is not None and comparison.floor:
            ratio = ours["value"] / comparison.floor["value"]
            found.append(("of the floor", f"{ratio:.2f}", f"{self.of_floor:g}", ratio <= self.of_floor))
        for start, times in self.faster.items():
            named = [r for r in comparison.rows if is_peer(r["peer"]) and r["peer"].startswith(start)]
            if named:
                best = min(named, key=lambda r: r["value"])
                ratio = best["value"] / ours["value"]
                found.append((f"times as fast as {best['peer']}", f"{ratio:.2f}", f"{times:g}", ratio >= times))
        return found


OPTIMIZERS = ("sgd", "momentum", "nag", "adagrad", "adadelta", "rmsprop", "adam")
LIMITS = [
    Limit("W1", "epoch_seconds", "MLP, epoch of Fashion-MNIST", of_floor=1.08, faster={"": 1}),
    Limit("W2", "step_ms D=64 H=4 L=4", "ViT width 64", of_floor=0.95, faster={"libtorch": 1.7, "torch-py": 1.7}),
    Limit("W2", "step_ms D=64 H=4 L=4", "ViT width 64, 2 threads", of_floor=0.55, threads=2),
    Limit("W2", "step_ms D=16 H=4 L=1", "ViT width 16", of_floor=1.0, faster={"libtorch": 4, "torch-py": 4}),
    Limit("W3", "step_us h=30 B=32 adam", "MLP 1-30-30-1, batch 32", at_most=5.5, faster={"": 1, "libtorch": 50}),
    Limit("W3", "step_us h=30 B=1 sgd", "MLP 1-30-30-1, batch 1", at_most=1.4, faster={"": 1, "libtorch": 100}),
    *(Limit("W4", f"ns_per_param {rule} N={n}M", f"{rule}, {n} million", of_floor=1.1, faster={"": 1})
      for n in (1, 10) for rule in OPTIMIZERS),
    Limit("W5", "a mlp-2-16-16-1 ns_per_node", "MLP of scalars", at_most=30, faster={"libtorch": 200}),
    Limit("W5", "b chain-1M ns_per_node", "chain of a million", at_most=30, faster={"libtorch": 200}),
    Limit("W6", "fit_s", "AdaBoost, 100 stumps", at_most=0.06, faster={"": 1}),
    Limit("W7", "fit_s", "tree of depth 8", at_most=0.025, faster={"": 1}),
    Limit("W7", "fit_s (with OOB)", "50 bagged trees", at_most=1.3, faster={"": 1}),
    Limit("W7", "fit_s (with OOB)", "50 bagged trees, 2 threads", at_most=0.7, faster={"": 1}, threads=2),
    Limit("W10", "process wall to end of first step", "start to the end of the first step", at_most=10),
    Limit("W10", "installed size beyond g++ (dependency closure)", "installed beyond g++", at_most=120),
]


def verdicts(comparisons):
    """(workload, what is promised, measured, promised, kept) for all limits that can be looked at."""
    by_name = {(c.workload, c.metric): c for c in comparisons}
    return [(limit.workload, f"{limit.says} {what}".strip(), measured, promised, kept)
            for limit in LIMITS if (limit.workload, limit.metric) in by_name
            for what, measured, promised, kept in limit.verdicts(by_name[limit.workload, limit.metric])]
