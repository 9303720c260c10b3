#!/usr/bin/env python3
"""run_workloads.py PROGRAM...: runs each of bench's programs with --quick --json, and looks at what it prints.

Every line must be a number with its workload, peer, metric and unit; and where a floor says what it computed (a checksum,
a loss, an accuracy), the library must have computed the same.
"""
import json
import math
import subprocess
import sys

SAME = {"checksum": 1e-4, "loss_step10": 1e-3, "train_acc": 1e-2}  # relative; sums are taken in another order


def check(program):
    output = subprocess.run([program, "--quick", "--json"], check=True, capture_output=True, text=True).stdout
    rows = [json.loads(line) for line in output.splitlines()]
    assert any(row["peer"] == "sevenfold" for row in rows), f"{program} measured nothing of ours"
    floors = {row["metric"]: row["extra"] for row in rows if row["peer"] == "floor"}
    compared = 0
    for row in rows:
        assert list(row) == ["workload", "peer", "threads", "metric", "value", "unit", "extra"], row
        assert math.isfinite(row["value"]) and row["value"] > 0, row
        assert row["extra"]["min"] <= row["value"] <= row["extra"]["max"] and row["extra"]["runs"] >= 2, row
        if row["peer"] != "sevenfold" or row["metric"] not in floors:
            continue
        for key in SAME.keys() & row["extra"].keys() & floors[row["metric"]].keys():
            ours, floor = row["extra"][key], floors[row["metric"]][key]
            assert math.isclose(ours, floor, rel_tol=SAME[key]), f"{row['metric']}: {key} {ours}, but the floor's is {floor}"
            compared += 1
    return len(rows), compared


numbers = compared = 0
for name in sys.argv[1:]:
    counts = check(name)
    numbers, compared = numbers + counts[0], compared + counts[1]
assert compared > 20, "the programs and their floors were hardly compared"
print(f"{len(sys.argv) - 1} programs, {numbers} numbers; {compared} times the same as the floor")
