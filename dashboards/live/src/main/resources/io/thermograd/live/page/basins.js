// Where the run has been: its way in the two slowest coordinates, coloured by basin, with the passages
// that were seen between basins.

import { el, svg, text } from "./dom.js";
import { count, number, quantity, words } from "./format.js";
import { Frame } from "./frame.js";
import { BASIN, X, Y } from "./series.js";

const HEIGHT = 260;
const MARGIN = 22;
const MOST_POINTS = 800;
const COLOURS = 8;

const colour = (basin) => (basin > 0 ? `basin-${((basin - 1) % COLOURS) + 1}` : "basin-none");

export class BasinMap {
  #path = [];
  #basin = null;
  #why = "";

  constructor(catalogue) {
    this.value = el("span", { class: "value" });
    this.note = el("span", { class: "interval" });
    this.law = el("span", { class: "law" });
    this.frame = new Frame(catalogue.basin_count ?? { unit: "", meaning: "" }, {
      id: "basins",
      title: "Basin map",
      hint: "The run's way in its two slowest coordinates. Colours: basins. Circles: their centres, as large as the share of time spent there. Arrows: passages seen, wider for more. Ringed: now. Law of the occupation: Gibbs' where the noise is the same everywhere, a power law of the loss where it grows with the loss.",
      readout: [this.value, this.note, this.law],
    });
    this.root = this.frame.root;
    this.root.classList.add("wide");
    this.plot = this.frame.plot;
    this.plot.style.height = `${HEIGHT}px`;
    this.frame.show(false, null);
  }

  get id() {
    return "basins";
  }

  /** For tests and the console. */
  describe() {
    return {
      points: this.plot.querySelectorAll(".way circle").length,
      centres: this.plot.querySelectorAll(".centre").length,
      flows: this.plot.querySelectorAll(".flow").length,
      absent: this.#why,
      value: this.value.textContent,
    };
  }

