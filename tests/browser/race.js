// The checks of the race: the standings show the library's trails on every surface, at every rate, with noise and without;
// the keyboard reaches all of it.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

export const states = [["ArrowRight", "ArrowRight", "8"], ["t", "o"], ["n", "s", "+"]];

const read = (text) => (text === "left" ? null : Number(text.replaceAll("−", "-")));

async function standings(page) {
  const rows = await page.locator("#standings tbody tr").evaluateAll((all) => all.map((row) => [...row.querySelectorAll("td")].map((td) => td.textContent)));
  return rows.map((cells) => cells.map(read));
}
async function press(page, ...keys) {
  for (const key of keys) await page.keyboard.press(key);
}
function assertStandings(shown, racers, rateOf, step, where) {
  racers.forEach(({ title, trails, winner }, r) => {
    const { w, loss } = trails[rateOf ?? winner];
    const wanted = step < w.length ? [loss[step], ...w[step]] : [null, null, null];
    wanted.forEach((x, k) => {
      const got = shown[r][k + 1];
      if (x === null) assert.equal(got, null, `${where}: ${title} has left`);
      else assert.ok(Math.abs(got - x) <= 1e-3 * Math.abs(x) + 1e-30, `${where}: ${title} shows ${got} for ${x}`);
    });
  });
}

export async function each({ file, name, page, check }) {
  const wanted = JSON.parse(readFileSync(file.replace(".html", ".json"), "utf8"));

  await check(`${name}: the standings are the library's trails at every step`, async () => {
    for (let step = 0; step <= 25; ++step) {
      assert.equal(await page.getAttribute("body", "data-state"), String(step));
      assertStandings(await standings(page), wanted[0][0], null, step, `step ${step}`);
      await press(page, "ArrowRight");
    }
    await press(page, "Home");
  });

  await check(`${name}: so they are at every learning rate, with noise and without, on every surface`, async () => {
    await press(page, "End", "b", "-", "-", "-", "-");
    for (const surface of [0, 1]) {
      for (const noise of [0, 1]) {
        for (let rate = 0; rate < 4; ++rate) {
          assertStandings(await standings(page), wanted[surface][noise], rate, 25, `surface ${surface}, noise ${noise}, rate ${rate}`);
          await press(page, "+");
        }
        await press(page, "-", "-", "-", "n");
      }
      await press(page, "s");
    }
    await press(page, "b", "Home");
  });

  await check(`${name}: a rule that left for infinity has no marker, the others have one`, async () => {
    await press(page, "b", "+", "+", "+", "+", "End");
    const left = wanted[0][0].map(({ trails }) => trails[3].w.length <= 25);
    assert.ok(left.some((x) => x) && !left.every((x) => x));
    for (const [r, gone] of left.entries()) if (gone) assert.equal(await page.locator(`.head:has(text:text-is("${r + 1}"))`).count(), 0);
    await press(page, "b", "Home");
    assert.equal(await page.locator(".head").count(), 8);
  });

  await check(`${name}: digits pick a rule, o leaves it alone with its twin, t shows the numbers`, async () => {
    await press(page, "5");
    assert.equal(await page.textContent("#rule-note h2"), "5 Adagrad");
    assert.match(await page.textContent("#rule-note"), /Why it stalls/);
    await press(page, "o");
    assert.equal(await page.locator(".head").count(), 1);
    await press(page, "3");
    assert.equal(await page.locator(".head").count(), 2);  // both forms of Nesterov's rule
    await press(page, "o", "t");
    assert.equal(await page.locator(".numbers table").count(), 3);
    await press(page, "t", "1");
    assert.equal(await page.locator(".numbers").count(), 0);
  });

  await check(`${name}: arrows show the terms of the next step`, async () => {
    const labels = () => page.locator(".arrow text").allTextContents();
    await press(page, "2", "ArrowRight", "ArrowRight");
    assert.deepEqual((await labels()).filter((l) => l !== "step"), ["−g", "−v"]);
    await press(page, "8");
    assert.ok((await labels()).includes("−m̂"));
    assert.equal(await page.locator(".scale line").count(), 2);
    await press(page, "End");
    assert.equal(await page.locator(".arrow").count(), 0);
    await press(page, "Home", "1");
  });

  await check(`${name}: the state is said, and play runs to the end`, async () => {
    assert.match(await page.textContent("#said"), /^Step 0 of 25, without noise\. Lowest: .*; picked: SGD, /);
    await press(page, " ");
    await page.locator('body[data-state="25"]').waitFor({ timeout: 10000 });
    await page.locator('#play:text-is("Play")').waitFor();
    assert.match(await page.textContent("#said"), /^Step 25 of 25/);
    await press(page, "Home");
  });
}
