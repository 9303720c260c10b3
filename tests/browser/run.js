// run.js DIR: opens every page of DIR in Chromium. None may log an error, ask for anything from anywhere, or have a
// serious fault of accessibility; the keyboard must reach every state, and the numbers must be those in the .json beside it.
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const folder = resolve(process.argv[2]);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
let passed = 0, failed = 0;

async function check(what, work) {
  try {
    await work();
    ++passed;
  } catch (error) {
    ++failed;
    console.log(`FAILED: ${what}\n${error.message}\n`);
  }
}

// Opens a page and gives what it logged and asked for.
async function open(file, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, reducedMotion: "reduce", ...options });
  const page = await context.newPage(), trouble = [];
  page.on("console", (message) => message.type() === "error" && trouble.push(message.text()));
  page.on("pageerror", (error) => trouble.push(String(error)));
  page.on("request", (request) => request.url() !== pathToFileURL(file).href && !request.url().startsWith("data:") &&
    trouble.push(`asked for ${request.url()}`));
  const start = Date.now();
  await page.goto(pathToFileURL(file).href);
  await page.waitForFunction(() => document.body.dataset.state === "0");
  return { page, trouble, seconds: (Date.now() - start) / 1000 };
}

async function faults(page) {
  await page.evaluate(axe);
  const found = await page.evaluate(() => globalThis.axe.run());
  return found.violations.filter((v) => ["serious", "critical"].includes(v.impact))
    .map((v) => `${v.id}: ${v.help} (${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 120)).join("; ")})`);
}

// What the panel says of the arrays of the step that is shown: [kind, entry, text].
const shownNumbers = (page) => page.evaluate(() => {
  const out = [];
  const block = document.querySelector(".panel > .columns:not(.handed)");
  for (const [kind, selector] of [["value", ".value"], ["gradient", ".slope-value"]]) {
    const part = block?.querySelector(`:scope > ${selector}`);
    const scalar = part?.querySelector("[data-number]");
    if (scalar) out.push([kind, 0, scalar.textContent]);
    for (const cell of part?.querySelectorAll("[role=gridcell]") ?? [])
      out.push([kind, Number(cell.dataset.entry), cell.title.split(/ {2}/).at(-1)]);
  }
  return out;
});

const read = (text) => (["NaN", "∞", "−∞"].includes(text) ? text : Number(text.replaceAll("−", "-")));
// Six digits are shown; summands of a float gradient may be added in another order than backward does.
function assertClose(shown, all, entry, what) {
  const wanted = all[entry];
  if (typeof wanted === "string" || wanted === null) return assert.equal(shown, wanted, what);
  const error = Math.abs(shown - wanted), largest = Math.max(...all.map((x) => Math.abs(Number(x)) || 0));
  assert.ok(error <= 1e-5 * Math.abs(wanted) + 1e-6 * largest, `${what}: ${shown} is shown, the tape has ${wanted}`);
}

for (const file of readdirSync(folder).filter((name) => name.endsWith(".html")).map((name) => join(folder, name))) {
  const name = basename(file, ".html");
  const wanted = JSON.parse(readFileSync(file.replace(".html", ".json"), "utf8"));
  const { page, trouble, seconds } = await open(file);

  await check(`${name} opens quickly`, () => assert.ok(seconds < 10, `it took ${seconds} s`));
  await check(`${name} is under 5 MB`, () => assert.ok(readFileSync(file).length < 5e6));
  await check(`${name}: its title is the text it was given`, async () => assert.equal(await page.title(), `The page <${name}>`));

  await check(`${name}: the right arrow reaches every state, and the numbers are the tape's`, async () => {
    const states = 1 + Number(await page.getAttribute("#slider", "max"));
    let compared = 0;
    for (let at = 0; at < states; ++at) {
      assert.equal(await page.getAttribute("body", "data-state"), String(at));
      const step = (await page.textContent(".panel h2")).match(/^%(\d+)/);
      if (step)
        for (const [kind, entry, text] of await shownNumbers(page)) {
          assertClose(read(text), wanted[step[1]][kind], entry, `state ${at}, ${kind} of %${step[1]}, entry ${entry}`);
          ++compared;
        }
      await page.keyboard.press("ArrowRight");
    }
    assert.ok(compared >= states / 2, `only ${compared} numbers were compared in ${states} states`);
  });

  await check(`${name}: every leaf with a gradient shows it at the end of the walk`, async () => {
    await page.keyboard.press("End");
    assert.match(await page.textContent("#where"), /^Backward (\d+) of \1:/);
  });

  await check(`${name}: Home goes to the beginning, b to the start of the backward phase`, async () => {
    await page.keyboard.press("Home");
    assert.match(await page.textContent("#where"), /^Forward 1 of/);
    await page.keyboard.press("b");
    assert.match(await page.textContent("#where"), /^Backward 1 of/);
  });

  await check(`${name}: nothing is logged and nothing is asked for`, () => assert.deepEqual(trouble, []));

  for (const colorScheme of ["light", "dark"])
    for (const width of [1280, 390]) {
      const other = await open(file, { colorScheme, viewport: { width, height: 800 } });
      for (const keys of [[], ["b", "ArrowRight", "ArrowRight"], ["q"]]) {
        for (const key of keys) await other.page.keyboard.press(key);
        await check(`${name}, ${colorScheme}, ${width} wide, after ${keys.join(" ") || "opening"}: no serious fault of accessibility`,
          async () => assert.deepEqual(await faults(other.page), []));
      }
      await check(`${name}, ${width} wide: the page itself does not scroll sideways`, async () =>
        assert.ok(await other.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth + 1)));
      await other.page.context().close();
    }
  await page.context().close();
}