  set(series) {
    const insight = series.latest;
    this.#basin = insight?.basin ?? null;
    this.#path = wayOf(series);
    const drawn = this.#basin !== null && this.#path.length > 1;
    this.#why = insight ? (drawn ? "" : (insight.absent.basin_count ?? "the run sends no sketches of its parameters")) : "waiting";
    this.frame.show(drawn, insight ? this.#why : null);
    const b = this.#basin;
    text(this.value, drawn ? `${count(b.count)} ${b.count === 1 ? "basin" : "basins"}` : "–");
    text(
      this.note,
      drawn
        ? b.count < 2
          ? "no way out of it has been seen"
          : `${b.current > 0 ? `now in basin ${b.current}` : "now between basins"}, ${count(b.transitions)} passages${b.validated ? "" : ", not validated: no claim rests on it"}`
        : "",
    );
    text(this.law, drawn ? lawOf(insight.quantities) : "");
    this.refit();
  }

  refit() {
    const width = this.plot.clientWidth;
    if (this.plot.hidden || width === 0) {
      this.plot.replaceChildren();
      return;
    }
    this.plot.setAttribute("aria-label", `Basin map: ${this.value.textContent}, ${this.note.textContent}`);
    this.plot.replaceChildren(this.#draw(width));
  }

  #draw(width) {
    const b = this.#basin;
    const xs = [...this.#path.map((p) => p.x), ...b.centres.map((c) => c.x)];
    const ys = [...this.#path.map((p) => p.y), ...b.centres.map((c) => c.y)];
    const middle = (v) => (Math.min(...v) + Math.max(...v)) / 2;
    const spread = (v) => Math.max(...v) - Math.min(...v);
    // One scale for both: distances on the map are distances.
    const scale = Math.min((width - 2 * MARGIN) / (spread(xs) || 1), (HEIGHT - 2 * MARGIN) / (spread(ys) || 1));
    const at = (p) => ({ x: width / 2 + scale * (p.x - middle(xs)), y: HEIGHT / 2 - scale * (p.y - middle(ys)) });
    const root = svg("svg", { width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}`, class: "basin-map", "aria-hidden": "true" });
    const way = svg("g", { class: "way" });
    for (const p of this.#path) {
      const place = at(p);
      way.append(svg("circle", { class: colour(p.basin), cx: place.x, cy: place.y, r: 1.7 }));
    }
    root.append(way);
    const centres = b.centres.map(at);
    for (const flow of b.flows) {
      root.append(arrow(centres[flow.from - 1], centres[flow.to - 1], flow));
    }
    centres.forEach((c, i) => root.append(centre(c, i + 1, b)));
    const now = at(b.position);
    root.append(svg("circle", { class: "now", cx: now.x, cy: now.y, r: 6 }));
    return root;
  }
}

/** What the time spent in each basin says of the noise; nothing where it says nothing. */
function lawOf({ occupation_law: law, occupation_temperature: t, occupation_exponent: alpha }) {
  if (!law) {
    return "";
  }
  const fitted = (name, q) => (q ? `, ${name} = ${quantity(q).join(" ").trim()}` : "");
  if (law.low > 0) {
    return `occupied by Gibbs' law${fitted("T", t)}`;
  }
  return law.high < 0 ? `occupied by a power law of the loss${fitted("α", alpha)}` : "law of the occupation undecided";
}

function centre(c, basin, report) {
  const share = report.occupation[basin - 1] ?? 0;
  const group = svg("g", { class: `centre ${colour(basin)}` });
  const title = svg("title", {});
  const dwell = report.mean_dwell_steps[basin - 1];
  title.textContent = `Basin ${basin}: ${number(100 * share)} % of the time${dwell ? `, ${number(dwell)} steps a stay` : ""}`;
  const label = svg("text", { x: c.x, y: c.y + 4, "text-anchor": "middle" });
  label.textContent = `${basin}`;
  group.append(svg("circle", { cx: c.x, cy: c.y, r: 7 + 11 * Math.sqrt(share) }), label, title);
  return group;
}

/** Bent to its right, so that the way back does not lie upon it. */
function arrow(from, to, flow) {
  const dx = to.x - from.x;
  const dy = to.y - from.y;
  const length = Math.hypot(dx, dy) || 1;
  const bend = Math.min(26, 0.2 * length);
  const via = { x: (from.x + to.x) / 2 - (bend * dy) / length, y: (from.y + to.y) / 2 + (bend * dx) / length };
  const angle = Math.atan2(to.y - via.y, to.x - via.x);
  const tip = { x: to.x - 18 * Math.cos(angle), y: to.y - 18 * Math.sin(angle) };
  const wing = (side) => `${tip.x - 7 * Math.cos(angle + side)} ${tip.y - 7 * Math.sin(angle + side)}`;
  const group = svg("g", { class: "flow", "stroke-width": Math.min(4, 1 + Math.log10(flow.count)) });
  const title = svg("title", {});
  title.textContent = `${words(`${flow.from} → ${flow.to}`)}: ${count(flow.count)} times`;
  group.append(svg("path", { d: `M${from.x} ${from.y} Q${via.x} ${via.y} ${tip.x} ${tip.y}` }), svg("path", { d: `M${wing(0.45)} L${tip.x} ${tip.y} L${wing(-0.45)}` }), title);
  return group;
}

/** The latest places, oldest first; thinned evenly. */
function wayOf(series) {
  const [xs, ys, basins] = [X, Y, BASIN].map((name) => series.column(name));
  if (!xs || !ys) {
    return [];
  }
  const known = [];
  for (let i = 0; i < series.length; i++) {
    if (xs[i] !== null && ys[i] !== null) {
      known.push({ x: xs[i], y: ys[i], basin: basins?.[i] ?? 0 });
    }
  }
  const every = Math.ceil(known.length / MOST_POINTS);
  return known.filter((_, i) => (known.length - 1 - i) % every === 0);
}
