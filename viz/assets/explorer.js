// The backprop explorer. All numbers come with the page; what happens here is choosing which to show, and where.
"use strict";

const { steps, groups, drawings, loss, scales } = page.data;
const number = page.number;
const colour = { value: page.diverging(scales.value), gradient: page.diverging(scales.gradient) };
const state = { at: 0, open: new Set([0]), quiz: false, asked: null, entry: null, withNumbers: false, timer: null, score: [0, 0] };

// ---- names

const nameOf = (i) => `%${i}` + (steps[i].name ? ` ${steps[i].name}` : "");
const kindOf = (i) => steps[i].op ?? "leaf";
const groupPath = (g) => (g === 0 ? [] : [...groupPath(groups[g].parent), groups[g].name]);
const sizes = (shape) => shape.match(/\d+/g)?.map(Number) ?? [];
const indexOf = (entry, shape) => {
  const out = [];
  for (const size of sizes(shape).reverse()) {
    out.unshift(entry % size);
    entry = Math.floor(entry / size);
  }
  return out.length ? `[${out.join(", ")}]` : "";
};
const html = (text) => String(text).replace(/[&<>"]/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[c]);

// ---- what is visible: a step, or the outermost closed group that holds it

const shownAs = (i) => {
  let shown = "s" + i;
  for (let g = steps[i].group; g !== 0; g = groups[g].parent) if (!state.open.has(g)) shown = "g" + g;
  return shown;
};
const isGroup = (item) => item[0] === "g";
const idOf = (item) => Number(item.slice(1));
const firstOf = (item) => (isGroup(item) ? groups[idOf(item)].first : idOf(item));
const lastOf = (item) => (isGroup(item) ? groups[idOf(item)].last - 1 : idOf(item));
const inItem = (item, i) => firstOf(item) <= i && i <= lastOf(item);

let states = [];
function arrange() {
  const items = [...new Set(steps.map((_, i) => shownAs(i)))];
  const reached = items.filter((item) => d3.range(firstOf(item), lastOf(item) + 1).some((i) => steps[i].gradient));
  states = [...items.map((item) => ({ phase: "forward", item })),
    ...reached.reverse().map((item) => ({ phase: "backward", item }))];
}
const now = () => states[state.at];
// The first step whose part of the backward pass is done; in a quiz that of the step asked about comes after the guess.
const guessing = () => state.quiz && !state.asked && now().phase === "backward" && !isGroup(now().item) && quizOf(idOf(now().item)) !== null;
const walkedTo = () => (now().phase === "forward" ? Infinity : firstOf(now().item) + guessing());
const complete = (i) => steps[i].gradient && walkedTo() < Infinity && steps[i].uses.every((use) => use.step >= walkedTo());

// ---- steps

function go(at, entry = null) {
  state.at = Math.max(0, Math.min(states.length - 1, at));
  state.entry = entry;
  state.asked = null;
  show();
}
function goTo(item, entry = null, phase = now().phase) {
  const at = states.findIndex((s) => s.phase === phase && s.item === item);
  go(at >= 0 ? at : states.findIndex((s) => s.item === item), entry);
}
function goToStep(i, entry = null, phase = now().phase) {
  for (let g = steps[i].group; g !== 0; g = groups[g].parent) state.open.add(g);
  const before = now();
  arrange();
  state.at = 0;
  goTo("s" + i, entry, phase ?? before.phase);
}
function fold() {
  const { item, phase } = now();
  const g = isGroup(item) ? idOf(item) : steps[idOf(item)].group;
  toggle(g, isGroup(item), phase);
}
function toggle(g, open, phase = now().phase) {
  if (g === 0) return;
  const inside = now();
  if (open) state.open.add(g);
  else state.open.delete(g);
  arrange();
  const edge = phase === "forward" ? groups[g].first : groups[g].last - 1;
  const stay = states.findIndex((s) => s.phase === phase && s.item === inside.item);
  state.at = stay >= 0 ? stay : Math.max(0, states.findIndex((s) => s.phase === phase && s.item === (open ? shownAs(edge) : "g" + g)));
  go(state.at);
}
function play() {
  state.timer = state.timer ? clearInterval(state.timer) ?? null : setInterval(() => {
    if (state.at === states.length - 1) play();
    else go(state.at + 1);
  }, 1100);
  d3.select("#play").attr("aria-pressed", state.timer !== null).text(state.timer ? "Pause" : "Play");
}

// ---- the graph: layers and their order come with the page; here boxes get their size and place

const BOX = { height: 62, gapX: 22, gapY: 34, pad: 14, head: 24 };
const widthOf = (text) => 8.2 * text.length + 24;
// A parameter's name without the path of the groups around it, "weight" for "blocks.0.attention.qkv.weight"; never long.
function short(i) {
  const path = groupPath(steps[i].group).slice(1).join(".") + ".";
  const name = steps[i].name.startsWith(path) ? steps[i].name.slice(path.length) : steps[i].name || kindOf(i);
  return name.length > 22 ? name.slice(0, 21) + "…" : name;
}
function boxText(item) {
  if (isGroup(item)) {
    const group = groups[idOf(item)];
    return [group.name, `${group.last - group.first} steps`];
  }
  const i = idOf(item), step = steps[i];
  const value = sizes(step.shape).length || !step.value ? step.shape : "= " + number(step.value.numbers[0]);
  return [short(i), (step.name && step.op ? step.op + " " : "") + value];
}
function slopeText(item) {
  const i = isGroup(item) ? -1 : idOf(item);
  if (i < 0 || now().phase === "forward" || !steps[i].gradient) return "";
  if (complete(i)) {
    const gradient = steps[i].gradient;
    return gradient.size === 1 ? "grad " + number(gradient.numbers[0]) : "|grad| " + number(gradient.norm, 3);
  }
  const done = steps[i].uses.filter((use) => use.step >= walkedTo()).length;
  return done ? `grad: ${done} of ${steps[i].uses.length} uses` : "";
}

// Boxes of group g around (0, 0), those of open groups inside included.
function place(g) {
  const { items, edges, layers } = drawings[g];
  const inner = items.map((item) => (isGroup(item) && state.open.has(idOf(item)) ? place(idOf(item)) : null));
  const sizeOf = items.map((item, k) => item[0] === "x" ? [8, 0] : inner[k]
    ? [Math.max(inner[k].width, widthOf(groups[idOf(item)].name)) + 2 * BOX.pad, inner[k].height + BOX.head + 2 * BOX.pad]
    : [Math.max(92, ...[...boxText(item), "grad 0.123456"].map(widthOf)), BOX.height]);
  const cells = layers.map((layer) => layer.map(([kind, index]) =>
    ({ kind, index, width: kind === "item" ? sizeOf[index][0] : 8, x: 0, near: [] })));
  const itemCell = new Map(), chain = edges.map(() => []);
  cells.flat().forEach((cell) => (cell.kind === "item" ? itemCell.set(items[cell.index], cell) : chain[cell.index].push(cell)));
  edges.forEach(([from, to], e) => d3.pairs([itemCell.get(from), ...chain[e], itemCell.get(to)]).forEach(([a, b]) => {
    a.near.push(b);
    b.near.push(a);
  }));
  const apart = (a, b) => (a.width + b.width) / 2 + BOX.gapX;
  const settle = (layer, wish) => {
    const left = [], right = [];
    layer.forEach((cell, k) => (left[k] = k ? Math.max(wish[k], left[k - 1] + apart(layer[k - 1], cell)) : wish[k]));
    for (let k = layer.length - 1; k >= 0; --k)
      right[k] = k < layer.length - 1 ? Math.min(wish[k], right[k + 1] - apart(layer[k], layer[k + 1])) : wish[k];
    layer.forEach((cell, k) => (cell.x = (left[k] + right[k]) / 2));
  };
  cells.forEach((layer) => settle(layer, layer.map((_, k) => (k - (layer.length - 1) / 2) * 120)));
  for (let round = 0; round < 12; ++round)
    for (const layer of round % 2 ? [...cells].reverse() : cells)
      settle(layer, layer.map((cell) => (cell.near.length ? d3.mean(cell.near, (n) => n.x) : cell.x)));

  const left = d3.min(cells.flat(), (c) => c.x - c.width / 2) ?? 0, boxes = [], bends = {};
  let y = 0;
  layers.forEach((_, l) => {
    const height = d3.max(cells[l], (c) => (c.kind === "item" ? sizeOf[c.index][1] : 0));
    for (const cell of cells[l]) {
      const x = cell.x - left;
      if (cell.kind === "edge") {
        (bends[`${g} ${edges[cell.index]}`] ??= []).push([x, y], [x, y + height]);
        continue;
      }
      const item = items[cell.index], [width, tall] = sizeOf[cell.index], top = y + (height - tall) / 2;
      if (item[0] === "x") {
        bends[`${g} ${item}`] = [[x, y], [x, y + height]];
        continue;
      }
      boxes.push({ item, x: x - width / 2, y: top, width, height: tall, open: inner[cell.index] !== null });
      if (!inner[cell.index]) continue;
      const dx = x - inner[cell.index].width / 2, dy = top + BOX.head + BOX.pad;
      for (const box of inner[cell.index].boxes) boxes.push({ ...box, x: box.x + dx, y: box.y + dy });
      for (const [key, points] of Object.entries(inner[cell.index].bends)) bends[key] = points.map(([a, b]) => [a + dx, b + dy]);
    }
    y += height + BOX.gapY;
  });
  const width = (d3.max(cells.flat(), (c) => c.x + c.width / 2) ?? 0) - left;
  return { width, height: y - BOX.gapY, boxes, bends };
}

// The item of group g that holds a step, or null outside.
function itemIn(g, i) {
  let item = "s" + i;
  for (let at = steps[i].group; at !== g; at = groups[at].parent) {
    if (at === 0) return null;
    item = "g" + at;
  }
  return item;
}
function edgesShown() {
  const found = new Map();
  steps.forEach((step, to) => step.inputs.forEach((input) => {
    if (input.step === undefined) return;
    const a = shownAs(input.step), b = shownAs(to);
    if (a === b) return;
    let g = step.group;
    while (!itemIn(g, input.step)) g = groups[g].parent;
    // Through the drawing of the group that holds both, then into the open groups around its end.
    const bends = [`${g} ${itemIn(g, input.step)},${itemIn(g, to)}`];
    for (let h = g, next; (next = itemIn(h, to))[0] === "g" && next !== b;) {
      h = idOf(next);
      bends.push(`${h} x${input.step}`, `${h} x${input.step},${itemIn(h, to)}`);
    }
    const edge = found.get(a + b) ?? { a, b, pairs: [], bends };
    edge.pairs.push([input.step, to]);
    found.set(a + b, edge);
  }));
  return [...found.values()];
}

const graph = d3.select(".graph");
const svg = graph.append("svg").attr("role", "group").attr("aria-label", "Boxes of the graph, in the order of the program");
const edgeLayer = svg.append("g"), boxLayer = svg.append("g");
const line = d3.line().curve(d3.curveMonotoneY);
function drawGraph() {
  const { width, height, boxes, bends } = place(0);
  const margin = 8, of = new Map(boxes.map((box) => [box.item, box])), view = graph.node();
  const scale = Math.max(0.7, Math.min(1, (view.clientWidth - 30) / (width + 2 * margin)));  // no smaller than can be read
  svg.attr("viewBox", `${-margin} ${-margin} ${width + 2 * margin} ${height + 2 * margin}`)
    .attr("width", scale * (width + 2 * margin)).attr("height", scale * (height + 2 * margin));
  const { phase, item } = now();
  edgeLayer.selectAll("path").data(edgesShown()).join("path")
    .attr("class", (e) => "edge" + (phase === "forward" && e.b === item ? " in" : "") +
      (phase === "backward" && e.b === item && e.pairs.some(([from]) => steps[from].gradient) ? " back" : ""))
    .attr("d", (e) => {
      const a = of.get(e.a), b = of.get(e.b);
      return line([[a.x + a.width / 2, a.y + a.height], ...e.bends.flatMap((key) => bends[key] ?? []), [b.x + b.width / 2, b.y]]);
    });
  boxes.sort((a, b) => b.open - a.open || firstOf(a.item) - firstOf(b.item));
  boxLayer.selectAll("g.box").data(boxes, (b) => b.item).join((enter) => {
    const box = enter.append("g").attr("tabindex", 0).attr("role", "button");
    box.append("rect");
    ["title", "sub", "slope"].forEach((name) => box.append("text").attr("class", name));
    return box.on("click", (b) => (b.open ? toggle(idOf(b.item), false) : now().item === b.item && isGroup(b.item) ? fold() : goTo(b.item)))
      .on("keydown", (b) => {
        if (d3.event.key !== "Enter" && d3.event.key !== " ") return;
        d3.event.preventDefault();
        if (b.open) toggle(idOf(b.item), false);
        else if (isGroup(b.item)) toggle(idOf(b.item), true);
        else goTo(b.item);
      });
  }).order().attr("class", (b) => "box " + (isGroup(b.item) ? "group" : steps[idOf(b.item)].op ? "op" : "leaf") +
      (b.open ? " open" : "") + (b.item === "s" + loss ? " loss" : "") + (b.item === item ? " now " + phase : "") +
      (phase === "forward" && firstOf(b.item) > lastOf(item) ? " later" : ""))
    .attr("transform", (b) => `translate(${b.x},${b.y})`)
    .attr("data-item", (b) => b.item).attr("data-name", (b) => (isGroup(b.item) ? groups : steps)[idOf(b.item)].name)
    .attr("aria-label", (b) => [...boxText(b.item), slopeText(b.item)].join(" ") + (b.open ? ", open" : ""))
    .each(function (b) {
      const box = d3.select(this), slope = b.open ? "" : slopeText(b.item), [title, sub] = boxText(b.item);
      box.select("rect").attr("width", b.width).attr("height", b.height)
        .attr("rx", isGroup(b.item) ? 10 : steps[idOf(b.item)].op ? 5 : 24);
      box.select(".title").attr("x", b.width / 2).attr("y", b.open ? 20 : slope ? 20 : 27).text(title + " ");
      box.select(".sub").attr("x", b.width / 2).attr("y", slope ? 37 : 45).text(b.open ? "" : sub + " ");
      box.select(".slope").attr("x", b.width / 2).attr("y", 54).text(slope);
    });
  const box = of.get(item);
  if (!box) return;
  const wanted = { top: scale * (box.y + box.height / 2) - view.clientHeight / 2, left: scale * (box.x + box.width / 2) - view.clientWidth / 2 };
  view.scrollTo({ ...wanted, behavior: page.still ? "auto" : "smooth" });
}

// ---- arrays

function shownEntries(array) {
  const rows = array.row ?? d3.range(array.rows), columns = array.column ?? d3.range(array.columns);
  return rows.map((r, i) => columns.map((c, j) => ({ entry: r * array.columns + c, x: array.numbers[i * columns.length + j] })));
}
const placeOf = (array, entry) => shownEntries(array).flat().findIndex((cell) => cell.entry === entry);

function drawArray(parent, array, kind, title, pick = null, values = array.numbers) {
  const block = parent.append("div").attr("class", kind === "gradient" ? "slope-value" : "value");
  block.append("h3").text(title);
  if (array.size === 1) {
    block.append("span").attr("class", "scalar").attr("data-number", kind).text(number(array.numbers[0], 6));
    if (pick) block.append("button").attr("class", "link small").text("where from?").on("click", () => pick(0));
    return;
  }
  const cells = shownEntries({ ...array, numbers: values });
  const small = cells[0]?.length <= 6 && cells.length <= 8;
  const wordy = small || state.withNumbers;
  const table = block.append("div").attr("class", "scroll").append("table").attr("class", "heat" + (wordy ? " numbers" : ""))
    .attr("role", "grid").attr("aria-label", `${title} ${array.shape ?? ""}`);
  const move = (from, down, right) => {
    const row = from.parentNode.parentNode.children[d3.select(from.parentNode).datum().at + down];
    const to = row?.children[[...from.parentNode.children].indexOf(from) + right];
    if (to) (from.tabIndex = -1), (to.tabIndex = 0), to.focus();
  };
  table.append("tbody").attr("role", "rowgroup").selectAll("tr").data(cells.map((row, at) => ({ row, at }))).join("tr").attr("role", "row")
    .selectAll("td").data(({ row, at }) => row.map((cell, k) => ({ ...cell, first: at === 0 && k === 0 }))).join("td")
    .attr("role", "gridcell").attr("tabindex", (c) => (c.first ? 0 : -1))
    .attr("aria-label", (c) => `${indexOf(c.entry, array.shape)} ${number(c.x, wordy ? 3 : 6)}`)
    .attr("title", (c) => `${indexOf(c.entry, array.shape)}  ${number(c.x, 6)}`)
    .attr("data-entry", (c) => c.entry)
    .attr("class", (c) => (pick && state.entry === c.entry ? "picked" : null))
    .style("background", (c) => colour[kind](c.x)).style("color", (c) => page.inkOn(colour[kind](c.x)))
    .text((c) => (wordy ? number(c.x, 3) : ""))
    .on("click", (c) => pick?.(c.entry))
    .on("keydown", function (c) {
      const arrow = { ArrowDown: [1, 0], ArrowUp: [-1, 0], ArrowRight: [0, 1], ArrowLeft: [0, -1] }[d3.event.key];
      if (arrow) d3.event.preventDefault(), move(this, ...arrow);
      if (d3.event.key === "Enter") pick?.(c.entry);
    });
  const parts = [];
  if (array.row || array.column)
    parts.push(`shown: ${cells.length} of ${array.rows} rows, ${cells[0].length} of ${array.columns} columns`);
  if (array.min !== undefined)
    parts.push(`all ${array.size}: ${number(array.min, 3)} to ${number(array.max, 3)}, mean ${number(array.mean, 3)}` +
      (array.zeros ? `, ${array.zeros} zero` : "") + (array.bad ? `, ${array.bad} not finite` : ""));
  block.append("p").attr("class", "small quiet").text(parts.join("; "));
}

function legend(panel) {
  const both = panel.append("div").attr("class", "legend small quiet");
  for (const [kind, what] of [["value", "values"], ["gradient", "gradients"]]) {
    const largest = typeof scales[kind] === "number" ? scales[kind] : 0;
    const stops = d3.range(-20, 21).map((k) => colour[kind](Math.sign(k) * largest * 10 ** (-3 * (1 - Math.abs(k) / 20)) * (k !== 0)));
    const block = both.append("div");
    block.append("div").attr("class", "ramp").attr("role", "img").attr("aria-label", `Colours of ${what}`)
      .style("background", `linear-gradient(to right, ${stops.join(", ")})`);
    const ends = block.append("div").attr("class", "ends");
    [`−${number(largest, 3)}`, `${what}; 0 in the middle`, number(largest, 3)].forEach((t) => ends.append("span").text(t));
  }
  both.append("p").text("Colours go by the logarithm, one scale for the whole page.");
}

// ---- one step in words

const linkTo = (parent, i, entry = null, phase = undefined) => parent.append("button").attr("class", "link")
  .text(nameOf(i) + (entry !== null ? indexOf(entry, steps[i].shape) : "")).on("click", () => goToStep(i, entry, phase));

function drawInputs(panel, step) {
  panel.append("h3").attr("class", "part").text("Its inputs");
  const list = panel.append("div").attr("class", "columns");
  step.inputs.forEach((input) => {
    const array = input.step !== undefined ? steps[input.step].value : input.constant;
    const title = `${input.letter} = ${input.step !== undefined ? nameOf(input.step) : "constant"} ${array && array.size > 1 ? array.shape : ""}`;
    if (array) drawArray(list, array, "value", title);
    else list.append("div").append("p").text(`${title}: value not kept`);
  });
}

// dx = the sum over what each use handed back, in the order in which backward met them.
function drawUses(panel, i) {
  const step = steps[i], entry = state.entry ?? step.example, at = placeOf(step.gradient, entry);
  const known = step.uses.filter((use) => use.step >= walkedTo());
  const scalar = step.gradient.size === 1;
  panel.append("h3").text(i === loss ? "Its gradient is where the walk starts: d loss / d loss = 1"
    : `Its gradient is a sum over ${step.uses.length === 1 ? "its one use" : `its ${step.uses.length} uses`}` +
      (scalar ? "" : `; entry ${indexOf(entry, step.shape)}`));
  if (!step.uses.length) return;
  const table = panel.append("table").attr("class", "uses").append("tbody");
  for (const use of known) {
    const row = table.append("tr");
    linkTo(row.append("td").text("from "), use.step, null, "backward");
    row.append("td").attr("class", "math").text(`${kindOf(use.step)}, as ${use.letter}` +
      (use.with_numbers && entry === step.example ? `: ${use.with_numbers}` : ""));
    row.append("td").attr("class", "amount").attr("data-use", use.step).text(at < 0 ? "not shown" : number(use.numbers[at], 6));
  }
  if (known.length < step.uses.length)
    table.append("tr").append("td").attr("colspan", 3).attr("class", "quiet").text(`${step.uses.length - known.length} still to come`);
  else {
    const row = table.append("tr").attr("class", "sum");
    row.append("td").text("sum");
    row.append("td");
    row.append("td").attr("class", "amount").text(at < 0 ? "" : number(step.gradient.numbers[at], 6));
  }
}

// Where one entry comes from, and why it is zero.
function drawOrigin(panel, i, entry) {
  const step = steps[i], origin = step.from?.[entry];
  panel.append("h3").attr("id", "origin").text(`Where ${nameOf(i)}${indexOf(entry, step.shape)} gets its gradient from`);
  if (!origin) {
    panel.append("p").text(i === loss ? "From nothing further: it is 1." : "This entry was not followed when the page was made.");
    return;
  }
  for (let [at, e] = [i, entry], depth = 0, o = origin; o?.why && depth < 50; ++depth) {
    const why = panel.append("p").attr("class", "why").text(depth ? `${nameOf(at)}${indexOf(e, steps[at].shape)}: ${o.why}.` : `Why: ${o.why}.`);
    if (!o.why.startsWith("nothing arrives") || !o.terms.length) break;
    [at, e] = [o.terms[0][0], o.terms[0][2]];
    o = steps[at].from?.[e];
  }
  if (!origin.terms.length) return;
  const table = panel.append("table").attr("class", "uses");
  const head = table.append("thead").append("tr");
  ["through", "its gradient", "local derivative", "product"].forEach((t) => head.append("th").attr("class", "quiet small").text(t));
  const body = table.append("tbody");
  for (const [through, , e, dy, local, product] of origin.terms) {
    const row = body.append("tr");
    linkTo(row.append("td"), through, e, "backward");
    row.append("td").attr("class", "amount").text(number(dy));
    row.append("td").attr("class", "amount").text("· " + number(local));
    row.append("td").attr("class", "amount").text("= " + number(product));
  }
  if (origin.others) {
    const row = body.append("tr");
    row.append("td").attr("colspan", 3).text(`${origin.others[0]} smaller ones`);
    row.append("td").attr("class", "amount").text(number(origin.others[1]));
  }
  const way = [];
  for (let [at, e] = [i, entry]; at !== undefined && way.length < 100;) {
    const next = steps[at].from?.[e]?.terms[0];
    if (!next) break;
    way.push({ at: next[0], entry: next[2], local: next[4] });
    [at, e] = [next[0], next[2]];
  }
  panel.append("p").text(`The largest way from the loss, ${way.length} ${way.length === 1 ? "step" : "steps"}, each with its local derivative:`);
  const list = panel.append("ol").attr("class", "path small");
  for (const { at, entry: e, local } of [...way].reverse()) {
    const point = list.append("li");
    linkTo(point, at, e, "backward");
    point.append("span").text(` ${kindOf(at)}: · ${number(local)}`);
  }
}

function drawStep(panel, i) {
  const step = steps[i], { phase } = now(), back = phase === "backward";
  const head = panel.append("div").attr("class", "line");
  head.append("h2").text(`${nameOf(i)}: ${step.op ?? "leaf"}`);
  head.append("span").attr("class", "quiet").text(`${step.shape === "()" ? "a single number" : step.shape}${step.group ? " in " + groupPath(step.group).join(" / ") : ""}`);
  if (step.op) {
    panel.append("p").attr("class", "formula math").text(back ? step.rule : step.formula);
    const e = indexOf(step.example, step.shape);
    if (!back && step.with_numbers)
      panel.append("p").attr("class", "with-numbers math").text((e ? `y${e}: ` : "") + step.with_numbers);
    if (step.note) panel.append("p").attr("class", "small quiet").text(step.note);
  } else panel.append("p").text("A value that gradients are wanted for: a parameter, or an input of the program.");
  const pair = panel.append("div").attr("class", "columns");
  if (step.value) drawArray(pair, step.value, "value", step.op ? "Value: y" : "Value");
  else pair.append("p").text("The value was not kept: no rule reads it. Call tape.keep_values() before the program to see it.");
  if (!step.gradient) {
    panel.append("p").attr("class", "why").text("No gradient: the loss does not depend on this value. Nothing that uses it leads " +
      "to the loss; its way was detached, or its result is not used.");
  } else if (back && complete(i)) {
    drawArray(pair, step.gradient, "gradient", step.op ? "Gradient: dy" : "Gradient", (entry) => {
      state.entry = entry;
      drawPanel();
      document.querySelector(".panel .picked")?.focus({ preventScroll: true });
      document.getElementById("origin")?.scrollIntoView({ block: "nearest" });
    });
    drawUses(panel, i);
    if (state.entry !== null) drawOrigin(panel, i, state.entry);
    else if (step.gradient.size > 1)
      panel.append("p").attr("class", "small quiet").text("Pick an entry of the gradient to see where it comes from.");
  }
  if (back && state.quiz && quizOf(i)) drawQuiz(panel, i);
  if (back && step.op && step.gradient && !guessing()) drawHanded(panel, i);
  if (step.op) drawInputs(panel, step);
}

// What an op hands back, in the backward phase.
function drawHanded(panel, i) {
  panel.append("h3").attr("class", "part").text("By its rule it hands back");
  const list = panel.append("div").attr("class", "columns handed");
  steps[i].inputs.forEach((input, k) => {
    if (input.step === undefined) return;
    const to = steps[input.step], use = to.uses.find((u) => u.step === i && u.input === k);
    if (!use) return;
    const title = `d${use.letter}, to ${nameOf(input.step)}`;
    const { rows, columns, row, column, size, shape } = to.gradient;
    drawArray(list, { rows, columns, row, column, size, shape, numbers: use.numbers }, "gradient", title);
    if (use.with_numbers)
      d3.select(list.node().lastChild).append("p").attr("class", "with-numbers math")
        .text(`${indexOf(to.example, to.shape)}${sizes(to.shape).length ? ": " : ""}${use.with_numbers}`);
  });
}

// ---- quiz

function quizOf(i) {
  for (const [k, input] of steps[i].inputs.entries()) {
    if (input.step === undefined) continue;
    const to = steps[input.step], use = to.uses.find((u) => u.step === i && u.input === k);
    const at = use ? placeOf(to.gradient, to.example) : -1;
    if (use && at >= 0 && typeof use.numbers[at] === "number") return { to: input.step, use, truth: use.numbers[at] };
  }
  return null;
}
function drawQuiz(panel, i) {
  const { to, use, truth } = quizOf(i);
  const entry = indexOf(steps[to].example, steps[to].shape), where = indexOf(steps[i].example, steps[i].shape);
  const block = panel.append("form").attr("class", "quiz");
  const label = block.append("label").text(`What does ${kindOf(i)} hand to ${nameOf(to)}${entry}? d${use.letter} = `);
  const field = label.append("input").attr("inputmode", "text").attr("autocomplete", "off").attr("id", "guess");
  const dy = steps[i].gradient;
  block.append("span").attr("class", "small quiet")
    .text(` dy${dy.size === 1 ? "" : where} is ${number(dy.numbers[Math.max(0, placeOf(dy, steps[i].example))], 6)}; 2 % off is fine. `);
  block.append("button").text("Check");
  const verdict = block.append("p").attr("role", "status");
  if (state.asked) {
    const good = state.asked.good;
    field.attr("value", state.asked.text).attr("readonly", true);
    verdict.attr("class", good ? "right" : "wrong").text(`${good ? "Right" : "Not quite"}: it is ${number(truth, 6)}. ` +
      `${state.score[0]} of ${state.score[1]} so far.`);
  }
  block.on("submit", () => {
    d3.event.preventDefault();
    if (state.asked) return go(state.at + 1);
    const text = field.node().value, guess = Number(text.replace("−", "-").replace(",", "."));
    const good = text.trim() !== "" && Math.abs(guess - truth) <= Math.max(0.02 * Math.abs(truth), 1e-6);
    state.asked = { text, good };
    state.score = [state.score[0] + good, state.score[1] + 1];
    show();
    document.getElementById("guess")?.focus();
  });
}

// ---- a folded group

function drawGroup(panel, item) {
  const group = groups[idOf(item)], inside = (i) => inItem(item, i);
  const members = d3.range(group.first, group.last), leaves = members.filter((i) => !steps[i].op);
  panel.append("h2").text(groupPath(idOf(item)).join(" / "));
  panel.append("p").text(`${members.length} steps: operations ${members.length - leaves.length}, leaves ${leaves.length}, with ` +
    `${d3.sum(leaves, (i) => sizes(steps[i].shape).reduce((a, b) => a * b, 1))} numbers.`);
  panel.append("button").text("Open it (Enter)").on("click", () => toggle(idOf(item), true));
  const incoming = [...new Set(members.flatMap((i) => steps[i].inputs.map((input) => input.step)))]
    .filter((i) => i !== undefined && !inside(i));
  const outgoing = members.filter((i) => steps.some((s, to) => !inside(to) && s.inputs.some((input) => input.step === i)));
  const draw = (list, title) => list.forEach((i) => {
    const pair = panel.append("div").attr("class", "columns");
    if (steps[i].value) drawArray(pair, steps[i].value, "value", `${title} ${nameOf(i)} ${steps[i].shape}`);
    if (steps[i].gradient && complete(i)) drawArray(pair, steps[i].gradient, "gradient", "Its gradient");
  });
  draw(incoming, "Goes in:");
  draw(outgoing, "Comes out:");
  const learned = leaves.filter((i) => complete(i));
  if (!learned.length) return;
  panel.append("h3").text("Gradients of its leaves");
  const body = panel.append("table").attr("class", "uses").append("tbody");
  for (const i of learned) {
    const row = body.append("tr");
    linkTo(row.append("td"), i);
    row.append("td").text(steps[i].shape);
    row.append("td").text(`|grad| ${number(steps[i].gradient.norm ?? Math.abs(steps[i].gradient.numbers[0]))}`);
  }
}

function drawPanel() {
  const panel = d3.select(".panel").html("");
  const { item } = now();
  if (isGroup(item)) drawGroup(panel, item);
  else drawStep(panel, idOf(item));
  legend(panel);
}

function show() {
  const { phase, item } = now(), forward = states.filter((s) => s.phase === "forward").length;
  d3.select("#slider").attr("max", states.length - 1).property("value", state.at)
    .attr("aria-valuetext", `${phase}, ${isGroup(item) ? groups[idOf(item)].name : nameOf(idOf(item))}`);
  const [place_, all] = phase === "forward" ? [state.at + 1, forward] : [state.at - forward + 1, states.length - forward];
  d3.select("#where").html(`<b class="${phase}">${phase === "forward" ? "Forward" : "Backward"}</b> ${place_} of ${all}: ` +
    html(isGroup(item) ? groups[idOf(item)].name : `${nameOf(idOf(item))}, ${kindOf(idOf(item))}`));
  d3.select("#quiz").attr("aria-pressed", state.quiz);
  document.body.dataset.state = state.at;
  drawGraph();
  drawPanel();
}

// ---- start: groups are opened, outer ones first, while what is visible fits a screen

for (let g = 1; g < groups.length; ++g) {
  if (!state.open.has(groups[g].parent)) continue;
  state.open.add(g);
  if (new Set(steps.map((_, i) => shownAs(i))).size > 16) state.open.delete(g);
}
arrange();
page.keys([
  ["ArrowRight", "one step on", () => go(state.at + 1)],
  ["ArrowLeft", "one step back", () => go(state.at - 1)],
  ["Home", "to the beginning", () => go(0)],
  ["End", "to the end", () => go(states.length - 1)],
  [" ", "play or pause", play],
  ["b", "to the start of the backward phase", () => go(states.findIndex((s) => s.phase === "backward"))],
  ["Enter", "open or fold the group", fold],
  ["n", "numbers in all tables", () => { state.withNumbers = !state.withNumbers; drawPanel(); }],
  ["q", "quiz: guess each gradient before it is shown", () => { state.quiz = !state.quiz; state.asked = null; show(); }],
  ["?", "this help", () => document.getElementById("help").showModal()],
]);
d3.select("#slider").on("input", function () { go(Number(this.value)); });
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  for (const kind of ["value", "gradient"]) colour[kind] = page.diverging(scales[kind]);
  show();
});
show();
