// One step in words and numbers: arrays, formulas, uses, origins; the quiz; a folded group.

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
