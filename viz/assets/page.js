// What all pages share: the data, numbers and colours, help on the keyboard. `d3` comes before this.
"use strict";

const page = {
  data: JSON.parse(document.getElementById("data").textContent),
  still: matchMedia("(prefers-reduced-motion: reduce)").matches,
};

// ---- numbers; what is not finite arrives as a string

page.number = (x, digits = 4) => {
  if (typeof x !== "number") return x ?? "";
  if (x === 0) return "0";
  const size = Math.abs(x);
  const text = size >= 1e6 || size < 1e-4
    ? x.toExponential(digits - 1).replace(/\.?0+e/, "e").replace("e+", "e")
    : String(Number(x.toPrecision(digits)));
  return text.replaceAll("-", "−");
};

// ---- colours: diverging around zero, linear below a thousandth of the largest, by its logarithm above

page.diverging = (largest) => {
  const knee = largest / 1000 || 1;
  const place = (x) => Math.sign(x) * Math.log1p(Math.abs(x) / knee) / Math.log1p((largest || 1) / knee);
  const style = getComputedStyle(document.documentElement);
  const mix = (name) => d3.interpolateLab(style.getPropertyValue("--zero").trim(), style.getPropertyValue(name).trim());
  const below = mix("--negative"), above = mix("--positive");
  return (x) => {
    if (typeof x !== "number") return "#cc79a7";  // not a number: a colour of its own
    const t = place(x);
    return t < 0 ? below(Math.min(-t, 1)) : above(Math.min(t, 1));
  };
};

page.inkOn = (colour) => {
  const channel = (v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
  const { r, g, b } = d3.rgb(colour);
  return 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b) > 0.18 ? "#000" : "#fff";
};

// ---- keys: [[key, what it does, action], ..]; arrows and Enter stay with what has the focus and needs them

page.keys = (list) => {
  const help = document.getElementById("help");
  d3.select(help).select("tbody").selectAll("tr").data(list).join("tr")
    .html(([key, what]) => `<td><kbd>${{ " ": "Space", ArrowRight: "→", ArrowLeft: "←", Escape: "Esc" }[key] ?? key}</kbd></td><td>${what}</td>`);
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || help.open) return;
    const at = event.target;
    if (at.matches("input, select, textarea")) return;
    if (at.matches("[role=gridcell]") && /^Arrow|^Enter$|^Home$|^End$/.test(event.key)) return;
    if (at.matches("button, summary, a, .box") && (event.key === " " || event.key === "Enter")) return;
    const found = list.find(([key]) => key === event.key || (key.length === 1 && key === event.key.toLowerCase()));
    if (!found) return;
    event.preventDefault();
    found[2]();
  });
  document.querySelectorAll("[data-key]").forEach((button) => {
    const found = list.find(([key]) => key === button.dataset.key);
    if (found) button.addEventListener("click", () => found[2]());
  });
};
