// The race. The ways, their terms and the map were computed by the library; here they are chosen and drawn.
"use strict";

const { steps, rates, racers, surfaces } = page.data;
const number = page.number;
const state = { at: 0, surface: 0, noise: 0, rate: null, picked: 0, only: false, tables: false, timer: null };
const pair = ["nesterov", "look-ahead"];

// ---- the numbers: three bytes each, the upper ones of a float

function unpacked(text) {
  const bytes = atob(text), view = new DataView(new ArrayBuffer(4)), out = new Float32Array(bytes.length / 3);
  for (let i = 0; i < out.length; ++i) {
    for (let k = 0; k < 3; ++k) view.setUint8(k, bytes.charCodeAt(3 * i + k));
    out[i] = view.getFloat32(0);
  }
  return out;
}
// {loss: [..], w: [[x, y], ..], gradient: [[x, y], ..], ..}
function trailOf(stored) {
  if (stored.loss) return stored;
  const all = unpacked(stored.numbers), n = stored.steps;
  let from = n + 1;
  stored.loss = all.slice(0, n + 1);
  for (const part of stored.parts) {
    const length = part === "w" ? n + 1 : n;
    stored[part] = d3.range(length).map((t) => [all[from + t], all[from + length + t]]);
    from += 2 * length;
  }
  return stored;
}
const surface = () => surfaces[state.surface];
const fieldOf = (r) => surface().runs[state.noise][r];
const rateOf = (r) => state.rate ?? fieldOf(r).winner;
const trail = (r) => trailOf(fieldOf(r).trails[rateOf(r)]);
const lossAt = (r) => trail(r).loss[state.at];  // undefined once it has left
const colour = (r) => `var(--${racers[r].name})`;
const isPicked = (r) => r === state.picked || (pair.includes(racers[r].name) && pair.includes(racers[state.picked].name));
const shown = () => d3.range(racers.length).filter((r) => !state.only || isPicked(r));
const digitInk = (r) => page.inkOn(d3.color(getComputedStyle(document.documentElement).getPropertyValue(`--${racers[r].name}`).trim() ||
  getComputedStyle(document.documentElement).color) ?? "#000");

// ---- what the page says of each rule

const notes = {
  sgd: "The step is the gradient times η, alike in all directions. The steepest direction limits η; the flat one then takes ages.",
  momentum: "v adds up what all gradients agree on, to 10 times the gradient where they do, and cancels what goes to and fro. It overshoots.",
  nesterov: "The gradient is weighed as if taken where v is about to lead, so the ball brakes before the bend. Trail 4 is the same rule " +
    "in the lecture's form: its way w, and a dotted line to the point ahead, w − η μ v, where it takes the gradient. That point is where " +
    "the usual form keeps its parameters, so trail 3 runs through all of these points.",
  adagrad: "Why it stalls: s only grows, so the scale η / √s only shrinks, as 1 / √t while gradients keep their size. The large " +
    "gradients of the start are never forgotten: in Rosenbrock's valley they leave a small scale for the long way along the floor.",
  adadelta: "Where its step comes from: the ratio of two running sizes, of its own past updates and of the gradients. It has the unit of " +
    "w without any η (the default η is 1). The updates' size begins at √ε = 0.001, so the first steps are tiny whatever the slope, and grow " +
    "only as fast as the average of the updates can.",
  rmsprop: "Like Adagrad, but s forgets: the scale recovers when gradients become small. Divided by their own size, gradients of all " +
    "lengths give steps near η in each coordinate, so at the minimum it jitters with η.",
  adam: "Momentum's mean gradient m̂ divided by RMSprop's size √v̂: early steps have length η in each coordinate. The mean smooths noise; " +
    "with v̂ remembering 1000 steps, a large early gradient keeps the scale small for long.",
};
notes["look-ahead"] = notes.nesterov;

// ---- charts

