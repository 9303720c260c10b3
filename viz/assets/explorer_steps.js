// The backprop explorer, in four parts: what is where in the program, its graph, one step in words, and the start. All numbers
// come with the page; what happens here is choosing which to show, and where.
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
