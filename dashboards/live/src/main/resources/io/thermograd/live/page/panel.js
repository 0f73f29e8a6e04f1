// A chart with its title, its latest numbers, what it means, and why it is empty if it is.

import { el, text, remember, recall } from "./dom.js";
import { count, exact, number, quantity } from "./format.js";
import { prefersLog } from "./ranges.js";
import { align, Chart, MAIN, DOTS, HIGH, LOW, othersOf } from "./chart.js";
import { Frame } from "./frame.js";
import { Ribbon } from "./ribbon.js";

const HEIGHT = 172;
const NEVER = "the analyzer has not reported it for this run";

export class Panel {
  #panel;
  #group;
  #chart = null;
  #choice; // "log", "linear" or null: by the data
  #data = null;
  #selected = null;
  #everything = false;
  #why = "";

  constructor(panel, group, catalogue) {
    this.#panel = panel;
    this.#group = group;
    this.#choice = recall(`axis.${panel.id}`);
    const about = catalogue[panel.quantity] ?? { unit: "", meaning: "" };
    this.value = el("span", { class: "value" });
    this.interval = el("span", { class: "interval" });
    this.at = el("span", { class: "at" });
    this.note = el("p", { class: "note", hidden: true });
    this.off = el("button", { class: "chip", type: "button", hidden: true, onclick: () => this.#showAll() });
    this.logButton = el(
      "button",
      { class: "chip", type: "button", title: "Logarithmic axis", "aria-pressed": "false", onclick: () => this.#toggleLog() },
      "log",
    );
    this.frame = new Frame(about, {
      id: panel.id,
      title: panel.title,
      hint: panel.hint,
      tools: [this.logButton],
      readout: [this.value, this.interval, el("span", { class: "grow" }), this.at, this.off],
      plot: { tabindex: "0", onkeydown: (event) => this.#key(event) },
    });
    this.root = this.frame.root;
    this.plot = this.frame.plot;
    this.ribbon = panel.ribbon ? new Ribbon(group) : null;
    this.root.append(...[this.ribbon?.root, this.note].filter(Boolean));
  }

  get id() {
    return this.#panel.id;
  }

  get u() {
    return this.#chart?.u;
  }

  /** For tests and the console: what the chart holds, read from uPlot itself. */
  describe() {
    const data = this.#chart?.u?.data;
    const known = data ? data[0].filter((_, i) => data.at(MAIN)[i] !== null && data.at(MAIN)[i] !== undefined) : [];
    return {
      shown: Boolean(data),
      points: known.length,
      dots: data ? data.at(DOTS).filter((x) => x !== null && x !== undefined).length : 0,
      bounds: this.#bounds().filter((b) => b !== null).length,
      others: data ? othersOf(data).length : 0,
      firstStep: known[0] ?? null,
      lastStep: known[known.length - 1] ?? null,
      log: this.#chart?.log ?? false,
      absent: this.#why,
      value: this.value.textContent,
      interval: this.interval.textContent,
      regimes: this.ribbon?.describe() ?? [],
    };
  }

  set(selected, others) {
    this.#selected = selected;
    this.ribbon?.set(selected);
    this.#data = align(this.#panel, selected, others);
    const d = this.#data;
    const has = (column) => column.some((x) => x !== null && x !== undefined);
    const drawn = has(d.at(MAIN)) || has(d.at(DOTS)) || othersOf(d).some(has) || (this.#panel.bounds && has(this.#bounds()));
    this.#explain(drawn);
    this.logButton.hidden = !drawn;
    if (!drawn) {
      this.#chart?.destroy();
      this.#chart = null;
      this.off.hidden = true;
      this.readout(null);
      return;
    }
    const log =
      this.#choice !== null
        ? this.#choice === "log"
        : Boolean(this.#panel.log) ||
          // Not the bands: the lower end of a wide interval may well be negative.
          prefersLog([d.at(MAIN), d.at(DOTS)], d[0].length, this.#chart?.log ?? false);
    if (this.#chart && this.#chart.log !== log) {
      this.#chart.destroy();
      this.#chart = null;
    }
    this.logButton.setAttribute("aria-pressed", String(log));
    if (!this.#chart) {
      this.#chart = new Chart(this.plot, this.#panel, this.#group, log, HEIGHT, (range) => this.#ranged(range));
      this.#chart.everything = this.#everything;
    }
    this.#chart.set(d, this.#bounds());
    this.readout(null);
  }

  /** The numbers at an index of the chart's data, or the latest ones. */
  readout(index) {
    const d = this.#chart?.u?.data ?? this.#data;
    const latest = this.#selected?.latest;
    let q = latest?.quantities[this.#panel.quantity];
    let at = "";
    if (index !== null && d) {
      const bound = this.#bounds()[index];
      q = bound ?? { value: d.at(MAIN)[index] ?? null, low: d[LOW][index] ?? null, high: d[HIGH][index] ?? null };
      at = `at step ${count(d[0][index])}`;
    }
    const [value, interval] = quantity(q);
    text(this.value, value);
    text(this.interval, interval);
    text(this.at, at);
    if (index === null) {
      const { reference, referenceName, level } = this.#panel;
      const dashed = level ?? latest?.quantities[reference]?.value;
      text(this.at, q && dashed !== undefined && dashed !== null ? `dashed: ${referenceName} = ${exact(dashed)}` : "");
    }
  }

  refit() {
    this.#chart?.resize();
    this.ribbon?.draw();
  }

  /** With new colours, for instance. */
  rebuild() {
    this.#chart?.destroy();
    this.#chart = null;
    if (this.#data) {
      this.set(this.#selected, this.#group.others());
    }
  }

  /** For another window of steps. */
  rewindow() {
    this.u?.setData(this.u.data, true);
    this.ribbon?.draw();
  }

  redraw() {
    this.#chart?.redraw();
  }

  destroy() {
    this.#chart?.destroy();
    this.#chart = null;
  }

  /** Where only one end is known: {low} or {high}, else null. Aligned like the data. */
  #bounds() {
    const own = this.#selected;
    const d = this.#data;
    if (!own || !d) {
      return [];
    }
    const [values, lows, highs] = ["value", "low", "high"].map((part) => own.column(this.#panel.quantity, part) ?? []);
    const byStep = new Map(own.step.map((s, i) => [s, boundOf(values[i] ?? null, lows[i] ?? null, highs[i] ?? null)]));
    return d[0].map((s) => byStep.get(s) ?? null);
  }

  #explain(drawn) {
    const latest = this.#selected.latest;
    const q = latest?.quantities[this.#panel.quantity];
    const reason = latest ? (latest.absent[this.#panel.quantity] ?? (q ? "" : NEVER)) : "";
    this.#why = latest ? reason : "waiting for the first insight";
    const onlyBound = q && boundOf(q.value ?? null, q.low ?? null, q.high ?? null) !== null;
    this.frame.show(drawn, latest ? reason : null);
    // Once there, its room stays: a reason that comes and goes should not move the page.
    this.note.hidden = !drawn || (this.note.hidden && !reason);
    text(this.note, !reason ? "\u00a0" : onlyBound ? reason : `absent now: ${reason}`);
  }

  #ranged({ over }) {
    this.off.hidden = over === null && !this.#everything;
    text(this.off, this.#everything ? "clip outliers" : `↑ off scale: ${over === null ? "" : number(over)}`);
    this.off.title = this.#everything ? "Leave out values far beyond the usual" : "Show everything";
  }

  #showAll() {
    this.#everything = !this.#everything;
    this.rebuild();
  }

  #toggleLog() {
    this.#choice = this.logButton.getAttribute("aria-pressed") === "true" ? "linear" : "log";
    remember(`axis.${this.#panel.id}`, this.#choice);
    this.rebuild();
  }

  #key(event) {
    const by = { ArrowLeft: -1, ArrowRight: 1, PageUp: -20, PageDown: 20, Home: -Infinity, End: Infinity }[event.key];
    if (by !== undefined) {
      event.preventDefault();
      this.#group.step(by, this.#chart?.u);
    } else if (event.key === "Escape") {
      this.#group.step(null, this.#chart?.u);
    }
  }
}

function boundOf(value, low, high) {
  return value === null && (low === null) !== (high === null) ? { value, low, high } : null;
}
