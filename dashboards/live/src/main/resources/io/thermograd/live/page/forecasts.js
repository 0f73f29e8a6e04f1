// What is expected, until when, and how good such expectations were so far.

import { replace, text } from "./dom.js";
import { count, exact, NONE, number, quantity, words } from "./format.js";
import { NumbersTable } from "./numbers-table.js";

/** What is forecast and is no quantity. */
const OTHERS = {
  loss_change: { unit: "loss", meaning: "Change of the mean loss after a lower learning rate or a larger batch" },
  escape_after_change: {
    unit: "steps",
    meaning: "Steps from a change of learning rate or batch size until the run leaves its basin, by what other settings showed",
  },
};

export class Forecasts extends NumbersTable {
  #shown = "";
  #why = "";

  constructor(catalogue) {
    super({
      id: "forecasts",
      title: "Forecasts",
      meaning: "Statements about the future, each written down and held against what came.",
      hint: "Held: how many past forecasts of this kind had the outcome inside their interval; it should be about the stated level. Log score: mean log density of the outcomes, higher is better; only differences between equal kinds mean something.",
      heads: ["What", "Expected", "Due at step", "Held", "Log score"],
    });
    this.catalogue = catalogue;
  }

  /** For tests and the console. */
  describe() {
    return { rows: this.body.rows.length, absent: this.#why };
  }

  set(series) {
    const insight = series.latest;
    const open = insight?.forecasts ?? [];
    const scores = insight?.forecast_scores ?? {};
    const names = [...new Set([...open.map((f) => f.name), ...Object.keys(scores)])];
    const drawn = names.length > 0;
    this.#why = insight ? (drawn ? "" : "no forecast has been made yet") : "waiting";
    this.frame.show(drawn, insight ? this.#why : null);
    const scored = Object.values(scores).reduce((sum, s) => sum + s.scored, 0);
    const held = Object.values(scores).reduce((sum, s) => sum + s.covered, 0);
    text(this.value, drawn ? (scored ? `${number((100 * held) / scored)} % held` : NONE) : NONE);
    text(this.note, drawn ? (scored ? `of ${count(scored)} scored so far` : "none is due yet") : "");
    const key = JSON.stringify([open, scores]);
    if (key !== this.#shown) {
      this.#shown = key;
      replace(this.body, ...names.map((name) => this.#row(name, open.filter((f) => f.name === name).at(-1), scores[name])));
    }
  }

  #row(name, forecast, score) {
    const about = this.catalogue[name] ?? OTHERS[name];
    const [value, interval] = quantity(forecast?.expected);
    const unit = about && about.unit !== "1" ? ` ${about.unit}` : "";
    // What is scored is a mean; a bound on the same probability may stand on its panel.
    const kind = forecast?.expected.method === "posterior" ? "posterior mean" : interval;
    return this.row(
      words(name),
      about?.meaning ?? "",
      forecast ? `${value}${value === NONE ? "" : unit} ${kind}` : NONE,
      forecast ? count(forecast.due) : NONE,
      score?.scored ? `${count(score.covered)} of ${count(score.scored)} (stated ${exact(100 * score.level)} %)` : "none due yet",
      number(score?.mean_log_score),
    );
  }
}
