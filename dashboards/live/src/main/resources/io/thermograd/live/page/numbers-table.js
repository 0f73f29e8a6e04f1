// A panel that is a table of numbers under one readout.

import { el } from "./dom.js";
import { Frame } from "./frame.js";

export class NumbersTable {
  constructor({ id, title, meaning, hint, heads }) {
    this.id = id;
    this.body = el("tbody");
    this.value = el("span", { class: "value" });
    this.note = el("span", { class: "interval" });
    this.frame = new Frame({ unit: "", meaning }, { id, title, hint, readout: [this.value, this.note] });
    this.root = this.frame.root;
    this.root.classList.add("wide");
    this.plot = this.frame.plot;
    this.plot.setAttribute("role", "group");
    this.plot.tabIndex = 0;
    this.plot.append(el("table", { class: "numbers" }, el("thead", {}, el("tr", {}, ...heads.map((h) => el("th", { scope: "col" }, h)))), this.body));
    this.heads = heads;
    this.frame.show(false, null);
  }

  /** A row: its name, then a cell below each further head, which narrow windows repeat beside the cell. */
  row(name, about, ...values) {
    const cells = values.map((value, i) => el("td", { "data-label": this.heads[i + 1] }, value));
    return el("tr", {}, el("th", { scope: "row", title: about }, name), ...cells);
  }

  refit() {}
}