const tens = () => d3.range(0, steps + 1, steps > 20 ? 10 : 1);
const within = (all) => {
  const values = all.filter((v) => finite(v) && v > 0);
  return values.length ? [d3.min(values), d3.max(values)] : [0.1, 1];
};
const lineOf = (r, points, left) => ({ name: `${r + 1} ${racers[r].title.replace("Nesterov, ", "")}`, colour: colour(r), points, left,
  picked: isPicked(r), pale: !isPicked(r), dashed: racers[r].name === "look-ahead" });

function drawLosses() {
  const start = trail(0).loss[0], lines = shown().map((r) => lineOf(r, Array.from(trail(r).loss, (y, x) => [x, y]), trail(r).diverged));
  const all = unpacked(fieldOf(state.picked).band), best = all.slice(0, steps + 1), middle = all.slice(steps + 1);
  const low = Math.max(1e-8, Math.min(...lines.map((l) => d3.min(l.points, (p) => (p[1] > 0 ? p[1] : 1))), d3.min(best.filter((b) => b > 0)))), high = start * 3;
  const band = { colour: colour(state.picked), points: d3.range(steps + 1).map((t) => [t, Math.max(best[t], low), Math.min(finite(middle[t]) ? middle[t] : high, high)]) };
  chart.draw("losses", {
    title: `Loss against steps; shaded: the better half of all ${rates.length} learning rates of ${racers[state.picked].title}`,
    lines, band, mark: state.at, height: 280, x: { domain: [0, steps], title: "step" }, y: { domain: [low, high], title: "loss (log scale)" },
    table: state.tables && { head: ["step", ...shown().map((r) => racers[r].title), "best rate", "median rate"],
      rows: tens().map((t) => [t, ...shown().map((r) => trail(r).loss[t]), best[t], middle[t]]) },
  });
}
function drawRates() {
  const lines = shown().map((r) => lineOf(r, rates.map((m, k) => [m, fieldOf(r).final[k] === 0 ? 1e-8 : fieldOf(r).final[k]]),
    fieldOf(r).final[rates.length - 1] === null));
  const [low, high] = within(lines.flatMap((l) => l.points.map((p) => p[1])));
  chart.draw("rates", {
    title: "Loss at the end against the learning rate: a wide dip is a rule that is easy to tune",
    lines, mark: rates[rateOf(state.picked)], x: { log: true, domain: d3.extent(rates), title: "learning rate, times the rule's default" },
    y: { domain: [Math.max(low, 1e-8) / 1.5, Math.min(high, 1e4) * 1.5], title: "loss at the end" },
    table: state.tables && { head: ["times default", ...shown().map((r) => racers[r].title)],
      rows: rates.map((m, k) => [m, ...shown().map((r) => (fieldOf(r).final[k] === null ? "left" : fieldOf(r).final[k]))]) },
  });
}

// The terms of the picked rule: what there is to see differs from rule to rule.
function drawTerms() {
  const r = state.picked, way = trail(r), { name, title } = racers[r];
  const size = (points) => Array.from(points, (p, t) => [t, Math.hypot(...p)]), along = (points, k) => Array.from(points, (p, t) => [t, p[k]]);
  let lines, unit = "size", heading = `Gradient and velocity of ${title}`;
  if (way.rms_updates) {
    heading = `Adadelta's step size in x: RMS of updates ÷ RMS of gradients`;
    unit = "in x (log scale)";
    lines = [["RMS of gradients", along(way.rms_gradients, 0), "var(--purple)"], ["RMS of updates", along(way.rms_updates, 0), "var(--green)"],
      ["step size = ratio", along(way.rate, 0), colour(r)]];
  } else if (way.rate) {
    heading = `What ${title} multiplies ${name === "adam" ? "m̂" : "the gradient"} with: its effective learning rate`;
    unit = "η / √s (log scale)";
    lines = [["in x", along(way.rate, 0), colour(r)], ["in y", along(way.rate, 1), "var(--quiet)"]];
  } else {
    lines = [["gradient |g|", size(way.gradient), "var(--quiet)"]];
    if (way.velocity) lines.push(["velocity |v|", size(way.velocity), colour(r)]);
    else heading = `Size of the gradient; the learning rate of ${title} stays ${number(way.lr)}`;
  }
  const [low, high] = within(lines.flatMap(([, points]) => points.map((p) => p[1])));
  chart.draw("terms", {
    title: heading, mark: state.at, height: 220,
    lines: lines.map(([label, points, c]) => ({ name: label, points, colour: c, picked: c === colour(r), left: way.diverged })),
    x: { domain: [0, steps], title: "step" }, y: { domain: [Math.max(low, 1e-8) / 1.3, high * 1.3], title: unit },
    table: state.tables && { head: ["step", ...lines.map(([label]) => label)], rows: tens().map((t) => [t, ...lines.map(([, points]) => points[t]?.[1])]) },
  });
}

