"""Tables of measured numbers: as text for a terminal, as Markdown for docs/speed.md."""
from results import TITLES, compare, is_peer, verdicts

BEGIN, END = "<!-- measured -->\n", "<!-- /measured -->\n"


def spread(row):
    extra = row["extra"]
    if extra.get("min") in (None, extra.get("max")):
        return ""
    return f"({extra['min']:.3g} to {extra['max']:.3g})"


def times(ratio):
    return "" if ratio is None else f"{ratio:.2f}" if ratio < 100 else f"{ratio:.0f}"


def notes(row):
    """What else a row says, but for the counts of its runs."""
    shown = {k: v for k, v in row["extra"].items() if k not in ("min", "max", "runs", "passes")}
    return ", ".join(f"{k} {v:.6g}" if isinstance(v, float) else f"{k} {v}" for k, v in shown.items())


def name(row, comparison):
    threads = f", {row['threads']} threads" if row["threads"] > 1 else ""
    return ("* " if row is comparison.best else "  ") + row["peer"] + threads


def text(rows):
    """A table for each metric; ours comes first, and a star marks the best of the others."""
    lines, workload = [], None
    for c in compare(rows):
        if c.workload != workload:
            workload = c.workload
            lines += ["", f"{workload}  {TITLES[workload]}"]
        lines += ["", f"  {c.metric:<58} {'':16} of floor  of ours"]
        for row in c.rows:
            lines.append(f"  {name(row, c):<34} {row['value']:>9.4g} {row['unit']:<8} {spread(row):<22}"
                         f"{times(c.ratio(row, c.floor)):>8} {times(c.ratio(row, c.ours)):>8}  {notes(row)}".rstrip())
    promised = verdicts(compare(rows))
    if promised:
        lines += ["", "What is promised", ""]
        lines += [f"  {'kept  ' if kept else 'MISSED'} {workload:<4} {what:<62} {measured:>10}  (limit {limit})"
                  for workload, what, measured, limit, kept in promised]
    return "\n".join(lines) + "\n"


def cell(row):
    return f"{row['value']:.4g} {spread(row)}".strip()


def markdown(rows):
    """One line for each metric: ours, the floor, the best peer; then what is promised; then all peers of each workload."""
    comparisons = compare(rows)
    lines = ["| workload | sevenfold | floor | of the floor | best peer | peer / ours |", "|---|---|---|---|---|---|"]
    for c in comparisons:
        if not c.ours:
            continue
        threads = f", {c.ours['threads']} threads" if c.ours["threads"] > 1 else ""
        best = f"{c.best['peer']} {c.best['value']:.4g}" if c.best else ""
        lines.append(f"| {c.workload} {c.metric}{threads}, {c.ours['unit']} | {cell(c.ours)} | {cell(c.floor) if c.floor else ''} | "
                     f"{times(c.ratio(c.ours, c.floor))} | {best} | {times(c.ratio(c.best, c.ours)) if c.best else ''} |")
    lines += ["", "| promised | measured | limit | |", "|---|---|---|---|"]
    lines += [f"| {workload} {what} | {measured} | {limit} | {'kept' if kept else '**missed**'} |"
              for workload, what, measured, limit, kept in verdicts(comparisons)]
    lines += ["", "<details><summary>All peers</summary>", "",
              "| workload | who | value | unit | of the floor | of ours | |", "|---|---|---|---|---|---|---|"]
    for c in comparisons:
        for row in c.rows:
            if is_peer(row["peer"]) or row["peer"].startswith("sevenfold,"):
                lines.append(f"| {c.workload} {c.metric} | {name(row, c).strip()} | {cell(row)} | {row['unit']} | "
                             f"{times(c.ratio(row, c.floor))} | {times(c.ratio(row, c.ours))} | {notes(row)} |")
    return "\n".join(lines + ["", "</details>", ""])


def put_into(page, measured):
    """The page with `measured` in place of what is between the two marks; without marks, `measured` alone."""
    if BEGIN not in page or END not in page:
        return measured
    return page[:page.index(BEGIN) + len(BEGIN)] + measured + page[page.index(END):]
