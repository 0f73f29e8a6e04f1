// One run: header, verdict, charts, alerts; kept up to date by its event stream.

import { get, runPath, Stream } from "./api.js";
import { Alerts } from "./alerts.js";
import { Averages } from "./averages.js";
import { BasinMap } from "./basins.js";
import { el, replace, text } from "./dom.js";
import { Forecasts } from "./forecasts.js";
import { count, number, words } from "./format.js";
import { Group } from "./group.js";
import { Panel } from "./panel.js";
import { SECTIONS } from "./panels.js";
import { Ranks } from "./ranks.js";
import { Series } from "./series.js";
import { Progress, settings, standing, statusDot, VerdictCard } from "./summary.js";

const DRAW_EVERY_MS = 200;
const RETRY_MS = 2_000;
/** Beyond this the server's thinned history replaces what gathered in an open tab. */
const MOST_POINTS = 12_000;
/** What draws something else than a quantity. */
const VIEWS = { averages: Averages, basins: BasinMap, forecasts: Forecasts };

export class RunView {
  #runId;
  #shell;
  #attempts = [];
  #series = new Map();
  #alerts = [];
  #chosen = null; // attempt picked by hand; null follows the newest
  #skew = 0;
  #loaded = false;
  #missing = false;
  #filling = false;
  #again = false;
  #closed = false;
  #drawTimer = 0;
  #lastDraw = 0;
  #retry = 0;