// ---- the map

const map = { margin: 34 };
const room = (id) => Math.max(240, document.getElementById(id).clientWidth);
function layOut() {
  const { low, high } = surface(), wide = high[0] - low[0], tall = high[1] - low[1];
  const scale = Math.min(Math.min(660, room("map") - map.margin - 12) / wide, 560 / tall);
  map.width = wide * scale, map.height = tall * scale;
  map.x = (x) => (x - low[0]) * scale;
  map.y = (y) => (high[1] - y) * scale;
  map.place = ([x, y]) => [map.x(x), map.y(y)];
  map.inside = ([x, y]) => x >= low[0] && x <= high[0] && y >= low[1] && y <= high[1];
}
function drawMap() {
  layOut();
  const { low, high, minima, start, map: { n, losses }, name } = surface();
  const values = (surface().values ??= Array.from(unpacked(losses), (loss) => Math.log(Math.max(loss, 1e-6)))), m = map.margin;
  const svg = d3.select("#map").html("").append("svg").attr("viewBox", `0 0 ${map.width + m + 12} ${map.height + m + 6}`).attr("width", map.width + m + 12)
    .attr("role", "img").attr("aria-label", `Contours of ${name}, with the ways of the rules`);
  svg.append("clipPath").attr("id", "inside").append("rect").attr("width", map.width).attr("height", map.height);
  const g = svg.append("g").attr("transform", `translate(${m},6)`);
  const sorted = values.filter(Number.isFinite).sort(d3.ascending);
  const levels = [0.015, 0.035, 0.065, 0.11, 0.17, 0.24, 0.32, 0.42, 0.53, 0.64, 0.76, 0.87, 0.95].map((q) => d3.quantile(sorted, q));
  const project = d3.geoTransform({ point(x, y) { this.stream.point((x - 0.5) / (n - 1) * map.width, (1 - (y - 0.5) / (n - 1)) * map.height); } });
  const contours = d3.contours().size([n, n]).thresholds(levels)(values);
  const inside = g.append("g").attr("clip-path", "url(#inside)");
  const fills = inside.append("g").attr("opacity", 0.36), path = d3.geoPath(project);  // each lies on the one before
  fills.append("rect").attr("width", map.width).attr("height", map.height).attr("fill", d3.interpolateCividis(0));
  fills.selectAll("path").data(contours).join("path").attr("d", path).attr("fill", (_, i) => d3.interpolateCividis((i + 1) / levels.length));
  inside.selectAll(".contour").data(contours).join("path").attr("class", "contour").attr("d", path);
  // A level's name where its line comes nearest to a side or corner, another one for each.
  for (const [i, right, up] of [[3, 1, 1], [6, 1, -0.3], [9, -1, 1], [11, -1, -1]]) {
    const at = contours[i].coordinates.flat(2).map(([x, y]) => [(x - 0.5) / (n - 1) * map.width, (1 - (y - 0.5) / (n - 1)) * map.height])
      .filter(([x, y]) => x > 24 && x < map.width - 24 && y > 14 && y < map.height - 10).sort((a, b) => right * (b[0] - a[0]) - up * (b[1] - a[1]))[0];
    if (at) inside.append("text").attr("class", "level halo").attr("x", at[0]).attr("y", at[1] + 4).attr("text-anchor", "middle").text(number(Math.exp(levels[i]), 2));
  }
  g.append("rect").attr("class", "frame").attr("width", map.width).attr("height", map.height);
  g.append("g").attr("class", "axis").attr("transform", `translate(0,${map.height})`).call(d3.axisBottom(d3.scaleLinear().domain([low[0], high[0]]).range([0, map.width])).ticks(6).tickFormat((t) => number(t)));
  g.append("g").attr("class", "axis").call(d3.axisLeft(d3.scaleLinear().domain([low[1], high[1]]).range([map.height, 0])).ticks(6).tickFormat((t) => number(t)));
  for (const point of minima) g.append("path").attr("class", "minimum").attr("d", "M-5,-5L5,5M-5,5L5,-5").attr("transform", `translate(${map.place(point)})`);
  g.append("circle").attr("class", "minimum").attr("r", 6).attr("cx", map.x(start[0])).attr("cy", map.y(start[1]));
  map.trails = g.append("g").attr("clip-path", "url(#inside)");
  map.arrows = g.append("g");
  map.heads = g.append("g");
  d3.select("#surface-note").html("").append("span").attr("class", "math").text(`${surface().formula}. `);
  d3.select("#surface-note").append("span").text(`${surface().note} Ring: the start.${minima.length ? " Crosses: minima." : ""} Contours carry their loss.`);
}
function arrow(from, towards, length, label, kind = "") {
  const long = Math.hypot(...towards);
  if (!(long > 0) || !(length > 0)) return;
  const [ux, uy] = [towards[0] / long, -towards[1] / long], [x, y] = from, tip = [x + ux * length, y + uy * length];
  const g = map.arrows.append("g").attr("class", `arrow ${kind}`);
  for (const halo of [true, false])
    g.append("line").attr("x1", x).attr("y1", y).attr("x2", tip[0]).attr("y2", tip[1]).style("stroke", halo ? "var(--paper)" : null).style("stroke-width", halo ? 6 : null).style("opacity", halo ? 0.7 : null);
  g.append("path").attr("d", "M0,0L-9,-4.5L-9,4.5Z").attr("transform", `translate(${tip}) rotate(${Math.atan2(uy, ux) * 180 / Math.PI})`);
  if (length > 20) g.append("text").attr("class", "halo").attr("x", tip[0] + ux * 12).attr("y", tip[1] + uy * 12 + 5).attr("text-anchor", ux < -0.3 ? "end" : ux > 0.3 ? "start" : "middle").text(label);
}
function drawTrails() {
  const order = shown().sort((a, b) => isPicked(a) - isPicked(b) || (a === state.picked) - (b === state.picked) || b - a), line = d3.line();
  map.trails.html("");
  for (const r of order) {
    const points = trail(r).w.slice(0, state.at + 1).map(map.place);
    if (isPicked(r)) map.trails.append("path").attr("class", "under").attr("d", line(points));
    map.trails.append("path").attr("class", "trail" + (isPicked(r) ? " picked" : "") + (racers[r].name === "look-ahead" ? " dashed" : ""))
      .style("stroke", colour(r)).attr("d", line(points));
    if (r === state.picked) map.trails.selectAll(null).data(points).join("circle").attr("r", 2.4).attr("cx", (p) => p[0]).attr("cy", (p) => p[1])
      .style("fill", "var(--paper)").style("stroke", colour(r));
  }
  map.heads.html("");
  for (const r of order) {
    const at = trail(r).w[state.at];
    if (!at || !map.inside(at)) continue;
    const head = map.heads.append("g").attr("class", "head").attr("transform", `translate(${map.place(at)})`).attr("data-racer", racers[r].name);
    head.append("circle").attr("r", 9).style("fill", colour(r));
    head.append("text").attr("y", 4).style("fill", digitInk(r)).text(r + 1);
  }
  drawArrows();
}
// The step ahead of the picked rule, and its terms. Arrows of gradient and velocity show directions; they grow with the
// root of the size, the longest of the way being 90 pixels.
function drawArrows() {
  map.arrows.html("");
  const way = trail(state.picked), t = state.at, words = d3.select("#arrows").html("");
  const bit = (label, text) => {
    words.append("b").attr("class", "math").text(label);
    words.append("span").text(` ${text}  `);
  };
  if (!way.gradient[t] || !map.inside(way.w[t])) {
    words.text(way.diverged && t >= way.steps ? `${racers[state.picked].title} has left for infinity.` : "No further step.");
    return;
  }
  const both = ([x, y], digits = 3) => `(${number(x, digits)}, ${number(y, digits)})`;
  const from = map.place(way.w[t]), longest = (part) => (way[`longest_${part}`] ??= d3.max(way[part], (p) => Math.hypot(...p)));
  const length = (part) => 26 + 64 * Math.sqrt(Math.hypot(...way[part][t]) / longest(part));
  const minus = ([x, y]) => [-x, -y], velocity = racers[state.picked].name === "adam" ? "m̂" : "v";
  const base = way.ahead ? map.place(way.ahead[t]) : from;
  if (way.ahead) {
    map.arrows.append("line").attr("class", "now").attr("x1", from[0]).attr("y1", from[1]).attr("x2", base[0]).attr("y2", base[1]);
    map.arrows.append("circle").attr("class", "minimum").attr("r", 4).attr("cx", base[0]).attr("cy", base[1]);
  }
  if (way.rate) {
    const [a, b] = way.rate[t], most = Math.max(a, b);
    const cross = map.arrows.append("g").attr("class", "scale").attr("transform", `translate(${from})`);
    cross.append("line").attr("x1", -46 * a / most).attr("x2", 46 * a / most);
    cross.append("line").attr("y1", -46 * b / most).attr("y2", 46 * b / most);
  }
  arrow(base, minus(way.gradient[t]), length("gradient"), "−g");
  if (way.velocity) arrow(from, minus(way.velocity[t]), length("velocity"), `−${velocity}`);
  const next = map.place(way.w[t + 1]), step = [next[0] - from[0], from[1] - next[1]];
  arrow(from, step, Math.min(Math.hypot(...step), 160), "step", "step");
  bit("−g", `${both(minus(way.gradient[t]))}${way.ahead ? " at the point ahead" : ""}.`);
  if (way.velocity) bit(`−${velocity}`, `${both(minus(way.velocity[t]))}.`);
  bit(way.rate ? "scale" : "η", way.rate ? `${both(way.rate[t])}, the dotted cross.` : `${number(way.lr)}.`);
  bit("step", `${both([way.w[t + 1][0] - way.w[t][0], way.w[t + 1][1] - way.w[t][1]])}, true to the map.`);
  words.append("span").attr("class", "quiet").text("The other arrows show directions, and are longer where the term is larger.");
}

