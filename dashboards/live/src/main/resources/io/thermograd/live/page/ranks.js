// The latest elements of a quantity that has several, over their rank on a logarithmic axis, with
// their intervals. Drawn as SVG: a few points need no chart library.

import { el, svg, text } from "./dom.js";
import { count, logTick, NONE, number, quantity } from "./format.js";
import { Frame } from "./frame.js";
import { logSplits } from "./ranges.js";

const HEIGHT = 172;
const LEFT = 58; // as on the charts over steps
const RIGHT = 14;
const TOP = 10;
const BOTTOM = 24;
const MOST = 10;
const NEVER = "the analyzer has not reported it for this run";

export class Ranks {
  #ranks;
  #elements = [];
  #beside = [];
  #why = "";

  /** @param ranks entry of RANKS */
  constructor(ranks, catalogue) {
    this.#ranks = ranks;
    this.value = el("span", { class: "value" });
    this.note = el("span", { class: "interval" });
    this.legend = el("span", { class: "legend", hidden: true });
    this.frame = new Frame(catalogue[ranks.quantity] ?? { unit: "", meaning: "" }, {
      id: ranks.id,
      title: ranks.title,
      hint: ranks.hint,
      readout: [this.value, this.note, el("span", { class: "grow" }), this.legend],
    });
    this.root = this.frame.root;
    this.plot = this.frame.plot;
    this.frame.show(false, null);
  }

  get id() {
    return this.#ranks.id;
  }

  /** For tests and the console. */
  describe() {
    return {
      points: this.plot.querySelectorAll("circle.measured").length,
      beside: this.plot.querySelectorAll("circle.beside").length,
      absent: this.#why,
      value: this.value.textContent,
    };
  }

  /** @param insight the latest one, or null */
  set(insight) {
    const ranks = this.#ranks;
    const read = (name) => (insight?.vectors?.[name] ?? []).slice(0, MOST);
    this.#elements = read(ranks.quantity);
    this.#beside = ranks.beside ? read(ranks.beside) : [];
    const drawn = this.#elements.some((q) => q.value > 0);
    this.#why = insight ? (insight.absent[ranks.quantity] ?? (drawn ? "" : NEVER)) : "waiting";
    this.frame.show(drawn, insight ? this.#why : null);
    // Without one of its own: the first element, in the panel's unit.
    const headline = ranks.headline ? insight?.quantities[ranks.headline] : this.#elements[0];
    const counted = Number.isInteger(headline?.value) && (headline.low ?? null) === null;
    const [value, interval] = counted ? [count(headline.value), ""] : quantity(headline);
    text(this.value, drawn ? value : NONE);
    text(this.note, drawn && value !== NONE ? `${interval} ${ranks.headlineNote}` : "");
    this.legend.hidden = !drawn || this.#beside.length === 0;
    text(this.legend, `○ ${ranks.besideName}`);
    this.refit();
  }

  refit() {
    const width = this.plot.clientWidth;
    if (this.plot.hidden || width === 0) {
      this.plot.replaceChildren();
      return;
    }
    this.plot.setAttribute("aria-label", `${this.#ranks.elements}: ${this.#elements.map((q) => number(q.value)).join(", ")}`);
    this.plot.replaceChildren(this.#draw(width));
  }

  #draw(width) {
    const ends = [...this.#elements, ...this.#beside].flatMap((q) => [q.low, q.high, q.value]).filter((x) => x > 0);
    const values = [...this.#elements, ...this.#beside].map((q) => q.value).filter((x) => x > 0);
    // An interval that reaches far below every value tells no more for being drawn to its end.
    const low = Math.max(Math.min(...ends), Math.min(...values) / 30) / 1.25;
    const high = Math.min(Math.max(...ends), Math.max(...values) * 30) * 1.25;
    const y = (v) => TOP + ((HEIGHT - TOP - BOTTOM) * Math.log(high / Math.min(high, Math.max(low, v)))) / Math.log(high / low);
    const x = (i) => LEFT + ((width - LEFT - RIGHT) * (i + 0.5)) / MOST;
    const root = svg("svg", { width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}`, class: "ranks", "aria-hidden": "true" });
    for (const split of logSplits(low, high, 6)) {
      root.append(svg("line", { class: "grid", x1: LEFT, x2: width - RIGHT, y1: y(split), y2: y(split) }));
      const label = svg("text", { x: LEFT - 8, y: y(split) + 4, "text-anchor": "end" });
      label.textContent = logTick(split);
      root.append(label);
    }
    const point = (q, i, kind, radius, name) => {
      const mark = svg("circle", { class: kind, cx: x(i), cy: y(q.value), r: radius });
      const title = svg("title", {});
      title.textContent = `${name}${i + 1} = ${quantity(q).join(" ")}`;
      mark.append(title);
      root.append(mark);
    };
    this.#elements.forEach((q, i) => {
      if (q.high > 0) {
        root.append(svg("line", { class: "whisker", x1: x(i), x2: x(i), y1: y(Math.max(q.low ?? 0, low)), y2: y(q.high) }));
      }
      const beside = this.#beside[i];
      if (beside?.value > 0) {
        point(beside, i, "beside", 5.5, `${this.#ranks.besideName} `);
      }
      if (q.value > 0) {
        point(q, i, "measured", 3.5, this.#ranks.point);
      }
      const label = svg("text", { x: x(i), y: HEIGHT - 6, "text-anchor": "middle" });
      label.textContent = `${i + 1}`;
      root.append(label);
    });
    return root;
  }
}
