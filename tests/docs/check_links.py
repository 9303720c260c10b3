#!/usr/bin/env python3
"""check_links.py: every link of every Markdown file of the project leads to a file, a folder or a heading that is there."""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent


def without_code(text):
    return re.sub(r"`[^`\n]*`", "", re.sub(r"^(```+).*?^\1", "", text, flags=re.MULTILINE | re.DOTALL))


def anchors(path):
    """The names that headings get on GitHub and from pandoc: small letters, no punctuation, hyphens for spaces."""
    text = re.sub(r"^(```+).*?^\1", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


faults, links = [], 0
skipped = re.compile(r"^(build|runs|\.|node_modules)")
names = [file.relative_to(ROOT) for file in sorted(ROOT.rglob("*.md"))]
names = [name for name in names if not any(skipped.match(part) for part in name.parts)]
for name in names:
    page = ROOT / name
    for address in re.findall(r"\]\(([^)\s]+)\)", without_code(page.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", address):
            continue
        links += 1
        path, _, anchor = address.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists():
            faults.append(f"{name}: {address} is not there")
        elif anchor and anchor not in anchors(target):
            faults.append(f"{name}: {address} has no such heading; there are {', '.join(sorted(anchors(target)))}")
print(*faults, f"{links} links in {len(names)} files", sep="\n")
sys.exit(1 if faults or links == 0 else 0)
