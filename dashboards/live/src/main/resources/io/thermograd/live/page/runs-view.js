// The list of runs.

import { get, Stream } from "./api.js";
import { el, replace, text } from "./dom.js";
import { age, count, number, quantity, words } from "./format.js";
import { standing, statusDot } from "./summary.js";

export class RunsView {
  #shell;
  #rows = new Map(); // run id → what the server last said
  #lines = new Map(); // run id → its table row and cells
  #skew = 0;
  #loaded = false;
  #timer = 0;
  #order = "";

  constructor(shell) {
    this.#shell = shell;
    this.filter = el("input", {
      type: "search",
      placeholder: "Filter by name, label, regime, status",
      "aria-label": "Filter runs",
      autocomplete: "off",
      spellcheck: "false",
      oninput: () => this.#draw(),
    });
    this.number = el("span", { class: "badge" });
    this.body = el("tbody");
    const th = (name, cls) => el("th", { scope: "col", class: cls }, name);
    this.table = el(
      "table",
      { class: "runs" },
      el(
        "thead",
        {},
        el("tr", {}, th("Run", "c-run"), th("Regime", "c-regime"), th("Loss", "c-loss num"), th("Noise scale against B", "c-scale num"), th("Rate", "c-rate num"), th("Step", "c-step num"), th("Active", "c-age num")),
      ),
      this.body,
    );
    this.nothing = el("p", { class: "notice", hidden: true });
    this.empty = emptyState();
    this.bar = el("div", { class: "list-head" }, el("h1", {}, "Runs "), this.number, el("span", { class: "grow" }), this.filter);
    this.root = el("div", { class: "list" }, this.bar, this.table, this.nothing, this.empty);
    this.table.hidden = true;
    this.empty.hidden = true;
    document.title = "Runs · Thermograd";
    shell.icon("idle");
    this.stream = new Stream(null, {
      state: (state) => shell.connection(state),
      connected: (status) => {
        shell.history(status.live);
        this.#fill();
      },
      run: (row) => {
        if (row.gone) {
          this.#rows.delete(row.run_id);
        } else {
          this.#rows.set(row.run_id, row);
        }
        this.#later();
      },
    });
    this.clock = setInterval(() => this.#draw(), 5_000);
  }

  close() {
    this.stream.close();
    clearInterval(this.clock);
    cancelAnimationFrame(this.#timer);
  }

  recolor() {}

  describe() {
    return { view: "runs", loaded: this.#loaded, runs: this.#rows.size, shown: this.body.childElementCount };
  }

  async #fill() {
    try {
      const { runs, now, live } = await get("/api/runs");
      this.#skew = now - Date.now() / 1000;
      this.#rows = new Map(runs.map((row) => [row.run_id, row]));
      this.#loaded = true;
      this.#shell.history(live);
      this.#draw();
    } catch {
      // The stream reconnects and asks again.
    }
  }

  #later() {
    cancelAnimationFrame(this.#timer);
    this.#timer = requestAnimationFrame(() => this.#draw());
  }

  /** Live runs first, by name so that they keep their places; then the rest, latest first. */
  #sorted(now) {
    const query = this.filter.value.trim().toLowerCase();
    const rows = [...this.#rows.values()].map((row) => ({ ...row, state: standing(row.status, row.activity, now) }));
    const wanted = rows.filter((row) => query.split(/\s+/).every((word) => haystack(row).includes(word)));
    return wanted.sort((a, b) => {
      const liveA = a.state === "running";
      const liveB = b.state === "running";
      if (liveA !== liveB) {
        return liveA ? -1 : 1;
      }
      return (liveA ? 0 : b.activity - a.activity) || (a.run_id < b.run_id ? -1 : 1);
    });
  }

  #draw() {
    const now = Date.now() / 1000 + this.#skew;
    const rows = this.#sorted(now);
    const none = this.#rows.size === 0;
    this.empty.hidden = !(this.#loaded && none);
    this.bar.hidden = none;
    this.table.hidden = none || rows.length === 0;
    this.nothing.hidden = none || rows.length > 0;
    text(this.nothing, `No run matches “${this.filter.value.trim()}”.`);
    text(this.number, rows.length === this.#rows.size ? count(rows.length) : `${count(rows.length)} of ${count(this.#rows.size)}`);
    const lines = rows.map((row) => this.#line(row, now));
    const order = rows.map((r) => r.run_id).join("\n");
    if (order !== this.#order) {
      this.#order = order;
      // Moving rows takes the focus away from the one a keyboard user is on.
      const focused = this.body.contains(document.activeElement) ? document.activeElement : null;
      this.body.replaceChildren(...lines);
      focused?.focus({ preventScroll: true });
    }
  }

  #line(row, now) {
    let line = this.#lines.get(row.run_id);
    if (!line) {
      line = makeLine(row);
      this.#lines.set(row.run_id, line);
    }
    const q = row.quantities;
    if (line.state !== row.state) {
      line.state = row.state;
      replace(line.dot, statusDot(row.state), el("span", { class: "hidden-text" }, `${words(row.state)}: `));
      line.dot.title = words(row.state);
    }
    const critical = row.alerts.critical;
    const warning = row.alerts.warning;
    line.alerts.hidden = critical + warning === 0;
    line.alerts.dataset.severity = critical ? "critical" : "warning";
    text(line.alerts, `${critical ? "■" : "▲"} ${critical + warning}`);
    line.alerts.title = `${critical} critical, ${warning} warning`;
    text(line.more, more(row));
    line.more.hidden = !line.more.textContent;
    text(line.regime, row.regime ? words(row.regime) : row.step < 0 ? "–" : "Unidentified");
    line.regime.dataset.severity = row.severity ?? "none";
    text(line.loss, q.loss ? quantity(q.loss)[0] : "–");
    text(line.scale, quantity(q.gradient_noise_scale)[0]);
    text(line.batch, q.batch_size ? ` / ${count(q.batch_size.value)}` : "");
    text(line.rate, q.steps_per_second && row.state === "running" ? `${number(q.steps_per_second.value)}/s` : "–");
    text(line.step, row.step < 0 ? "–" : row.budget_steps ? `${count(row.step)} / ${count(row.budget_steps)}` : count(row.step));
    text(line.age, age(now - row.activity));
    return line.tr;
  }
}

function more(row) {
  const labels = Object.entries(row.labels ?? {}).map(([k, v]) => `${k}: ${v}`);
  const attempts = row.attempt_count > 1 ? [`attempt ${row.attempt}`] : [];
  return [...attempts, ...labels].join(" · ");
}

function haystack(row) {
  return [row.run_id, row.state, row.regime ?? "", words(row.regime ?? ""), more(row)].join(" ").toLowerCase();
}

function makeLine(row) {
  const line = { state: null };
  const cell = (cls, label, ...children) => el("td", { class: cls, "data-label": label }, ...children);
  line.dot = el("span", { class: "dot-holder" });
  line.alerts = el("span", { class: "alert-count", hidden: true });
  line.more = el("span", { class: "more" });
  line.regime = el("span", { class: "pill regime" });
  line.loss = el("span");
  line.scale = el("span");
  line.batch = el("span", { class: "muted" });
  line.rate = el("span");
  line.step = el("span");
  line.age = el("span", { class: "muted" });
  const href = `#/run/${encodeURIComponent(row.run_id)}`;
  line.tr = el(
    "tr",
    {},
    cell(
      "c-run",
      null,
      line.dot,
      el("span", { class: "run-name" }, el("a", { href, title: row.run_id }, el("bdi", {}, row.run_id)), line.more),
      line.alerts,
    ),
    cell("c-regime", null, line.regime),
    cell("c-loss num", "loss", line.loss),
    cell("c-scale num", "scale / B", line.scale, line.batch),
    cell("c-rate num", "rate", line.rate),
    cell("c-step num", "step", line.step),
    cell("c-age num", null, line.age),
  );
  return line;
}

function emptyState() {
  return el(
    "section",
    { class: "empty" },
    el("h1", {}, "No runs yet"),
    el("p", {}, "This page fills by itself as soon as a training run reports its first step."),
    el("h2", {}, "See one now"),
    el("p", {}, "A small network on real handwritten digits, whose learning rate is raised too far on purpose:"),
    el("pre", {}, el("code", {}, "./thermograd demo")),
    el("h2", {}, "Attach your own"),
    el("p", {}, "Give your trainer the broker’s address and report each optimizer step. In Java:"),
    el(
      "pre",
      {},
      el(
        "code",
        {},
        'var reporter = RunReporter.start(started,\n    new KafkaTransport(Map.of("bootstrap.servers", broker)),\n    ReporterOptions.defaults());\n// of every step; never blocks, never throws\nreporter.report(step);',
      ),
    ),
    el("p", {}, "Any other language: the event format is one JSON object a line. The README’s section “Attach your own run” has both, and PyTorch."),
  );
}
