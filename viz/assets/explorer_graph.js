// The graph: layers and their order come with the page; here boxes get their size and place.

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