// Goes to a step in the backward phase.
async function backwardAt(page, label) {
  await page.keyboard.press("b");
  for (let i = 0; i < 200; ++i) {
    if ((await page.textContent(".panel h2")).includes(label)) return;
    await page.keyboard.press("ArrowRight");
  }
  throw new Error(`no step ${label}`);
}

await check("a value used twice shows both summands and their sum", async () => {
  const { page } = await open(join(folder, "scalars.html"));
  await backwardAt(page, " x: leaf");
  const rows = (await page.locator(".uses td.amount").allTextContents()).map(read), sum = rows.at(-1);
  assert.equal(rows.length, 3);
  assert.ok(Math.abs(rows[0] + rows[1] - sum) < 1e-5, `${rows}`);
  await page.context().close();
});

for (const [entry, reason] of [[1, /relu is closed here: its input −2.2 is not above 0/], [4, /./]])
  await check(`picking entry ${entry} says where its gradient comes from`, async () => {
    const { page } = await open(join(folder, "zeros.html"));
    await backwardAt(page, "%0 ");
    await page.locator(`.panel > .columns:not(.handed) .slope-value [data-entry="${entry}"]`).click();
    assert.match(await page.textContent(".panel"), /Where %0 .* gets its gradient from/);
    assert.match(await page.textContent(".panel"), reason);
    await page.context().close();
  });

await check("a detached branch is named as the reason why there is no gradient", async () => {
  const { page } = await open(join(folder, "zeros.html"));
  for (let i = 0; i < 30 && !(await page.textContent(".panel h2")).includes(": exp"); ++i) await page.keyboard.press("ArrowRight");
  assert.match(await page.textContent(".panel"), /the loss does not depend on this value/);
  await page.context().close();
});

await check("the quiz hides a gradient, takes a guess, and says what is right", async () => {
  const { page } = await open(join(folder, "scalars.html"));
  await page.keyboard.press("q");
  await page.keyboard.press("b");
  assert.equal(await page.locator(".handed").count(), 0);
  await page.fill("#guess", "1");  // an addition hands on what it gets
  await page.keyboard.press("Enter");
  assert.match(await page.textContent(".quiz"), /Right: it is 1\. 1 of 1 so far/);
  assert.equal(await page.locator(".handed").count(), 1);
  await page.context().close();
});

await check("groups of a ViT fold and open, down to its last product", async () => {
  const { page } = await open(join(folder, "vit.html"));
  const boxes = await page.locator(".box").count();
  assert.ok(boxes <= 24, `${boxes} boxes at first`);
  for (const name of ["blocks.1", "attention", "qkv"]) {
    await page.locator(`.box.group[data-name="${name}"]`).last().focus();
    await page.keyboard.press("Enter");
  }
  assert.equal(await page.locator('.box[data-name="blocks.1.attention.qkv.weight"]').count(), 1);
  await page.locator('.box.open[data-name="blocks.1"]').focus();
  await page.keyboard.press("Enter");
  assert.equal(await page.locator(".box").count(), boxes);
  await page.context().close();
});

await browser.close();
console.log(`browser: ${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
