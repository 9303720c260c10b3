#!/usr/bin/env python3
"""report.py PAGE TITLE=FOLDER...: one page, in one file, of the trainings whose history.csv lies in the folders."""
import csv
import html
import math
import os
import sys

STYLE = """
:root { color-scheme: light dark; --training: #0072b2; --held-out: #d55e00; }
@media (prefers-color-scheme: dark) { :root { --training: #56b4e9; --held-out: #e69f00; } }
body { font: 17px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem;
       font-variant-numeric: tabular-nums; }
.charts { display: flex; flex-wrap: wrap; gap: 1rem 2rem; }
figure { margin: 0; flex: 1 1 26rem; }
svg { width: 100%; font-size: 14px; fill: currentColor; }
polyline { fill: none; stroke-width: 2.5; }
.axis { stroke: currentColor; opacity: .5; }
table { border-collapse: collapse; }
td, th { padding: .1rem .8rem; text-align: right; }
"""
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 460, 260, 58, 96, 14, 40


def chart(label, unit, epochs, lines):
    """Lines over the epochs as SVG; zero is the foot of the axis, and each line is named where it ends."""
    top = max(max(values) for _, values in lines) or 1
    wide, high = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def x(epoch):
        return LEFT + wide * (epoch - epochs[0]) / max(epochs[-1] - epochs[0], 1)

    def y(value):
        return TOP + high * (1 - value / top)

    out = [f'<figure><figcaption>{label}</figcaption><svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
           f'aria-label="{label} by epoch; the numbers are in the table below">']
    out.append(f'<path class="axis" fill="none" d="M{LEFT} {TOP}V{TOP + high}H{LEFT + wide}"/>')
    step = 10 ** math.floor(math.log10(top))
    step = next(s for s in (step / 5, step / 2, step, 2 * step, 5 * step) if top / s < 5)
    for value in (i * step for i in range(int(top / step) + 1)):
        out.append(f'<path class="axis" d="M{LEFT - 4} {y(value):.1f}h4"/>'
                   f'<text x="{LEFT - 8}" y="{y(value) + 5:.1f}" text-anchor="end">{value:.3g}{unit}</text>')
    for epoch in sorted({epochs[0], epochs[-1]}):
        out.append(f'<text x="{x(epoch):.1f}" y="{TOP + high + 18}" text-anchor="middle">{epoch}</text>')
    out.append(f'<text x="{LEFT + wide / 2}" y="{HEIGHT - 4}" text-anchor="middle">epoch</text>')
    ends = sorted(range(len(lines)), key=lambda i: y(lines[i][1][-1]))  # from the top down
    place = {}
    below = 0
    for i in ends:
        place[i] = min(max(y(lines[i][1][-1]) + 5, below), TOP + high + 5 - 17 * (len(ends) - len(place) - 1))
        below = place[i] + 17
    for i, (name, values) in enumerate(lines):
        colour = f"var(--{name})"
        points = " ".join(f"{x(e):.1f},{y(v):.1f}" for e, v in zip(epochs, values))
        dash = ' stroke-dasharray="7 4"' if name == "training" else ""
        out.append(f'<polyline points="{points}" stroke="{colour}"{dash}/>')
        out.append(f'<text x="{x(epochs[-1]) + 8:.1f}" y="{place[i]:.1f}" fill="{colour}">{name}</text>')
    return "".join(out) + "</svg></figure>"


def number(value):
    return f"{value:,.0f}" if abs(value) >= 1e4 else f"{value:.4g}"


def section(title, folder):
    with open(os.path.join(folder, "history.csv"), newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    epochs = list(range(1, len(rows) + 1))
    columns = {name: [float(row[name]) for row in rows] for name in rows[0] if all(row[name] for row in rows)}

    def lines(column, of=lambda value: value):
        pairs = (("training", column), ("held-out", "validation_" + column))
        return [(name, [of(v) for v in columns[c]]) for name, c in pairs if c in columns]

    out = [f"<h2>{html.escape(title)}</h2>"]
    if "validation_accuracy" in columns:
        out.append(f"<p>After {len(rows)} epochs it reads <strong>{100 * columns['validation_accuracy'][-1]:.1f} %</strong> "
                   "of the digits right that it was never shown.</p>")
    out.append('<div class="charts">')
    if "accuracy" in columns:
        out.append(chart("wrong answers", " %", epochs, lines("accuracy", lambda a: 100 * (1 - a))))
    if "loss" in columns:
        out.append(chart("loss", "", epochs, lines("loss")))
    out.append("</div><details><summary>The numbers</summary><table><tr><th>epoch</th>")
    names = [name for name in columns if name != "epoch"]
    out += [f"<th>{html.escape(name.replace('_', ' '))}</th>" for name in names]
    for i, epoch in enumerate(epochs):
        out.append(f"</tr><tr><td>{epoch}</td>" + "".join(f"<td>{number(columns[name][i])}</td>" for name in names))
    return "".join(out) + "</tr></table></details>"


page, trainings = sys.argv[1], [argument.split("=", 1) for argument in sys.argv[2:]]
with open(page, "w", encoding="utf-8") as file:
    file.write(f'<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
               f"<title>Sevenfold: what was learned</title><style>{STYLE}</style><h1>What was learned</h1>")
    for title, folder in trainings:
        file.write(section(title, folder))
    file.write("</html>\n")
