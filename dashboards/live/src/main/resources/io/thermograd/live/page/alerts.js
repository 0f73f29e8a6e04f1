// The list of alerts beside the charts.

import { el, replace, severityIcon, text } from "./dom.js";
import { count } from "./format.js";

export class Alerts {
  #group;
  #shown = "";

  constructor(group) {
    this.#group = group;
    this.number = el("span", { class: "badge", hidden: true });
    this.list = el("ol", { class: "alerts" });
    this.root = el("section", { class: "side", "aria-label": "Alerts" }, el("h2", {}, "Alerts ", this.number), this.list);
  }

  /** Newest first. */
  set(alerts) {
    const key = JSON.stringify(alerts);
    if (key === this.#shown) {
      return;
    }
    this.#shown = key;
    this.number.hidden = alerts.length === 0;
    text(this.number, String(alerts.length));
    if (!alerts.length) {
      replace(this.list, el("li", { class: "quiet-line" }, "None so far."));
      return;
    }
    replace(this.list, ...alerts.toReversed().map((alert) => this.#item(alert)));
  }

  #item(alert) {
    const show = () => this.#group.highlight(alert);
    const hide = () => this.#group.highlight(null);
    return el(
      "li",
      { "data-severity": alert.severity },
      el(
        "button",
        {
          type: "button",
          class: "alert",
          title: "Show this step on the charts",
          onclick: () => this.#group.point(alert.step),
          onmouseenter: show,
          onmouseleave: hide,
          onfocus: show,
          onblur: hide,
        },
        severityIcon(alert.severity),
        el(
          "span",
          { class: "alert-body" },
          el("span", { class: "alert-title" }, alert.title),
          el("span", { class: "alert-at" }, `step ${count(alert.step)}`),
          el("span", {}, alert.evidence),
          el("span", { class: "alert-next" }, alert.next),
        ),
      ),
    );
  }
}
