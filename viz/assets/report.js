// A report: sliders that show one of their figures, and the numbers of all figures at once.

for (const slides of document.querySelectorAll(".slides")) {
  const slider = slides.querySelector("input"), all = [...slides.querySelectorAll(".slide")];
  const show = () => {
    all.forEach((slide, i) => { slide.hidden = i !== Number(slider.value); });
    const { name } = all[slider.value].dataset;
    slides.querySelector("output").textContent = name;
    slider.setAttribute("aria-valuetext", name);
  };
  slider.value = slides.dataset.shown;
  slider.addEventListener("input", show);
  show();
}

const help = document.getElementById("help"), numbers = document.getElementById("numbers");
page.keys([
  ["n", "show or hide the numbers of all figures", () => {
    const open = numbers.getAttribute("aria-pressed") !== "true";
    numbers.setAttribute("aria-pressed", open);
    document.querySelectorAll("details.numbers").forEach((details) => { details.open = open; });
  }],
  ["?", "this help", () => help.showModal()],
]);

document.body.dataset.state = "0";