// ---- standings

function drawStandings() {
  const table = d3.select("#standings").html("");
  table.append("thead").append("tr").selectAll("th").data(["rule", "η", "loss", "x", "y"]).join("th").attr("scope", "col").text((h) => h);
  const row = table.append("tbody").selectAll("tr").data(d3.range(racers.length)).join("tr").attr("class", (r) => (r === state.picked ? "picked" : null))
    .attr("data-racer", (r) => racers[r].name);
  const name = row.append("th").attr("scope", "row").append("button").attr("aria-pressed", (r) => r === state.picked).on("click", (r) => pick(r));
  name.append("span").attr("class", "digit").style("background", colour).style("color", digitInk).text((r) => r + 1);
  name.append("span").text((r) => racers[r].title);
  row.append("td").text((r) => number(trail(r).lr, 3));
  for (const what of [(r) => lossAt(r), (r) => trail(r).w[state.at]?.[0], (r) => trail(r).w[state.at]?.[1]])
    row.append("td").text((r) => (finite(what(r)) ? number(what(r)) : "left"));
}
function describe() {
  const racing = d3.range(racers.length).filter((r) => finite(lossAt(r))), first = racing.sort((a, b) => lossAt(a) - lossAt(b))[0];
  const lowest = first === undefined ? "All have left" : `Lowest: ${racers[first].title}, ${number(lossAt(first), 3)}`;
  const picked = finite(lossAt(state.picked)) ? `picked: ${racers[state.picked].title}, ${number(lossAt(state.picked), 3)}` : `picked: ${racers[state.picked].title}, which left`;
  return `Step ${state.at} of ${steps}, ${state.noise ? `with noise of deviation ${number(surface().noise)}` : "without noise"}. ${lowest}; ${picked}.`;
}

