// What every chart has around its picture: title, help, the latest number, and why it is empty.

import { el, text } from "./dom.js";

export class Frame {
  /**
   * @param about {unit, meaning} of the quantity, from the server's catalogue
   * @param options {id, title, hint, tools: elements at the right of the title, readout:
   *     elements of the line below it, plot: attributes of the picture}
   */
  constructor(about, options) {
    const { id, title, hint, tools = [], readout = [], plot = {} } = options;
    const helpId = `help-${id}`;
    const titleId = `title-${id}`;
    // Only what answers to keys, or may scroll, is a stop of the tab key.
    this.plot = el("div", { class: "plot", role: "img", "aria-labelledby": titleId, ...plot });
    this.empty = el("p", { class: "absent", hidden: true });
    this.help = el(
      "div",
      { class: "help", id: helpId, role: "note", hidden: true },
      el("p", { class: "help-what" }, about.meaning),
      el("p", {}, hint),
      el("p", { class: "help-unit" }, `Unit: ${about.unit || "none"}`),
    );
    this.helpButton = el(
      "button",
      {
        class: "round",
        type: "button",
        "aria-expanded": "false",
        "aria-controls": helpId,
        "aria-label": `What is ${title}?`,
        onclick: () => this.#toggle(),
      },
      "?",
    );
    this.root = el(
      "section",
      { class: "panel", "data-panel": id, "aria-labelledby": titleId },
      el(
        "header",
        {},
        el("h3", { id: titleId }, title),
        this.helpButton,
        el("span", { class: "unit" }, about.unit === "1" ? "" : about.unit),
        el("span", { class: "grow" }),
        ...tools,
      ),
      el("p", { class: "readout" }, ...readout),
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

  /** Shows the picture, or the reason why there is none: null while nothing has come at all. */
  show(drawn, reason) {
    this.root.classList.toggle("empty-panel", !drawn);
    this.plot.hidden = !drawn;
    this.empty.hidden = drawn;
    text(this.empty, reason === null ? "Waiting for the first insight of this run…" : `absent: ${reason}`);
  }

  #toggle() {
    this.help.hidden = !this.help.hidden;
    this.helpButton.setAttribute("aria-expanded", String(!this.help.hidden));
  }
}
