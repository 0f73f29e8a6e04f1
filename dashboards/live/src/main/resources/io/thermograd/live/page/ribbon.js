// What the run was doing, as a strip of colours below a chart over steps: one colour a regime.

import { el, replace, svg } from "./dom.js";
import { count, words } from "./format.js";
import { AXIS_WIDTH, RIGHT_PAD } from "./chart.js";
import { REGIME } from "./series.js";

const HEIGHT = 12;
const NONE = "unidentified";

export class Ribbon {
  #group;
  #spans = [];

  constructor(group) {
    this.#group = group;
    this.strip = el("div", { class: "ribbon", role: "img" });
    this.legend = el("div", { class: "ribbon-legend", "aria-hidden": "true" });
    this.root = el("div", { class: "ribbon-area", hidden: true }, this.strip, this.legend);
  }

  /** For tests and the console. */
  describe() {
    return this.#spans.map(({ regime, from, to }) => `${regime} ${from}-${to}`);
  }

  set(series) {
    this.#spans = spansOf(series);
    this.root.hidden = this.#spans.every((span) => span.regime === NONE);
    this.draw();
  }

  /** For the window of steps that is shown now. */
  draw() {
    const width = this.strip.clientWidth;
    if (this.root.hidden || width === 0) {
      return;
    }
    const [from, to] = this.#group.shown();
    const room = width - AXIS_WIDTH - RIGHT_PAD;
    const x = (step) => AXIS_WIDTH + (room * (Math.min(to, Math.max(from, step)) - from)) / Math.max(1e-9, to - from);
    const shown = this.#spans.filter((span) => span.to > from && span.from < to);
    const root = svg("svg", { width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}`, "aria-hidden": "true" });
    for (const span of shown) {
      const left = x(span.from);
      // A spike of a few steps has to be seen among ten thousand.
      const rect = svg("rect", { class: `regime-${span.regime}`, x: left, y: 0, width: Math.max(2, x(span.to) - left), height: HEIGHT });
      const title = svg("title", {});
      title.textContent = `${words(span.regime)}, steps ${count(span.from)} to ${count(span.to)}`;
      rect.append(title);
      root.append(rect);
    }
    replace(this.strip, root);
    this.strip.setAttribute("aria-label", `Regimes: ${shown.map((s) => `${words(s.regime)} from step ${count(s.from)}`).join(", ")}`);
    const present = [...new Set(shown.map((span) => span.regime))];
    replace(this.legend, ...present.map((regime) => el("span", {}, el("i", { class: `swatch regime-${regime}` }), words(regime))));
  }
}

/** Runs of equal regimes; each insight's holds until the next one. */
function spansOf(series) {
  const regimes = series.column(REGIME);
  const spans = [];
  for (let i = 0; i < series.length; i++) {
    const regime = regimes?.[i] ?? NONE;
    const last = spans[spans.length - 1];
    if (last) {
      last.to = series.step[i];
    }
    if (!last || last.regime !== regime) {
      spans.push({ regime, from: series.step[i], to: series.step[i] });
    }
  }
  return spans;
}
