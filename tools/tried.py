#!/usr/bin/env python3
"""tried.py LOG BUILD...: the table of what was tried to break, from a log and the last `meson test` of each build folder.

A test prints "tried | KIND | INPUTS | FAULTS" (tests/tried.hpp); lines of one kind are added up.
"""
import json
import pathlib
import sys


def lines():
    log = pathlib.Path(sys.argv[1])
    if log.exists():
        yield from log.read_text(encoding="utf-8").splitlines()
    for build in sys.argv[2:]:
        with open(f"{build}/meson-logs/testlog.json", encoding="utf-8") as tests:
            for test in tests:
                yield from json.loads(test).get("stdout", "").splitlines()


table = {}
for line in lines():
    if line.startswith("tried | "):
        _, kind, inputs, faults = line.split(" | ")
        row = table.setdefault(kind, [0, 0])
        row[0] += int(inputs)
        row[1] += int(faults)

table["in all"] = [sum(row[i] for row in table.values()) for i in (0, 1)]
width = max(map(len, table))
print(f"{'':{width}}  {'inputs tried':>15}  {'faults survived':>15}")
for kind, (inputs, faults) in table.items():
    print(f"{kind:{width}}  {inputs:15,}  {faults:15,}")
print("Each fault was refused in words, undone or taken up again; the other inputs were valid, and were taken as such.")
