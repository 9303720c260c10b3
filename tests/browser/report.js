// The checks of reports: their numbers are the histories', which stand in the .json beside them; tables open with one key,
// sliders pick one figure.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

export const states = [["n"], ["?"]];

const read = (text) => Number(text.replaceAll("−", "-"));

export async function each({ file, name, page, check }) {
  await check(`${name}: every figure has a name, and a table that opens with one key`, async () => {
    const figures = page.locator("figure");
    for (let i = 0; i < await figures.count(); ++i)
      assert.ok(await figures.nth(i).locator("svg[role=img]").getAttribute("aria-label"));
    assert.ok(await figures.count() > 0);
    await page.keyboard.press("n");
    assert.equal(await page.locator("details.numbers:not([open])").count(), 0);
    await page.keyboard.press("n");
    assert.equal(await page.locator("details.numbers[open]").count(), 0);
  });

  const beside = file.replace(".html", ".json");
  if (!existsSync(beside)) return;
  await check(`${name}: the losses in the table are the history's`, async () => {
    const runs = JSON.parse(readFileSync(beside, "utf8"));
    const table = page.locator("figure", { has: page.locator("figcaption", { hasText: /^Loss$/ }) }).locator("table").first();
    const heads = await table.locator("th[scope=col]").allTextContents();
    const wanted = runs.length === 1 ? [["held out", 0, "held out"], ["training", 0, "training"]]
      : [["small", 0, "held out"], ["large, training", 1, "training"]];
    for (const [column, run, key] of wanted) {
      const at = heads.indexOf(column);
      assert.ok(at > 0, `no column ${column} among ${heads}`);
      const shown = await table.locator(`tr > :nth-child(${at + 1})`).allTextContents();
      assert.equal(shown.length - 1, runs[run][key].length);
      runs[run][key].forEach((value, i) => assert.ok(Math.abs(read(shown[i + 1]) - value) <= 1e-3 * value, `${shown[i + 1]} for ${value}`));
    }
  });
}

export async function once({ folder, open, check }) {
  await check("a slider shows one figure, and the arrows pick the next", async () => {
    const { page } = await open(join(folder, "parts.html"));
    const shown = () => page.locator(".slide:visible figcaption").allTextContents();
    assert.deepEqual(await shown(), ["A line of slope 2"]);
    await page.focus(".slides input");
    await page.keyboard.press("ArrowRight");
    assert.deepEqual(await shown(), ["A line of slope 3"]);
    assert.equal(await page.textContent(".slides output"), "3");
    assert.equal(await page.getAttribute(".slides input", "aria-valuetext"), "3");
    await page.keyboard.press("Home");
    assert.deepEqual(await shown(), ["A line of slope 1"]);
    await page.context().close();
  });

  await check("the worst mistakes are pictures with words", async () => {
    const { page } = await open(join(folder, "training.html"));
    const pictures = page.locator(".gallery li");
    assert.ok(await pictures.count() > 3);
    assert.match(await pictures.first().textContent(), /^\d taken for \d, [\d.]+ % sure$/);
    assert.equal(await pictures.first().locator("img").evaluate((image) => image.naturalWidth), 8);
    await page.context().close();
  });

  await check("settings in which two runs differ stand out", async () => {
    const { page } = await open(join(folder, "comparison.html"));
    assert.match((await page.locator("tr.marked").allTextContents()).join("|"), /hidden units864/);
    await page.context().close();
  });
}
