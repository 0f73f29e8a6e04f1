// The head of a run's page: where it stands, the verdict, its settings.

import { el, replace, severityIcon, text } from "./dom.js";
import { count, duration, number, words } from "./format.js";

const SILENT_AFTER = 60;

/** running, silent, completed, failed, stopped or unknown, from what is known now. */
export function standing(status, activity, now) {
  return (status === "running" || status === "unknown") && now - activity > SILENT_AFTER ? "silent" : status === "unknown" ? "running" : status;
}

export function statusDot(state) {
  return el("span", { class: `dot dot-${state}`, "aria-hidden": "true" });
}

/** Facts that move: steps, rate, elapsed, time to go. */
export class Progress {
  constructor() {
    this.bar = el("progress", { max: "1", value: "0", "aria-label": "Steps of the budget", hidden: true });
    this.list = el("dl", { class: "facts" });
    this.root = el("div", { class: "progress" }, this.list, this.bar);
    this.fields = new Map();
  }

  set(attempt, latest, state, now) {
    const step = attempt?.step ?? -1;
    const budget = attempt?.budget_steps ?? null;
    const rate = latest?.quantities.steps_per_second?.value ?? null;
    const started = attempt?.started_at ?? null;
    const until = state === "running" ? now : (latest?.time ?? now);
    const left = budget !== null && rate > 0 && state === "running" ? Math.max(0, budget - 1 - step) / rate : null;
    this.#field("Step", step < 0 ? "–" : budget !== null ? `${count(step)} of ${count(budget)}` : count(step));
    this.#field("Rate", rate === null ? "–" : `${number(rate)} steps/s`);
    this.#field("Elapsed", started ? duration(until - started) : "–");
    this.#field("Left", left === null ? (state === "running" && budget === null ? "no budget given" : "–") : `about ${duration(left)}`);
    this.bar.hidden = budget === null;
    if (budget) {
      this.bar.value = Math.min(1, (step + 1) / budget);
    }
  }

  #field(name, value) {
    let dd = this.fields.get(name);
    if (!dd) {
      dd = el("dd");
      this.fields.set(name, dd);
      this.list.append(el("div", {}, el("dt", {}, name), dd));
    }
    text(dd, value);
  }
}

export class VerdictCard {
  #shown = "";

  constructor() {
    this.root = el("section", { class: "verdict", "aria-label": "Verdict", "aria-live": "polite" });
  }

  set(insight) {
    const verdict = insight?.verdict ?? null;
    const regime = insight?.regime ?? null;
    const key = JSON.stringify([verdict, regime, insight?.overlays, insight === null]);
    if (key === this.#shown) {
      return;
    }
    this.#shown = key;
    const severity = verdict?.severity ?? "info";
    this.root.dataset.severity = verdict ? severity : "none";
    const pills = [regime, ...(insight?.overlays ?? [])].filter(Boolean).map((id) => el("span", { class: "pill" }, words(id)));
    replace(
      this.root,
      severityIcon(severity),
      el(
        "div",
        { class: "verdict-body" },
        el("div", { class: "verdict-head" }, el("h2", {}, verdict?.title ?? "No verdict yet"), ...pills),
        el(
          "dl",
          {},
          el("div", {}, el("dt", {}, "Why"), el("dd", {}, verdict?.why ?? this.#reason(insight))),
          el("div", {}, el("dt", {}, "Next"), el("dd", {}, verdict?.next ?? "Wait for more steps: the page updates by itself.")),
        ),
      ),
    );
  }

  #reason(insight) {
    return insight ? (insight.absent?.regime ?? "Not enough is identified to judge this run.") : "No step of this run has been analysed yet.";
  }
}

/** Settings that do not move, from what the trainer said at the start. */
export function settings(attempt, latest) {
  const q = (name) => latest?.quantities[name]?.value ?? null;
  const a = attempt ?? {};
  const sketch = a.sketch_dim ? `${words(a.sketch_scheme)}, ${count(a.sketch_dim)}` : null;
  const rows = [
    ["Optimizer", a.optimizer && a.optimizer !== "unspecified" ? a.optimizer.toUpperCase().replace("MOMENTUM", "SGD + momentum").replace("NESTEROV", "Nesterov").replace("ADAM", "Adam").replace("OTHER", "other") : null],
    ["Learning rate η", q("learning_rate") === null ? null : number(q("learning_rate"))],
    ["Momentum β", a.momentum === undefined ? null : number(a.momentum)],
    ["β₁, β₂", a.beta1 === undefined ? null : `${a.beta1}, ${a.beta2 ?? "–"}`],
    ["Weight decay", a.weight_decay === undefined ? null : number(a.weight_decay)],
    ["Batch size B", q("batch_size") === null ? null : count(q("batch_size"))],
    ["Examples n", a.dataset_size === undefined ? null : count(a.dataset_size)],
    ["Parameters P", a.parameter_count === undefined ? null : count(a.parameter_count)],
    ["Sampling", a.sampling && a.sampling !== "unspecified" ? words(a.sampling).toLowerCase() : null],
    ["Ranks", a.world_size > 1 ? count(a.world_size) : null],
    ["Sketch", sketch],
    ...Object.entries(a.labels ?? {}),
  ];
  return rows
    .filter(([, value]) => value !== null && value !== undefined && value !== "")
    .map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, String(value))));
}
