// Chooses the view by the address: #/ is the list, #/run/ID one run.

import { get } from "./api.js";
import { el, recall, remember, text } from "./dom.js";
import { RunView } from "./run-view.js";
import { RunsView } from "./runs-view.js";

const main = document.getElementById("main");
const badge = document.getElementById("connection");
const themeButton = document.getElementById("theme");
const favicon = document.getElementById("favicon");
const state = { connection: "connecting", live: true };
const THEMES = { auto: "light", light: "dark", dark: "auto" };

let view = null;

const shell = {
  catalogue: {},
  connection(now) {
    state.connection = now;
    drawBadge();
  },
  history(live) {
    state.live = live;
    drawBadge();
  },
  icon(severity) {
    const href = `/icons/${severity}.svg`;
    if (favicon.getAttribute("href") !== href) {
      favicon.setAttribute("href", href);
    }
  },
};

function drawBadge() {
  const reconnecting = state.connection === "reconnecting";
  badge.dataset.state = reconnecting ? "reconnecting" : state.live ? "live" : "loading";
  badge.hidden = state.connection === "connecting";
  text(badge, reconnecting ? "reconnecting…" : state.live ? "live" : "loading history…");
}

function route() {
  const match = /^#\/run\/([^/]+)$/.exec(location.hash);
  let runId = null;
  try {
    runId = match ? decodeURIComponent(match[1]) : null;
  } catch {
    // A mangled address: the list is the best answer.
  }
  view?.close();
  view = runId === null ? new RunsView(shell) : new RunView(runId, shell);
  main.replaceChildren(view.root);
  scrollTo(0, 0);
}

function theme() {
  const chosen = recall("theme") ?? "auto";
  if (chosen === "auto") {
    delete document.documentElement.dataset.theme;
  } else {
    document.documentElement.dataset.theme = chosen;
  }
  text(themeButton, { auto: "Theme: auto", light: "Theme: light", dark: "Theme: dark" }[chosen]);
  view?.recolor();
}

themeButton.addEventListener("click", () => {
  const next = THEMES[recall("theme") ?? "auto"];
  remember("theme", next === "auto" ? null : next);
  theme();
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => theme());
addEventListener("hashchange", route);

/**
 * For tests and the console; README.md of this module describes it.
 * state(): connection and view. panels(): what each chart holds, read from uPlot.
 */
window.thermograd = Object.freeze({
  state: () => ({ ...state, ...(view?.describe() ?? {}) }),
  panels: () => Object.fromEntries((view?.panels ?? []).map((p) => [p.id, p.describe()])),
});

async function start() {
  theme();
  while (!Object.keys(shell.catalogue).length) {
    try {
      shell.catalogue = await get("/api/quantities");
    } catch (error) {
      main.replaceChildren(el("p", { class: "notice" }, `The server does not answer (${error.message}). Trying again…`));
      await new Promise((resolve) => setTimeout(resolve, 2_000));
    }
  }
  route();
}

start();
