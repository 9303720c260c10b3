// Keys, and the list of pages: open beside the text where there is room.
"use strict";
const pages = document.querySelector("nav > details"), wide = matchMedia("(min-width: 72rem)");
const arrange = () => { pages.open = wide.matches; };
wide.addEventListener("change", arrange);
arrange();
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
  if (event.target.closest(".wide, pre") && event.key.startsWith("Arrow")) return;  // these scroll sideways themselves
  const follow = (selector) => document.querySelector(selector)?.click();
  if (event.key === "ArrowLeft") follow("a[rel=prev]");
  if (event.key === "ArrowRight") follow("a[rel=next]");
  if (event.key === "h") follow("header a");
  if (event.key === "a") {
    const answers = [...document.querySelectorAll("main details")], open = answers.some((answer) => !answer.open);
    for (const answer of answers) answer.open = open;
  }
});
// What scrolls sideways can be reached and scrolled by keyboard.
for (const block of document.querySelectorAll(".wide, pre"))
  if (block.scrollWidth > block.clientWidth) block.tabIndex = 0;
const here = document.querySelector("nav [aria-current]");  // long lists scroll to it, the page itself stays where it is
if (here && wide.matches) here.closest("nav").scrollTop = here.offsetTop - 200;
document.body.dataset.state = "ready";
