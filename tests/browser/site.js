// The checks of the course's site: docs/build has made it. Files of the project, in source/, are not opened one by one.
import assert from "node:assert/strict";
import { join } from "node:path";

export const states = [["a"]];  // with all answers open
export const inEveryWay = (name) => ["index", "02_backprop", "18_vit", "optimizers"].includes(name);

export async function each({ name, page, check }) {
  await check(`${name}: it has a title of its own, and says where in the course it stands`, async () => {
    const heading = await page.textContent("h1");
    assert.equal(await page.title(), `${heading} · Sevenfold`);
    if (!name.endsWith("/index")) assert.equal(await page.textContent("nav [aria-current]"), heading);
  });
  await check(`${name}: pictures are drawn, and have words for those who do not see them`, async () => {
    for (const picture of await page.locator("figure").all()) {
      assert.ok((await picture.locator("img").getAttribute("alt")).length > 30);
      assert.ok(await picture.locator("img").evaluate((img) => img.complete && img.naturalWidth > 100));
    }
  });
  if (!/\/\d\d_/.test(name)) return;
  await check(`${name}: it has formula, code, command, picture, and two exercises whose answers a opens`, async () => {
    for (const part of ["math[display=block], td math", "p.source + div pre", "pre", "figure img"])
      assert.ok(await page.locator(part).count() > 0, `no ${part}`);
    for (const picture of await page.locator("figure").all())
      assert.ok(await picture.locator("details td").count() > 0, "no table of numbers");
    const answers = page.locator("main > details");
    assert.equal(await answers.count(), 2);
    assert.equal(await answers.first().locator("p").first().isVisible(), false);
    await page.keyboard.press("a");
    for (const answer of await answers.all()) assert.ok(await answer.locator("p").first().isVisible());
  });
}

export async function once({ folder, open, check }) {
  await check("the right arrow leads through all pages, the left arrow back, h home", async () => {
    const { page } = await open(join(folder, "index.html"));
    const all = await page.locator("body > nav a").count(), seen = new Set();
    const go = async (key) => {
      await Promise.all([page.waitForNavigation(), page.keyboard.press(key)]);
      return page.textContent("h1");
    };
    for (let i = 0; i < all; ++i) seen.add(await go("ArrowRight"));
    assert.equal(seen.size, all);
    assert.equal(await page.locator("a[rel=next]").count(), 0);
    const last = await page.textContent("h1");
    assert.notEqual(await go("ArrowLeft"), last);
    assert.equal(await go("h"), "A short course on optimization");
    await page.context().close();
  });
  await check("a line of code leads to its place in the source", async () => {
    const { page } = await open(join(folder, "16_adam.html"));
    await Promise.all([page.waitForNavigation(), page.locator("p.source a").click()]);
    assert.equal(await page.textContent("h1"), "optim/adam.cpp");
    const line = page.url().split("#")[1];
    assert.match(await page.textContent(`#${line}`), /for \(std::size_t i = 0; i < p\.size; \+\+i\)/);
    await page.context().close();
  });
}
