// run.js DIR: opens every page of DIR in Chromium. A folder of DIR holds the pages of one kind, and the file of its name
// beside this one the checks of that kind. Whatever the kind: no page logs an error or asks for anything from anywhere,
// has a serious fault of accessibility, scrolls sideways or is large.
//
// A page says that it is drawn by setting document.body.dataset.state. The module of a kind may export
//   inEveryWay(name)     whether a page is looked at in light and dark, wide and narrow, or in one of each: pages of one mould
//   states               lists of keys to press, each before another look for faults of accessibility
//   each({file, name, page, check})    checks of one page, opened at 1280 x 800
//   once({folder, open, check})        checks of single pages
import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const root = resolve(process.argv[2]);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
let passed = 0, failed = 0, slowest = { seconds: 0 };

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
  context.setDefaultTimeout(120_000);  // a busy machine is no fault of the page
  const page = await context.newPage(), trouble = [];
  page.on("console", (message) => message.type() === "error" && trouble.push(message.text()));
  page.on("pageerror", (error) => trouble.push(String(error)));
  page.on("request", (request) => request.url() !== pathToFileURL(file).href && !request.url().startsWith("data:") &&
    trouble.push(`asked for ${request.url()}`));
  const start = Date.now();
  await page.goto(pathToFileURL(file).href);
  await page.waitForFunction(() => document.body.dataset.state !== undefined);
  const seconds = (Date.now() - start) / 1000;
  if (seconds > slowest.seconds) slowest = { seconds, name: basename(file) };
  return { page, trouble };
}

async function faults(page) {
  await page.evaluate(axe);
  const found = await page.evaluate(() => globalThis.axe.run());
  return found.violations.filter((v) => ["serious", "critical"].includes(v.impact))
    .map((v) => `${v.id}: ${v.help} (${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 120)).join("; ")})`);
}

async function checkPage(file, kind) {
  const name = `${basename(resolve(file, ".."))}/${basename(file, ".html")}`;
  const { page, trouble } = await open(file);
  await check(`${name} is under 5 MB`, () => assert.ok(readFileSync(file).length < 5e6));
  await kind.each?.({ file, name, page, check });
  await check(`${name}: nothing is logged and nothing is asked for`, () => assert.deepEqual(trouble, []));
  const every = kind.inEveryWay?.(basename(file, ".html")) ?? true;
  for (const colorScheme of every ? ["light", "dark"] : ["light"])
    for (const width of every ? [1280, 390] : [390]) {
      const other = await open(file, { colorScheme, viewport: { width, height: 800 } });
      for (const keys of [[], ...(kind.states ?? [])]) {
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

for (const name of readdirSync(root)) {
  const folder = join(root, name), kind = await import(`./${name}.js`);
  const files = readdirSync(folder).filter((file) => file.endsWith(".html"));
  await check(`there are pages of the kind ${name}`, () => assert.ok(files.length > 0));
  for (const file of files) await checkPage(join(folder, file), kind);
  await kind.once?.({ folder, open, check });
}

await browser.close();
console.log(`slowest to open: ${slowest.name}, ${slowest.seconds} s`);
console.log(`browser: ${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
