// The checks of the museum: the keyboard reaches every exhibit, the tables hold what gradient checking found, and the
// answer stays hidden until it is asked for.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

export const states = [["h", "a"], ["End", "a"], ["?"]];

const read = (text) => Number(text.replaceAll("−", "-"));
const table = (page, caption) => page.locator(".tables table", { has: page.locator(`caption:text-is("${caption}")`) }).first();

export async function each({ file, name, page, check }) {
  const wanted = JSON.parse(readFileSync(file.replace(".html", ".json"), "utf8"));

  await check(`${name}: the right arrow reaches every exhibit, with the numbers of its check`, async () => {
    for (const [at, exhibit] of wanted.entries()) {
      assert.equal(await page.getAttribute("body", "data-state"), String(at));
      assert.match(await page.textContent("#where"), new RegExp(`^Exhibit ${at + 1} of ${wanted.length}: ${exhibit.title}$`));
      assert.match(await page.textContent(".verdict"), new RegExp(`gradient of ${exhibit.input}, entry \\(${exhibit.entry.join(", ")}\\)`));
      for (const [caption, numbers] of [["The rule says", exhibit.rule], ["Central differences say", exhibit.differences]]) {
        const shown = (await table(page, caption).locator("td").allTextContents()).map(read);
        assert.equal(shown.length, numbers.length);
        shown.forEach((x, i) => assert.ok(Math.abs(x - numbers[i]) <= 1e-3 * Math.abs(numbers[i]) + 1e-6, `${exhibit.title}, ${caption}: ${x} for ${numbers[i]}`));
      }
      await page.keyboard.press("ArrowRight");
    }
    await page.keyboard.press("Home");
    assert.equal(await page.getAttribute("body", "data-state"), "0");
  });

  await check(`${name}: hint and answer come when asked for, and go with the exhibit`, async () => {
    assert.equal(await page.locator(".hint, .answer").count(), 0);
    await page.keyboard.press("h");
    assert.equal(await page.locator(".hint").count(), 1);
    await page.keyboard.press("a");
    assert.equal((await page.locator(".answer pre").innerText()).replace(/\s+/g, ""), wanted[0].right.replace(/\s+/g, ""));
    assert.equal(await page.locator(".answer .mended").count(), 1);
    await page.keyboard.press("ArrowRight");
    assert.equal(await page.locator(".hint, .answer").count(), 0);
  });

  await check(`${name}: an exhibit can be chosen by its name`, async () => {
    await page.selectOption("#choose", { label: `${wanted.length}. ${wanted.at(-1).title}` });
    assert.equal(await page.getAttribute("body", "data-state"), String(wanted.length - 1));
  });
}
