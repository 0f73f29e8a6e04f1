// The list of alerts beside the charts: one entry for all that was said about one episode.

import { el, replace, severityIcon, text } from "./dom.js";
import { count, words } from "./format.js";

const ORDER = ["ok", "info", "warning", "critical"];

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
    const episodes = episodesOf(alerts);
    this.number.hidden = episodes.length === 0;
    text(this.number, String(episodes.length));
    if (!episodes.length) {
      replace(this.list, el("li", { class: "quiet-line" }, "None so far."));
      return;
    }
    replace(this.list, ...episodes.toReversed().map((episode) => this.#item(episode)));
  }

  #item({ first, worst, last, closed }) {
    const show = () => this.#group.highlight(worst);
    const hide = () => this.#group.highlight(null);
    return el(
      "li",
      { "data-severity": worst.severity, "data-closed": closed },
      el(
        "button",
        {
          type: "button",
          class: "alert",
          title: "Show this step on the charts",
          onclick: () => this.#group.point(worst.step),
          onmouseenter: show,
          onmouseleave: hide,
          onfocus: show,
          onblur: hide,
        },
        severityIcon(worst.severity),
        el(
          "span",
          { class: "alert-body" },
          el("span", { class: "alert-title" }, worst.title),
          el("span", { class: "alert-at" }, closed ? `steps ${count(first.step)}–${count(last.step)}` : `since step ${count(first.step)}`),
          el("span", {}, worst.evidence),
          closed && last !== worst ? el("span", { class: "alert-end" }, `${words(last.title)}: ${last.evidence}`) : null,
          closed ? null : el("span", { class: "alert-next" }, worst.next),
        ),
      ),
    );
  }
}

/** Alerts of one kind that opened at one step, in the order of their steps. */
export function episodesOf(alerts) {
  const episodes = new Map();
  for (const alert of alerts) {
    const key = `${alert.attempt}/${alert.kind}/${alert.opened_at ?? alert.step}`;
    const known = episodes.get(key);
    const closing = alert.state === "closed";
    if (!known) {
      episodes.set(key, { first: alert, worst: alert, last: alert, closed: closing });
      continue;
    }
    known.last = alert;
    known.closed = closing;
    // The latest of the worst: its numbers are the most telling.
    if (!closing && ORDER.indexOf(alert.severity) >= ORDER.indexOf(known.worst.severity)) {
      known.worst = alert;
    }
  }
  return [...episodes.values()];
}
