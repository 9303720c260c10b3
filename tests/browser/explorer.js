// The checks of the backprop explorer: the keyboard reaches every state, and the numbers shown are the tape's, which
// stand in the .json beside each page.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";

// What to press before looking for faults of accessibility.
export const states = [["b", "ArrowRight", "ArrowRight"], ["q"]];

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

// What holds for each page.
export async function each({ file, name, page, check }) {
  const wanted = JSON.parse(readFileSync(file.replace(".html", ".json"), "utf8"));
  await check(`${name}: its title is the text it was given`, async () => assert.equal(await page.title(), `The page <${basename(file, ".html")}>`));

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

// What single pages show.
export async function once({ folder, open, check }) {
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
}
