// What the charts of one run share: the window of steps, the cursor, the alerts.

import { nearest, MAIN } from "./chart.js";

export class Group {
  key = "run";
  alerts = [];
  highlighted = null;
  panels = [];
  #window = null;
  #extent = [0, 1];
  #others = [];
  #onZoom;

  constructor(onZoom) {
    this.#onZoom = onZoom;
  }

  set(selected, others, alerts) {
    this.#others = others;
    this.alerts = alerts;
    const ends = [selected, ...others].filter((s) => s.length > 0);
    const first = Math.min(...ends.map((s) => s.step[0]));
    const last = Math.max(...ends.map((s) => s.lastStep));
    this.#extent = ends.length === 0 ? [0, 1] : first === last ? [first - 1, last + 1] : [first, last];
    for (const panel of this.panels) {
      panel.set(selected, others);
    }
  }

  others() {
    return this.#others;
  }

  /** The steps that are shown. */
  shown() {
    return this.#window ?? this.#extent;
  }

  get zoomed() {
    return this.#window !== null;
  }

  zoom(from, to) {
    this.#window = from === null ? null : [from, to];
    this.#onZoom(this.#window);
    for (const panel of this.panels) {
      panel.rewindow();
    }
  }

  /** A chart's cursor moved (by the pointer, or in step with another chart's). */
  move(u) {
    const panel = this.panels.find((p) => p.u === u);
    if (panel) {
      const inside = u.cursor.left >= 0 && u.cursor.idx !== null && u.cursor.idx !== undefined;
      panel.readout(inside ? nearest(u.data.at(MAIN), u.cursor.idx) : null);
    }
  }

  /** Moves every cursor by some points of the given chart; null takes it away. */
  step(by, u) {
    if (!u) {
      return;
    }
    if (by === null) {
      for (const panel of this.panels) {
        panel.u?.setCursor({ left: -10, top: -10 }, true, false);
      }
      return;
    }
    const [from, to] = u.series[0].idxs;
    const now = u.cursor.left >= 0 ? u.cursor.idx : by < 0 ? to + 1 : from - 1;
    const index = Math.min(to, Math.max(from, now + by));
    this.point(u.data[0][index]);
  }

  point(step) {
    for (const { u } of this.panels) {
      u?.setCursor({ left: u.valToPos(step, "x"), top: u.over.clientHeight / 2 }, true, false);
    }
  }

  highlight(alert) {
    this.highlighted = alert;
    for (const panel of this.panels) {
      panel.redraw();
    }
  }
}
