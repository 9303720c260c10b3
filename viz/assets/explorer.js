// What a step shows, and the start.

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
