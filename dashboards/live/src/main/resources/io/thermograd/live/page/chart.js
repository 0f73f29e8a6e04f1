// One uPlot chart of one quantity over steps, for one or several attempts.

import uPlot from "./vendor/uPlot.esm.js";
import { exact, linearTicks, logTick, number, count } from "./format.js";
import { logSplits, rangeOf } from "./ranges.js";
import { drawAlerts, drawBounds, drawReferenceName, drawWhiskers } from "./marks.js";

// The same on every chart, so that steps stand below each other.
export const AXIS_WIDTH = 58;
export const RIGHT_PAD = 10;

export function colors() {
  const style = getComputedStyle(document.documentElement);
  const read = (name) => style.getPropertyValue(`--${name}`).trim();
  return {
    line: read("chart-line"),
    dot: read("chart-dot"),
    band: read("chart-band"),
    reference: read("chart-reference"),
    dimmed: read("chart-dimmed"),
    grid: read("chart-grid"),
    axis: read("text-muted"),
    surface: read("surface"),
    info: read("info"),
    warning: read("warning"),
    critical: read("critical"),
    ok: read("ok"),
  };
}

/**
 * Columns in the order they are painted: x, band high, band low, one per other attempt, dots, main,
 * reference. All are as long as x. The last three are counted from the end, for data.at().
 */
export const HIGH = 1;
export const LOW = 2;
export const DOTS = -3;
export const MAIN = -2;
const REFERENCE = -1;

/** The columns of the other attempts. */
export function othersOf(data) {
  return data.slice(LOW + 1, DOTS);
}

/** Puts attempts' columns on one axis of steps. `undefined` where an attempt has no such step. */
export function align(panel, selected, others) {
  const column = (series, name, part) => (name && series.column(name, part)) || new Array(series.length).fill(null);
  const high = column(selected, panel.quantity, "high");
  // A band needs both ends: a lower bound alone is drawn as a mark.
  const low = column(selected, panel.quantity, "low").map((x, i) => (high[i] === null ? null : x));
  const own = [
    selected.step,
    high,
    low,
    column(selected, panel.dots, "value"),
    column(selected, panel.quantity, "value"),
    panel.level === undefined ? column(selected, panel.reference, "value") : new Array(selected.length).fill(panel.level),
  ];
  const filled = others.filter((s) => s.length > 0);
  const joined = filled.length
    ? uPlot.join([own, ...filled.map((s) => [s.step, column(s, panel.quantity, "value")])])
    : own;
  return [...joined.slice(0, LOW + 1), ...joined.slice(own.length), ...joined.slice(LOW + 1, own.length)];
}

export class Chart {
  #u;
  #state;

  /**
   * @param host element to fill
   * @param panel a panel of SECTIONS
   * @param group what the charts of one view share: window, extent, alerts, highlighted, zoom(), move()
   * @param log whether the value axis is logarithmic
   */
  constructor(host, panel, group, log, height, onRange) {
    this.log = log;
    this.otherCount = 0;
    this.#state = { panel, group, host, height, onRange, bounds: [], everything: false };
  }

  get u() {
    return this.#u;
  }

  set everything(yes) {
    this.#state.everything = yes;
  }

  /** Draws; rebuilds only when the number of attempts changed. */
  set(data, bounds) {
    this.#state.bounds = bounds;
    const others = othersOf(data).length;
    if (!this.#u || others !== this.otherCount) {
      this.destroy();
      this.otherCount = others;
      this.#u = new uPlot(this.#options(others), data, this.#state.host);
    } else {
      this.#u.setData(data, true);
    }
  }

  resize() {
    const width = this.#state.host.clientWidth;
    if (this.#u && width > 0 && width !== this.#u.width) {
      this.#u.setSize({ width, height: this.#state.height });
    }
  }

  redraw() {
    this.#u?.redraw(false, false);
  }

  destroy() {
    this.#u?.destroy();
    this.#u = undefined;
  }