// ---- what changes

function drawStep() {
  d3.select("#slider").property("value", state.at).attr("aria-valuetext", `step ${state.at}`);
  d3.select("#where").text(describe());
  if (!state.timer) d3.select("#said").text(describe());
  document.body.dataset.state = state.at;
  drawTrails();
  drawStandings();
  for (const id of ["terms", "losses"]) chart.mark(id, state.at / steps);
}
function drawAll() {
  const { title, formula, name } = racers[state.picked];
  for (const key of ["only", "tables"]) d3.select(`#${key}`).attr("aria-pressed", state[key]);
  d3.select("#noise").attr("aria-pressed", state.noise === 1);
  d3.select("#best").attr("aria-pressed", state.rate === null);
  d3.select("#rate").property("value", rateOf(state.picked)).attr("aria-valuetext", state.rate === null ? "each at its best" : `${number(rates[state.rate])} times the default`);
  d3.select("#multiple").text(state.rate === null ? "the best" : `${number(rates[state.rate])} × default`);
  d3.select("#surface").property("value", state.surface);
  const note = d3.select("#rule-note").html("");
  note.append("h2").text(`${state.picked + 1} ${title}`);
  note.append("p").attr("class", "formula math").text(formula);
  note.append("p").attr("class", "note").text(notes[name]);
  chart.fit(room("losses"));
  drawMap();
  drawTerms();
  drawLosses();
  drawRates();
  drawStep();
}
function go(at) {
  state.at = Math.max(0, Math.min(steps, at));
  drawStep();
}
function change(what) {
  Object.assign(state, what);
  drawAll();
}
const pick = (r) => change({ picked: r });
const turn = (by) => change({ rate: Math.max(0, Math.min(rates.length - 1, rateOf(state.picked) + by)) });
function play() {
  state.timer = state.timer ? clearInterval(state.timer) ?? null : setInterval(() => (state.at >= steps ? play() : go(state.at + 1)), 90);
  if (state.timer && state.at >= steps) go(0);
  d3.select("#play").attr("aria-pressed", state.timer !== null).text(state.timer ? "Pause" : "Play");
  if (!state.timer) drawStep();
}

