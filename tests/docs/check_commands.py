#!/usr/bin/env python3
"""check_commands.py BUILD: every command that the documents show is there, and takes the flags that are shown with it.

Looked at are the lines of ```sh blocks and single commands in backticks. Programs of the build folder are asked for --help.
"""
import functools
import pathlib
import re
import shlex
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BUILD = pathlib.Path(sys.argv[1])
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md")), ROOT / "exercises" / "README.md"]
OURS = re.compile(r"^(build/|\./|exercises/try|docs/|tools/|bench/)\S*")


def commands(text):
    for block in re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        for line in block.splitlines():
            yield from re.split(r"&&|\|", line.split("#")[0])
    for span in re.findall(r"`([^`\n]+)`", re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)):
        if " " in span and OURS.match(span):
            yield span


@functools.cache
def help_of(program):
    run = subprocess.run([program, "--help"], capture_output=True, text=True, timeout=60)
    return run.stdout if run.returncode == 0 else ""


faults, seen = [], 0
for page in PAGES:
    for command in commands(page.read_text(encoding="utf-8")):
        words = shlex.split(command)
        if not words or not OURS.match(words[0]):
            continue
        seen += 1
        name, where = words[0], f"{page.relative_to(ROOT)}: {command.strip()}"
        program = BUILD / name.removeprefix("build/") if name.startswith("build/") else ROOT / name
        optional = name.startswith(("build/bench/", "bench/"))  # built where Google Benchmark is there
        if not program.is_file() or not program.stat().st_mode & 0o100:
            if not optional:
                faults.append(f"{where}\n    {program} is not there, or no program")
            continue
        if name.startswith("build/examples/"):
            faults += [f"{where}\n    its --help does not name {flag}" for flag in words[1:]
                       if flag.startswith("--") and not re.search(rf"{flag.split('=')[0]}\b", help_of(program))]
        if name == "exercises/try" and len(words) > 1 and not list((ROOT / "exercises").glob(f"{int(words[1]):02}_*.cpp")):
            faults.append(f"{where}\n    there is no such exercise")
print(*faults, f"{seen} commands", sep="\n")
sys.exit(1 if faults or seen == 0 else 0)