  constructor(runId, shell) {
    this.#runId = runId;
    this.#shell = shell;
    this.group = new Group((window) => this.#zoomed(window));
    this.panels = [];
    this.ranks = [];
    this.views = [];
    const sections = SECTIONS.map((section) => this.#section(section));
    this.group.panels = this.panels;
    this.progress = new Progress();
    this.verdict = new VerdictCard();
    this.alerts = new Alerts(this.group);
    this.status = el("span", { class: "status" });
    this.attemptBar = el("div", { class: "segmented", role: "group", "aria-label": "Attempt", hidden: true });
    this.reset = el("button", { type: "button", class: "chip reset", hidden: true, onclick: () => this.group.zoom(null) }, "Show all steps");
    this.settingsList = el("dl", { class: "settings" });
    this.notice = el("p", { class: "notice", hidden: true });
    this.root = el(
      "div",
      { class: "run" },
      el("nav", { class: "crumbs", "aria-label": "Breadcrumb" }, el("a", { href: "#/" }, "Runs")),
      el("div", { class: "run-head" }, el("h1", {}, el("bdi", {}, runId)), this.status, this.attemptBar),
      this.progress.root,
      this.notice,
      this.verdict.root,
      el(
        "div",
        { class: "columns" },
        el(
          "div",
          { class: "charts-area" },
          el("div", { class: "charts-bar" }, el("span", { class: "tip" }, "Charts over steps: drag to zoom, arrow keys to read"), el("span", { class: "grow" }), this.reset),
          ...sections,
        ),
        el(
          "aside",
          {},
          this.alerts.root,
          el("section", { class: "side", "aria-label": "Settings" }, el("h2", {}, "Settings"), this.settingsList),
        ),
      ),
    );
    this.stream = new Stream(runId, {
      state: (state) => shell.connection(state),
      connected: (status) => {
        this.#skew = status.now - Date.now() / 1000;
        shell.history(status.live);
        this.#fill();
      },
      insight: (insight) => this.#insight(insight),
      alert: (alert) => this.#alert(alert),
      run: (row) => (row.gone ? null : this.#fill()),
    });
    this.sizes = new ResizeObserver(() => [...this.panels, ...this.ranks, ...this.views].forEach((p) => p.refit()));
    this.sizes.observe(this.root);
    this.clock = setInterval(() => this.#head(), 1_000);
  }

  #section({ title, panels = [], ranks = [], views = [] }) {
    const charts = panels.map((p) => new Panel(p, this.group, this.#shell.catalogue));
    const latest = ranks.map((r) => new Ranks(r, this.#shell.catalogue));
    const others = views.map((name) => new VIEWS[name](this.#shell.catalogue));
    this.panels.push(...charts);
    this.ranks.push(...latest);
    this.views.push(...others);
    return el(
      "section",
      { class: "chart-section", "aria-label": title },
      el("h2", {}, title),
      el("div", { class: "charts" }, ...[...others, ...charts, ...latest].map((p) => p.root)),
    );
  }

  close() {
    this.#closed = true;
    this.stream.close();
    this.sizes.disconnect();
    clearInterval(this.clock);
    clearTimeout(this.#drawTimer);
    clearTimeout(this.#retry);
    this.panels.forEach((p) => p.destroy());
  }

  recolor() {
    this.panels.forEach((p) => p.rebuild());
  }

  describe() {
    return {
      view: "run",
      run: this.#runId,
      attempt: this.#number(),
      attempts: this.#attempts.map((a) => a.attempt),
      loaded: this.#loaded,
      insights: this.#selected().length,
      lastStep: this.#selected().lastStep,
      alerts: this.#alerts.length,
      ranks: Object.fromEntries(this.ranks.map((r) => [r.id, r.describe()])),
      views: Object.fromEntries(this.views.map((v) => [v.id, v.describe()])),
    };
  }

  /** Reads what is missing: everything at first, later what came after the last step known. */
  async #fill() {
    if (this.#filling) {
      this.#again = true;
      return;
    }
    this.#filling = true;
    clearTimeout(this.#retry);
    try {
      do {
        this.#again = false;
        await this.#fillOnce();
      } while (this.#again && !this.#closed);
      this.#missing = false;
      this.#loaded = true;
      this.#shell.history(true);
    } catch (error) {
      this.#missing = error.status === 404;
      this.#retry = setTimeout(() => this.#fill(), RETRY_MS);
    } finally {
      this.#filling = false;
      this.#draw();
    }
  }

  async #fillOnce() {
    const run = await get(runPath(this.#runId));
    this.#skew = run.now - Date.now() / 1000;
    this.#attempts = run.attempts;
    await Promise.all(
      run.attempts.map(async ({ attempt }) => {
        const known = this.#series.get(attempt);
        const fresh = !known || known.length > MOST_POINTS;
        const since = fresh ? -1 : known.lastStep;
        const answer = await get(runPath(this.#runId, `/insights?attempt=${attempt}&since=${since}&format=columns`));
        const series = fresh ? new Series() : known;
        series.merge(answer);
        if (fresh && known?.latest && known.lastStep > series.lastStep) {
          series.add(known.latest);
        }
        this.#series.set(attempt, series);
      }),
    );
    this.#alerts = await get(runPath(this.#runId, "/alerts"));
  }

  #insight(insight) {
    if (!this.#series.has(insight.attempt)) {
      this.#fill();
      return;
    }
    const series = this.#series.get(insight.attempt);
    series.add(insight);
    const attempt = this.#attempts.find((a) => a.attempt === insight.attempt);
    if (attempt) {
      attempt.step = Math.max(attempt.step, insight.step);
    }
    if (series.length > MOST_POINTS) {
      this.#fill();
    }
    this.#draw();
  }

  #alert(alert) {
    const same = (a) => a.attempt === alert.attempt && a.step === alert.step && a.kind === alert.kind;
    this.#alerts = [...this.#alerts.filter((a) => !same(a)), alert].sort((a, b) => a.attempt - b.attempt || a.step - b.step);
    this.#draw();
  }

  #number() {
    return this.#chosen ?? this.#attempts[this.#attempts.length - 1]?.attempt ?? 0;
  }

  #selected() {
    return this.#series.get(this.#number()) ?? new Series();
  }

  /** At most a few times a second and only when the browser paints anyway. */
  #draw() {
    if (this.#drawTimer || this.#closed) {
      return;
    }
    const wait = Math.max(0, this.#lastDraw + DRAW_EVERY_MS - performance.now());
    this.#drawTimer = setTimeout(
      () =>
        requestAnimationFrame(() => {
          this.#drawTimer = 0;
          this.#lastDraw = performance.now();
          if (!this.#closed) {
            this.#drawNow();
          }
        }),
      wait,
    );
  }

  #drawNow() {
    const number = this.#number();
    const selected = this.#selected();
    const others = this.#attempts.filter((a) => a.attempt !== number).map((a) => this.#series.get(a.attempt) ?? new Series());
    const alerts = this.#alerts.filter((a) => a.attempt === number);
    this.group.set(selected, others, alerts);
    this.alerts.set(alerts);
    this.verdict.set(selected.latest);
    this.ranks.forEach((r) => r.set(selected.latest));
    this.views.forEach((v) => v.set(selected));
    this.#attemptButtons();
    replace(this.settingsList, ...settings(this.#attempts.find((a) => a.attempt === number), selected.latest));
    if (!this.settingsList.childElementCount) {
      replace(this.settingsList, el("div", { class: "quiet-line" }, "The trainer has said nothing about itself yet."));
    }
    this.#head();
  }

  #head() {
    const now = Date.now() / 1000 + this.#skew;
    const attempt = this.#attempts.find((a) => a.attempt === this.#number());
    const latest = this.#selected().latest;
    const activity = latest?.time ?? attempt?.started_at ?? now;
    const state = standing(attempt?.status ?? "unknown", activity, now);
    const key = `${state}`;
    if (this.status.dataset.state !== key) {
      this.status.dataset.state = key;
      replace(this.status, statusDot(state), words(state));
    }
    this.progress.set(attempt, latest, state, now);
    this.notice.hidden = !this.#missing || this.#selected().length > 0;
    text(this.notice, "No run of this name is known yet. This page shows it as soon as it is.");
    const loss = latest?.quantities.loss?.value;
    document.title = `${loss === undefined || loss === null ? "" : `${number(loss)} · `}${this.#runId} · Thermograd`;
    this.#shell.icon(latest?.verdict?.severity ?? "idle");
  }

  #attemptButtons() {
    this.attemptBar.hidden = this.#attempts.length < 2;
    const key = JSON.stringify([this.#attempts.map((a) => a.attempt), this.#number()]);
    if (this.attemptBar.dataset.key === key) {
      return;
    }
    this.attemptBar.dataset.key = key;
    const buttons = this.#attempts.map(({ attempt }) =>
      el(
        "button",
        { type: "button", "aria-pressed": String(attempt === this.#number()), onclick: () => this.#choose(attempt) },
        `Attempt ${count(attempt)}`,
      ),
    );
    replace(this.attemptBar, ...buttons);
  }

  #choose(attempt) {
    const newest = this.#attempts[this.#attempts.length - 1].attempt;
    this.#chosen = attempt === newest ? null : attempt;
    this.#drawNow();
    this.attemptBar.querySelector("[aria-pressed=true]")?.focus();
  }

  #zoomed(window) {
    this.reset.hidden = window === null;
    if (window) {
      text(this.reset, `Steps ${count(window[0])}–${count(window[1])} · show all`);
    }
  }
}