d3.select("#slider").attr("max", steps).on("input", function () { go(Number(this.value)); });
d3.select("#rate").attr("max", rates.length - 1).on("input", function () { change({ rate: Number(this.value) }); });
d3.select("#surface").on("change", function () { change({ surface: Number(this.value) }); })
  .selectAll("option").data(surfaces).join("option").attr("value", (_, i) => i).text((s) => s.name);
page.keys([
  [" ", "play or pause", play],
  ["ArrowRight", "one step on", () => go(state.at + 1)],
  ["ArrowLeft", "one step back", () => go(state.at - 1)],
  ["PageDown", "ten steps on", () => go(state.at + 10)],
  ["PageUp", "ten steps back", () => go(state.at - 10)],
  ["Home", "to the start", () => go(0)],
  ["End", "to the end", () => go(steps)],
  ...racers.map(({ title }, r) => [String(r + 1), `pick ${title}`, () => pick(r)]),
  ["s", "the next surface", () => change({ surface: (state.surface + 1) % surfaces.length })],
  ["+", "a larger learning rate", () => turn(1)],
  ["-", "a smaller learning rate", () => turn(-1)],
  ["b", "each rule at its best learning rate, or all at the same multiple", () => change({ rate: state.rate === null ? rateOf(state.picked) : null })],
  ["n", "noise on the gradients, or none", () => change({ noise: 1 - state.noise })],
  ["o", "only the picked rule, or all", () => change({ only: !state.only })],
  ["t", "the charts' numbers as tables", () => change({ tables: !state.tables })],
  ["?", "this help", () => document.getElementById("help").showModal()],
]);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
let wide = innerWidth;
addEventListener("resize", () => {
  if (innerWidth !== wide) drawAll();
  wide = innerWidth;
});
drawAll();