  #options(others) {
    const { panel, group, host, height } = this.#state;
    const c = colors();
    const log = this.log;
    const hidden = { show: true, stroke: "transparent", width: 0, points: { show: false } };
    const gaps = { spanGaps: false };
    const path = panel.stepped ? { paths: uPlot.paths.stepped({ align: 1 }) } : {};
    const few = (u, si) => {
      // A line needs two points: single ones between gaps, and very short histories, are dots.
      const [from, to] = u.series[0].idxs;
      return to - from < 25 && si === u.series.length + MAIN;
    };
    return {
      width: Math.max(120, host.clientWidth),
      height,
      padding: [10, RIGHT_PAD, 0, 0],
      legend: { show: false },
      cursor: {
        y: false,
        drag: { x: true, y: false, setScale: false, dist: 6 },
        sync: { key: group.key, setSeries: false },
        points: {
          show: (u, si) => si === u.series.length + MAIN,
          size: 7,
          width: 2,
          stroke: c.line,
          fill: c.surface,
        },
        dataIdx: (u, si, at) => nearest(u.data[si], at),
      },
      scales: {
        x: { time: false, range: () => group.shown() },
        y: { distr: log ? 3 : 1, range: (u) => this.#range(u, log) },
      },
      axes: [
        {
          stroke: c.axis,
          grid: { show: false },
          ticks: { stroke: c.grid, size: 4, width: 1 },
          font: axisFont(),
          size: 26,
          gap: 3,
          space: 70,
          incrs: wholeIncrements(),
          values: (u, splits) => splits.map((x) => stepTick(x)),
        },
        {
          stroke: c.axis,
          grid: { stroke: c.grid, width: 1 },
          ticks: { show: false },
          font: axisFont(),
          size: AXIS_WIDTH,
          gap: 6,
          space: 30,
          ...(log
            ? {
                splits: (u, i, min, max) => logSplits(min, max, Math.max(2, Math.floor(u.bbox.height / devicePixelRatio / 26))),
                filter: (u, splits) => splits,
                values: (u, splits) => logLabels(splits),
              }
            : { values: (u, splits) => linearTicks(splits) }),
        },
      ],
      series: [
        {},
        { ...hidden, ...gaps, ...path },
        { ...hidden, ...gaps, ...path },
        ...Array.from({ length: others }, () => ({ stroke: c.dimmed, width: 1.25, ...path, points: { show: false } })),
        {
          stroke: c.dot,
          width: 0,
          paths: () => null,
          points: { show: Boolean(panel.dots), size: 3.5, fill: c.dot, stroke: c.dot, width: 0, space: 0 },
        },
        { stroke: c.line, width: 1.75, ...path, points: { show: few, size: 5, fill: c.line, width: 0 } },
        { stroke: c.reference, width: 1.5, dash: [6, 4], paths: uPlot.paths.stepped({ align: 1 }), points: { show: false } },
      ],
      bands: [{ series: [HIGH, LOW], fill: c.band }],
      hooks: {
        draw: [(u) => this.#marks(u, c)],
        setSelect: [
          (u) => {
            if (u.select.width > 4) {
              group.zoom(u.posToVal(u.select.left, "x"), u.posToVal(u.select.left + u.select.width, "x"));
            }
            u.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
          },
        ],
        setCursor: [(u) => group.move(u)],
        ready: [
          (u) => {
            u.over.addEventListener("dblclick", () => group.zoom(null));
          },
        ],
      },
    };
  }

  #range(u, log) {
    const [from, to] = u.series[0].idxs;
    const d = u.data;
    const range = rangeOf(
      {
        main: [d.at(MAIN), ...othersOf(d)],
        dots: [d.at(DOTS)],
        bands: [d[HIGH], d[LOW]],
        references: [d.at(REFERENCE), this.#state.panel.bounds ? this.#state.bounds.map((b) => b?.low ?? b?.high ?? null) : []],
      },
      from,
      to,
      log,
      this.#state.everything,
    );
    if (this.#state.panel.stepped && !log) {
      range.min = Math.min(0, range.min);
    }
    this.#state.onRange(range);
    return [range.min, range.max];
  }

  #marks(u, c) {
    const { panel, group, bounds } = this.#state;
    const main = u.data.at(MAIN);
    drawWhiskers(u, main, u.data[HIGH], u.data[LOW], c.line);
    if (panel.bounds) {
      drawBounds(u, u.data[0], bounds, this.log, c.line);
    }
    if (panel.referenceName) {
      const values = u.data.at(REFERENCE);
      const name = (x) => (panel.level === undefined ? `${panel.referenceName} = ${exact(x)}` : panel.referenceName);
      drawReferenceName(u, values, main, name, c.reference, c.surface);
    }
    // What opened or grew worse; its end is in the list beside the charts.
    drawAlerts(u, group.alerts.filter((a) => a.state !== "closed"), c, group.highlighted);
  }
}

function axisFont() {
  return `11px ${getComputedStyle(document.body).fontFamily}`;
}

function stepTick(x) {
  return x === null ? null : x >= 1e5 ? number(x) : count(x);
}

function wholeIncrements() {
  const increments = [];
  for (let e = 0; e < 15; e++) {
    increments.push(10 ** e, 2 * 10 ** e, 5 * 10 ** e);
  }
  return increments;
}

/** All ticks get a grid line; where there are many, only those that begin with 1, 2 or 5 a label. */
function logLabels(splits) {
  const crowded = splits.length > 6;
  return splits.map((x) => {
    const mantissa = Math.round(x / 10 ** Math.floor(Math.log10(x) + 1e-9));
    return crowded && ![1, 2, 5].includes(mantissa) ? "" : logTick(x);
  });
}

/** The nearest index that holds a number, so that the cursor reads one between alignment gaps. */
export function nearest(column, at) {
  const known = (i) => column[i] !== null && column[i] !== undefined;
  for (let d = 0; d <= 50; d++) {
    if (at - d >= 0 && known(at - d)) {
      return at - d;
    }
    if (at + d < column.length && known(at + d)) {
      return at + d;
    }
  }
  return at;
}
