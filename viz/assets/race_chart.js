// Charts with a logarithmic y, for pages that redraw them: lines named at their ends, a band, a mark at the present x, and the
// same numbers as a table.
"use strict";

const chart = { width: 560, inner: {} };  // of all charts of a page; the inner widths by id
chart.fit = (room) => (chart.width = Math.max(300, Math.min(620, room)));

const superscript = (n) => String(n).replace(/[-\d]/g, (c) => (c === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[c]));
const power = (x) => {
  const e = Math.log10(x);
  return Math.abs(e - Math.round(e)) > 1e-9 ? "" : Math.abs(e) <= 3 ? page.number(x) : "10" + superscript(Math.round(e));
};
const finite = (x) => x !== undefined && x !== null && Number.isFinite(x);

// Powers of ten, every second or third of many; their halves and fifths too where there are few.
function logTicks([low, high]) {
  const decades = d3.range(Math.floor(Math.log10(low)), Math.log10(high) + 1e-9), every = Math.ceil(decades.length / 6);
  const inside = (list) => list.filter((x) => x >= low * 0.999 && x <= high * 1.001);
  const whole = inside(decades.filter((e) => e % every === 0).map((e) => 10 ** e));
  const finer = [[1, 2, 5], [1, 1.5, 2, 3, 4, 5, 7]].map((parts) => inside(decades.flatMap((e) => parts.map((k) => k * 10 ** e))));
  return whole.length > 2 ? whole : finer.find((list) => list.length > 2) ?? finer[1];
}
// Into the element of this id. lines: [{name, colour, points: [[x, y], ..], left: whether it ends because the rule left for
// infinity, dashed, picked, pale}]; band: {colour, points: [[x, low, high], ..]}; table: {head, rows}, shown where there is one.
chart.draw = (id, { title, lines, band, x, y, mark, height = 250, table }) => {
  const box = d3.select(`#${id}`).html("");
  box.append("h2").text(title);
  const margin = { left: 62, right: 34 + 7.7 * d3.max(lines, (one) => one.name.length), top: 15, bottom: 38 };  // names on the right
  const inner = { width: chart.width - margin.left - margin.right, height: height - margin.top - margin.bottom };
  chart.inner[id] = inner.width;
  const sx = (x.log ? d3.scaleLog() : d3.scaleLinear()).domain(x.domain).range([0, inner.width]);
  const sy = d3.scaleLog().domain(y.domain).range([inner.height, 0]).clamp(true);
  const svg = box.append("svg").attr("viewBox", `0 0 ${chart.width} ${height}`).attr("width", chart.width).attr("role", "img").attr("aria-label", title);
  const plot = svg.append("g").attr("transform", `translate(${margin.left},${margin.top})`);
  const ticks = logTicks(y.domain);
  plot.append("g").attr("class", "grid").selectAll("line").data(ticks).join("line").attr("x2", inner.width).attr("y1", sy).attr("y2", sy);
  plot.append("g").attr("class", "axis").call(d3.axisLeft(sy).tickValues(ticks).tickFormat((t) => power(t) || page.number(t, 2)));
  plot.append("g").attr("class", "axis").attr("transform", `translate(0,${inner.height})`)
    .call(d3.axisBottom(sx).ticks(x.log ? 6 : inner.width / 45).tickFormat((t) => (x.log ? power(t) : page.number(t))));
  plot.append("text").attr("x", inner.width / 2).attr("y", inner.height + 34).attr("text-anchor", "middle").attr("class", "label").text(x.title);
  svg.append("text").attr("transform", `translate(13,${margin.top + inner.height / 2}) rotate(-90)`).attr("text-anchor", "middle").attr("class", "label").text(y.title);
  if (band) plot.append("path").attr("class", "band").style("fill", band.colour)
    .attr("d", d3.area().x((p) => sx(p[0])).y0((p) => sy(p[1])).y1((p) => sy(p[2]))(band.points));
  const line = d3.line().defined((p) => finite(p[1]) && p[1] > 0).x((p) => sx(p[0])).y((p) => sy(p[1]));
  for (const one of lines)
    plot.append("path").attr("class", "line" + (one.dashed ? " dashed" : "") + (one.picked ? " picked" : "") + (one.pale ? " pale" : ""))
      .style("stroke", one.colour).attr("d", line(one.points));
  if (mark !== undefined) plot.append("line").attr("class", "now").attr("x1", sx(mark)).attr("x2", sx(mark)).attr("y2", inner.height);
  nameLines(plot, lines, inner, sx, sy);
  if (table) numbers(box, title, table);
};
// Moves a chart's mark to this share of its width.
chart.mark = (id, share) => d3.select(`#${id} .now`).attr("x1", share * chart.inner[id]).attr("x2", share * chart.inner[id]);

// At the ends, moved apart.
function nameLines(plot, lines, inner, sx, sy) {
  const ends = lines.map((one) => ({ one, end: one.points.filter((p) => finite(p[1]) && p[1] > 0).pop() })).filter(({ end }) => end)
    .map(({ one, end }) => ({ one, x: sx(end[0]), y: sy(end[1]), place: sy(end[1]) })).sort((a, b) => a.y - b.y);
  for (let round = 0; round < 60; ++round)
    d3.pairs(ends).forEach(([a, b]) => {
      const close = 14.5 - (b.place - a.place);
      if (close > 0) (a.place -= close / 2), (b.place += close / 2);
    });
  const over = ends.length ? Math.max(0, ends[ends.length - 1].place - inner.height) || Math.min(0, ends[0].place) : 0;
  for (const { one, x: from, y: at, place } of ends) {
    const name = plot.append("g").attr("class", one.pale ? "pale" : null).attr("transform", `translate(${inner.width + 8},${place - over})`);
    if (one.left) plot.append("path").attr("class", "left").style("stroke", one.colour).attr("d", `M${from - 4},${at - 4}l8,8m0,-8l-8,8`);
    plot.append("path").attr("class", "leader").style("stroke", one.colour).attr("opacity", one.left ? 0.25 : 0.6)
      .attr("d", `M${from},${at}L${inner.width + 7},${place - over}`);
    name.append("rect").attr("y", -4).attr("width", 8).attr("height", 8).style("fill", one.colour);
    name.append("text").attr("class", "label").attr("x", 12).attr("y", 4.3).text(one.name);
  }
}
function numbers(box, title, { head, rows }) {
  const table = box.append("div").attr("class", "numbers").attr("tabindex", 0).attr("role", "region").attr("aria-label", `${title}: numbers`).append("table");
  table.append("thead").append("tr").selectAll("th").data(head).join("th").attr("scope", "col").text((h) => h);
  table.append("tbody").selectAll("tr").data(rows).join("tr").selectAll("td").data((row) => row).join("td").text((x) => (typeof x === "string" ? x : finite(x) ? page.number(x) : "–"));
}
