// The latest spectrum of the gradient noise: eigenvalues with their intervals over their rank, on a
// logarithmic axis. Drawn as SVG: ten points need no chart library.

import { el, svg, text } from "./dom.js";
import { logTick, number, quantity } from "./format.js";
import { logSplits } from "./ranges.js";

const QUANTITY = "noise_eigenvalues";
const HEIGHT = 172;
const LEFT = 58; // as on the charts over steps
const RIGHT = 14;
const TOP = 10;
const BOTTOM = 24;
const MOST = 10;
const HINT =
  "Each point is one direction, strongest first; the bar is its 95 % interval. A steep fall: the noise lives in a few directions. Only directions that stand out of the bulk are shown.";

export class Spectrum {
  #elements = [];
  #why = "";

  constructor(catalogue) {
    const about = catalogue[QUANTITY] ?? { unit: "", meaning: "" };
    this.share = el("span", { class: "value" });
    this.note = el("span", { class: "interval" });
    this.plot = el("div", { class: "plot", tabindex: "0", role: "img", "aria-label": "No spectrum yet" });
    this.empty = el("p", { class: "absent" }, "Waiting for the first insight of this run…");
    this.help = el(
      "div",
      { class: "help", id: "help-spectrum", role: "note", hidden: true },
      el("p", { class: "help-what" }, about.meaning),
      el("p", {}, HINT),
      el("p", { class: "help-unit" }, `Unit: ${about.unit || "none"}`),
    );
    this.helpButton = el(
      "button",
      { class: "round", type: "button", "aria-expanded": "false", "aria-controls": "help-spectrum", "aria-label": "What is Noise spectrum?", onclick: () => this.#toggle() },
      "?",
    );
    this.root = el(
      "section",
      { class: "panel", "data-panel": "spectrum", "aria-labelledby": "title-spectrum" },
      el("header", {}, el("h3", { id: "title-spectrum" }, "Noise spectrum"), this.helpButton, el("span", { class: "unit" }, about.unit), el("span", { class: "grow" })),
      el("p", { class: "readout" }, this.share, this.note),
      this.plot,
      this.empty,
      this.help,
    );
    this.root.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !this.help.hidden) {
        this.#toggle();
        this.helpButton.focus();
      }
    });
    this.root.addEventListener("focusout", (event) => {
      if (!this.root.contains(event.relatedTarget) && !this.help.hidden) {
        this.#toggle();
      }
    });
  }

  /** For tests and the console. */
  describe() {
    return { points: this.plot.querySelectorAll("circle").length, absent: this.#why, share: this.share.textContent };
  }

  /** @param insight the latest one, or null */
  set(insight) {
    this.#elements = (insight?.vectors?.[QUANTITY] ?? []).slice(0, MOST).filter((q) => q.value > 0);
    this.#why = insight ? (insight.absent[QUANTITY] ?? (this.#elements.length ? "" : "the analyzer has not reported it for this run")) : "waiting";
    const drawn = this.#elements.length > 0;
    this.plot.hidden = !drawn;
    this.empty.hidden = drawn;
    text(this.empty, insight ? `absent: ${this.#why}` : "Waiting for the first insight of this run…");
    const [share, interval] = quantity(insight?.quantities.noise_anisotropy);
    text(this.share, drawn ? share : "–");
    text(this.note, drawn ? `${interval} of tr Σ in the first` : "");
    this.refit();
  }

  refit() {
    const width = this.plot.clientWidth;
    if (this.#elements.length === 0 || width === 0) {
      this.plot.replaceChildren();
      return;
    }
    this.plot.setAttribute("aria-label", `Eigenvalues: ${this.#elements.map((q) => number(q.value)).join(", ")}`);
    this.plot.replaceChildren(this.#draw(width));
  }

  #draw(width) {
    const ends = this.#elements.flatMap((q) => [q.low, q.high, q.value]).filter((x) => x > 0);
    const low = Math.min(...ends) / 1.25;
    const high = Math.max(...ends) * 1.25;
    const y = (v) => TOP + ((HEIGHT - TOP - BOTTOM) * Math.log(high / v)) / Math.log(high / low);
    const x = (i) => LEFT + ((width - LEFT - RIGHT) * (i + 0.5)) / MOST;
    const root = svg("svg", { width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}`, class: "spectrum", "aria-hidden": "true" });
    for (const split of logSplits(low, high, 6)) {
      root.append(svg("line", { class: "grid", x1: LEFT, x2: width - RIGHT, y1: y(split), y2: y(split) }));
      const label = svg("text", { x: LEFT - 8, y: y(split) + 4, "text-anchor": "end" });
      label.textContent = logTick(split);
      root.append(label);
    }
    this.#elements.forEach((q, i) => {
      if (q.low > 0 && q.high > 0) {
        root.append(svg("line", { class: "whisker", x1: x(i), x2: x(i), y1: y(q.low), y2: y(q.high) }));
      }
      const point = svg("circle", { cx: x(i), cy: y(q.value), r: 3.5 });
      const title = svg("title", {});
      title.textContent = `λ${i + 1} = ${quantity(q).join(" ")}`;
      point.append(title);
      root.append(point);
      const label = svg("text", { x: x(i), y: HEIGHT - 6, "text-anchor": "middle" });
      label.textContent = `${i + 1}`;
      root.append(label);
    });
    return root;
  }

  #toggle() {
    this.help.hidden = !this.help.hidden;
    this.helpButton.setAttribute("aria-expanded", String(!this.help.hidden));
  }
}
