#!/usr/bin/env python3
"""count_tests.py BUILD...: adds up the test cases of the last `meson test` of each build folder.

Prints "PASSED FAILED". Counted are doctest's cases and the cases of reference data; a test program that reports neither
is one case, and one that ends badly counts at least one failure.
"""
import json
import re
import sys

DOCTEST = re.compile(r"test cases: *\d+ *\| *(\d+) passed *\| *(\d+) failed")
GOLDEN = re.compile(r"^\w+: (\d+) passed, (\d+) failed$", re.MULTILINE)


def count(run):
    reports = DOCTEST.findall(run.get("stdout", "")) or GOLDEN.findall(run.get("stdout", ""))
    passed = sum(int(p) for p, _ in reports)
    failed = sum(int(f) for _, f in reports)
    if run["result"] == "SKIP":
        return 0, 0
    if run["result"] != "OK":
        return passed, max(failed, 1)
    return (passed, failed) if reports else (1, 0)


total = [0, 0]
for build in sys.argv[1:]:
    with open(f"{build}/meson-logs/testlog.json", encoding="utf-8") as log:
        for line in log:
            total = [a + b for a, b in zip(total, count(json.loads(line)))]
print(*total)
