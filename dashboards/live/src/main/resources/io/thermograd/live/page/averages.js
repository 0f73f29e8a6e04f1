// What the run's scalars are on average while it is stationary, and what averaging its parameters would gain.

import { replace, text } from "./dom.js";
import { NONE, quantity, words } from "./format.js";
import { NumbersTable } from "./numbers-table.js";

/** Behind the name of an average whose interval is that of batch means. */
const BESIDE = " (batch means)";

/** Behind the method of an interval that may be too short. */
const UNRELIABLE = "_unreliable";

export class Averages extends NumbersTable {
  #shown = "";
  #why = "";

  constructor() {
    super({
      id: "averages",
      title: "Averages",
      meaning: "Means over the steps since the run became stationary, each with two 95 % intervals that know that steps depend on each other.",
      hint: "Random scaling keeps its promise whatever the dependence, at the price of a wider interval; batch means are what other tools show. “Too short”: fewer than 1,000 autocorrelation times so far. Above: what the loss would change by at the mean of the parameters.",
      heads: ["What", "Average", "Random scaling", "Batch means", "Long enough"],
    });
  }

  /** For tests and the console. */
  describe() {
    return { rows: this.body.rows.length, absent: this.#why, value: this.value.textContent };
  }

  set(series) {
    const insight = series.latest;
    const averages = insight?.averages ?? {};
    const names = Object.keys(averages).filter((name) => !name.endsWith(BESIDE));
    const drawn = names.length > 0;
    this.#why = insight ? (drawn ? "" : (insight.absent.averaged_loss_change ?? "the run is not stationary")) : "waiting";
    this.frame.show(drawn, insight ? this.#why : null);
    const change = insight?.quantities.averaged_loss_change;
    const [value, interval] = quantity(change);
    text(this.value, drawn && change ? value : NONE);
    text(this.note, drawn ? this.#gain(change, interval, insight) : "");
    const key = JSON.stringify(averages);
    if (key !== this.#shown) {
      this.#shown = key;
      replace(this.body, ...names.map((name) => this.#row(name, averages[name], averages[name + BESIDE])));
    }
  }

  #gain(change, interval, insight) {
    if (!change) {
      return `loss at the mean of the parameters: ${insight.absent.averaged_loss_change ?? "not known"}`;
    }
    return `${interval} change of the loss at the mean of the parameters`;
  }

  #row(name, average, beside) {
    const [value] = quantity(average);
    const short = average.method.endsWith(UNRELIABLE);
    return this.row(words(name), null, value, bounds(average), bounds(beside), short ? "too short" : "yes");
  }
}

function bounds(q) {
  return quantity(q)[1].replace(/^\((.*)\)/, "$1") || NONE;
}
