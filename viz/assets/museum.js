// The museum: one exhibit at a time. Every number and every report comes with the page.
"use strict";

const { exhibits } = page.data;
const number = page.number;
const state = { at: 0, hint: false, answer: false };
const now = () => exhibits[state.at];

function go(at) {
  Object.assign(state, { at: Math.max(0, Math.min(exhibits.length - 1, at)), hint: false, answer: false });
  show();
}

// Lines of code; those that the other version does not have are marked, but for the function's name.
function code(parent, text, other = null, mark = "") {
  const unnamed = (line) => line.replace(/\b(wrong|right)\(/, "(");
  const known = new Set((other ?? text).split("\n").map(unnamed));
  parent.append("pre").selectAll("span").data(text.split("\n")).join("span")
    .attr("class", (line) => (known.has(unnamed(line)) ? null : mark)).text((line) => line || " ");
}

function drawCode() {
  const { formula, value, wrong, right, question, hint, answer } = now();
  const part = d3.select(".code").html("");
  part.append("p").attr("class", "formula math").text(formula);
  part.append("h3").text("What is computed");
  code(part, value);
  part.append("h3").text("Its rule, which is wrong");
  code(part, wrong, state.answer ? right : null, "faulty");
  if (/step\./.test(wrong))
    part.append("p").attr("class", "small quiet").text("step.x(i) is input i and step.dy() the gradient of y; step.add(i, d) hands d to input i.");
  const box = part.append("div").attr("class", "question");
  box.append("h2").text("Question");
  box.append("p").text(question);
  const buttons = box.append("p");
  if (!state.hint) buttons.append("button").text("A hint (h)").on("click", () => toggle("hint"));
  buttons.append("span").text(" ");
  if (!state.answer) buttons.append("button").text("The answer (a)").on("click", () => toggle("answer"));
  if (state.hint) part.append("p").attr("class", "hint").html("<b>Hint.</b> ").append("span").text(hint);
  if (!state.answer) return;
  const solved = part.append("div").attr("class", "answer");
  solved.append("p").html("<b>Answer.</b> ").append("span").text(answer);
  solved.append("h3").text("The right rule");
  code(solved, right, wrong, "mended");
}

// One table of the entries of an input's gradient.
function drawTable(parent, title, result, values, colour) {
  const rows = d3.range(0, values.length, result.columns).map((from) => d3.range(from, Math.min(values.length, from + result.columns)));
  const table = parent.append("div").append("table");
  table.append("caption").text(title);
  const worst = `(${result.at.join(", ")})`;
  const wrong = (i) => result.rule[i] !== result.differences[i] && !close(result, i);
  table.append("tbody").selectAll("tr").data(rows).join("tr").selectAll("td").data((row) => row).join("td")
    .attr("class", (i) => (wrong(i) ? "wrong" : "") + (result.indices[i] === worst ? " worst" : ""))
    .attr("title", (i) => `entry ${result.indices[i]}`)
    .style("background", (i) => (colour ? colour(values[i]) : null))
    .style("color", (i) => (colour ? page.inkOn(colour(values[i])) : null))
    .text((i) => (values[i] === "NaN" ? "–" : number(values[i], 4)));
}
const close = (result, i) => Math.abs(result.rule[i] - result.differences[i]) <= 1e-5 * (1 + Math.abs(result.differences[i]));

function drawResult(part, result, roads) {
  const verdict = part.append("p").attr("class", "verdict");
  const entry = result.at.length ? `, entry (${result.at.join(", ")})` : "";
  verdict.append("b").text("Wrong");
  verdict.append("span").text(`: ${result.order > 1 ? `order ${result.order}, ` : ""}gradient of ${result.input}${entry}. The rule says ` +
    `${number(result.analytic)}, central differences say ${number(result.numeric)}. Wrong entries: ${result.wrong} of ${result.size}.`);
  const largest = d3.max([...result.rule, ...result.differences], (x) => Math.abs(Number(x)) || 0), colour = page.diverging(largest);
  const tables = part.append("div").attr("class", "tables");
  drawTable(tables, "The rule says", result, result.rule, colour);
  drawTable(tables, "Central differences say", result, result.differences, colour);
  drawTable(tables, "Ratio", result, result.ratio, null);
  const colon = result.guess.indexOf(": "), holds = colon < 0 ? result.guess : result.guess.slice(0, colon);
  part.append("p").attr("class", "tells").text(holds ? `What the numbers tell: ${holds}.${colon < 0 ? "" : ` A guess: ${result.guess.slice(colon + 2)}`}`
    : "The numbers show no simple pattern: no common factor, no transpose, no zeros in the wrong place.");
  if (roads.length === 1) part.append("p").attr("class", "small quiet").text(`On the road ${roads[0]} alone.`);
}

function drawCheck() {
  const part = d3.select(".check").html("");
  part.append("h2").style("margin-top", "1rem").text("What gradient checking says");
  // The two roads, tape.backward and grad, of each input at each order.
  const inputs = d3.nest().key((r) => `order ${r.order}, ${r.input}`).entries(now().results);
  for (const { values } of inputs) {
    const bad = values.filter((r) => !r.passed);
    if (bad.length) drawResult(part, bad[0], bad.map((r) => r.road));
  }
  const passed = inputs.filter(({ values }) => values.every((r) => r.passed)).map(({ key }) => key);
  if (passed.length) part.append("p").attr("class", "small").text(`Right: ${passed.join("; ")}.`);
  part.append("p").attr("class", "small quiet").text("Entries with a frame are wrong, the thick one is around the worst. " +
    "dy is a random upstream gradient; both tables are the gradient of the sum of dy · y.");
  const [text, title] = state.answer ? [now().right_report, "The report on the right rule"] : [now().report, "The report as text"];
  const details = part.append("details");
  details.append("summary").text(title);
  code(details, text.trim());
}

function toggle(what) {
  state[what] = !state[what];
  show();
  if (state[what]) document.querySelector(`.${what}`)?.scrollIntoView({ block: "nearest" });
}

function show() {
  d3.select("#choose").property("value", state.at);
  d3.select("#where").html(`Exhibit ${state.at + 1} of ${exhibits.length}: <b></b>`).select("b").text(now().title);
  for (const what of ["hint", "answer"]) d3.select(`#${what}`).attr("aria-pressed", state[what]);
  document.body.dataset.state = state.at;
  drawCode();
  drawCheck();
}

d3.select("#choose").on("change", function () { go(Number(this.value)); })
  .selectAll("option").data(exhibits).join("option").attr("value", (_, i) => i).text((e, i) => `${i + 1}. ${e.title}`);
page.keys([
  ["ArrowRight", "the next exhibit", () => go(state.at + 1)],
  ["ArrowLeft", "the exhibit before", () => go(state.at - 1)],
  ["Home", "the first exhibit", () => go(0)],
  ["End", "the last exhibit", () => go(exhibits.length - 1)],
  ["h", "a hint, or hide it", () => toggle("hint")],
  ["a", "the answer, or hide it", () => toggle("answer")],
  ["?", "this help", () => document.getElementById("help").showModal()],
]);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", show);
show();
