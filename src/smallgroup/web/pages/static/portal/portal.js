// What needs a hand in the browser; everything else is the server's.
"use strict";
// A slider says its value beside it, at once.
document.addEventListener("input", (event) => {
  const shown = event.target.dataset && event.target.dataset.shows;
  if (shown) document.getElementById(shown).textContent = event.target.value + (event.target.dataset.unit || "");
});
// A file may be dropped on its field's label.
for (const name of ["dragover", "drop"]) {
  document.addEventListener(name, (event) => {
    const zone = event.target.closest && event.target.closest("[data-drop]");
    if (!zone) return;
    event.preventDefault();
    zone.classList.toggle("over", name === "dragover");
    if (name === "drop") {
      const field = zone.querySelector("input[type=file]");
      field.files = event.dataTransfer.files;
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }
  });
}
// The form of a file field may be sent as soon as a file is chosen.
document.addEventListener("change", (event) => {
  if (event.target.matches("input[type=file][data-send]")) event.target.form.requestSubmit();
});
// A form that was sent is not sent twice by a second click.
document.addEventListener("submit", (event) => {
  if (event.target.dataset.once !== undefined) {
    for (const button of event.target.querySelectorAll("button")) button.setAttribute("aria-busy", "true");
    setTimeout(() => { for (const button of event.target.querySelectorAll("button")) button.disabled = true; }, 0);
  }
});
document.addEventListener("click", (event) => {
  const button = event.target.closest && event.target.closest("[data-print]");
  if (button) window.print();
});
// Quotes: a slider beside a number moves with it while the unit is percent; a link is copied.
const moveSliders = (root) => {
  for (const slider of root.querySelectorAll("input[type=range][data-moves]")) {
    const field = document.getElementById(slider.dataset.moves);
    slider.hidden = document.getElementById(slider.dataset.while).value !== "percent";
    if (document.activeElement !== slider) slider.value = field.value;
  }
};
const onQuotes = () => {
  moveSliders(document);
  for (const button of document.querySelectorAll("[data-copies]")) button.hidden = false;
};
document.addEventListener("input", (event) => {
  const moves = event.target.dataset && event.target.dataset.moves;
  if (moves) document.getElementById(moves).value = event.target.value;
  else moveSliders(document);
});
document.addEventListener("click", async (event) => {
  const button = event.target.closest && event.target.closest("[data-copies]");
  if (!button) return;
  const field = document.getElementById(button.dataset.copies);
  field.select();
  try { await navigator.clipboard.writeText(field.value); } catch { document.execCommand("copy"); }
  button.textContent = "Copied";
});
if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", onQuotes); else onQuotes();
