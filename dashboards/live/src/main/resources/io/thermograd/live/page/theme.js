// Before the first paint, so that the page never flashes in the wrong theme: hence no module.
"use strict";
(() => {
  let chosen = null;
  try {
    chosen = localStorage.getItem("thermograd.theme");
  } catch {
    // Storage may be forbidden; the system's theme then holds.
  }
  if (chosen === "light" || chosen === "dark") {
    document.documentElement.dataset.theme = chosen;
  }
})();
