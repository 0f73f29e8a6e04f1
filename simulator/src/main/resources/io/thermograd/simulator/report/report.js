// Follows uPlot's own text in one module. uPlot gives scales, axes and zooming; the series are drawn here,
// because each has points and intervals of its own.

const DASHES = [[], [7, 4], [2, 3], [9, 3, 2, 3]];
const MARKERS = ["circle", "square", "triangle", "diamond", "down", "cross"];
const SUPERSCRIPTS = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };

function number(x, digits = 4) {
  if (x === 0 || !Number.isFinite(x)) return String(x);
  const size = Math.abs(x);
  if (size >= 1e-3 && size < 1e6) return String(Number(x.toPrecision(digits)));
  const exponent = Math.floor(Math.log10(size) + 1e-12);
  const mantissa = Number((x / 10 ** exponent).toPrecision(digits));
  const power = "10" + [...String(exponent)].map((c) => SUPERSCRIPTS[c]).join("");
  return mantissa === 1 ? power : `${mantissa}·${power}`;
}

/** JSON's null and "Infinity" as numbers again. */
function numeric(values) {
  return values.map((x) => (x === null ? NaN : Number(x)));
}

function prepare(plot) {
  const count = { line: 0, points: 0 };
  return plot.series.map((s) => {
    const order = count[s.style]++; // the n-th curve and the n-th points share a colour
    const points = s.x.map((_, i) => i);
    const [x, y, low, high] = [s.x, s.y, s.low, s.high].map(numeric);
    if (s.style === "line") points.sort((i, j) => x[i] - x[j]);
    return { name: s.name, style: s.style, order, points, x, y, low, high };
  });
}

/** What both axes show: all points with their intervals, and of curves what is not far from them. */
function extent(series, axis, logarithmic) {
  const to = logarithmic ? Math.log10 : (v) => v;
  const from = logarithmic ? (v) => 10 ** v : (v) => v;
  const span = (list) => {
    const finite = list.map(to).filter(Number.isFinite);
    return finite.length ? [finite.reduce((a, b) => Math.min(a, b)), finite.reduce((a, b) => Math.max(a, b))] : null;
  };
  const of = (style, keys) => span(series.filter((s) => s.style === style).flatMap((s) => keys.flatMap((k) => s[k])));
  const values = of("points", [axis]);
  const points = axis === "y" ? of("points", ["y", "low", "high"]) : values;
  const lines = of("line", [axis]);
  let [min, max] = points ?? lines ?? [0, 1];
  if (values && axis === "y") {
    // an interval much longer than everything else is cut off
    const reach = Math.max(2 * (values[1] - values[0]), logarithmic ? 1 : Math.abs(values[1]));
    min = Math.max(min, values[0] - reach);
    max = Math.min(max, values[1] + reach);
  }
  if (points && lines) {
    const reach = axis === "x" ? Infinity : Math.max(max - min, logarithmic ? 0.3 : 0.2 * Math.abs(max));
    min = Math.min(min, Math.max(lines[0], min - reach));
    max = Math.max(max, Math.min(lines[1], max + reach));
  }
  if (min === max) {
    const reach = logarithmic ? 0.3 : Math.abs(min) / 2 || 1;
    min -= reach;
    max += reach;
  }
  const pad = 0.045 * (max - min);
  return [from(min - pad), from(max + pad)];
}

function logSplits(min, max) {
  const splits = [];
  for (let e = Math.floor(Math.log10(min)); e <= Math.ceil(Math.log10(max)); e++) {
    for (let m = 1; m < 10; m++) {
      const v = Number(`${m}e${e}`);
      if (v >= min && v <= max) splits.push(v);
    }
  }
  return splits.length > 2 ? splits : evenSplits(min, max);
}

/** Round numbers where a logarithmic axis spans a fraction of a decade. */
function evenSplits(min, max) {
  const power = 10 ** Math.floor(Math.log10((max - min) / 4));
  const step = power * [1, 2, 5, 10].find((m) => (max - min) / (m * power) <= 6);
  const splits = [];
  for (let k = Math.ceil(min / step); k * step <= max; k++) splits.push(Number((k * step).toPrecision(6)));
  return splits;
}

/** Round numbers first: each is labelled where there is room beside the labels placed before. */
function logLabels(u, splits, scale) {
  const mantissa = (v) => Number((v / 10 ** Math.floor(Math.log10(v) + 1e-9)).toPrecision(6));
  const ranks = [[1], [5], [2], [3, 7], [4, 6, 8, 9]];
  const rank = (v) => {
    const r = ranks.findIndex((wanted) => wanted.includes(mantissa(v)));
    return r < 0 ? ranks.length : r;
  };
  const room = scale === "x" ? 46 : 20;
  const placed = [];
  const labels = splits.map(() => "");
  for (let r = 0; r <= ranks.length; r++) {
    splits.forEach((v, i) => {
      const at = u.valToPos(v, scale);
      if (rank(v) === r && placed.every((p) => Math.abs(p - at) >= room)) {
        labels[i] = number(v, 4);
        placed.push(at);
      }
    });
  }
  return labels;
}

function linearLabels(splits, increment) {
  const largest = splits.reduce((a, b) => Math.max(a, Math.abs(b)), 0);
  if (largest >= 1e6 || largest < 1e-3) return splits.map((v) => number(Math.abs(v) < increment / 2 ? 0 : v, 3));
  const decimals = Math.max(0, -Math.floor(Math.log10(increment) + 1e-9));
  const whole = splits.every((v) => Math.abs(v * 10 ** decimals - Math.round(v * 10 ** decimals)) < 1e-6);
  return splits.map((v) => v.toFixed(whole ? decimals : decimals + 1));
}

function axis(scale, spec, colours) {
  const common = {
    scale, label: spec.label, labelSize: 22, labelGap: scale === "x" ? 2 : 4, stroke: colours.axis,
    font: "12px system-ui, 'Noto Sans', 'DejaVu Sans', sans-serif", labelFont: "12.5px system-ui, 'Noto Sans', 'DejaVu Sans', sans-serif",
    grid: { stroke: colours.grid, width: 1 }, ticks: { stroke: colours.axis, width: 1, size: 4 }, border: { show: true, stroke: colours.axis, width: 1 },
    size: scale === "x" ? 28 : 56, gap: 4,
  };
  return spec.logarithmic
    ? {
        ...common,
        splits: (u, i, min, max) => logSplits(min, max),
        filter: (u, splits) => splits,
        values: (u, splits) => logLabels(u, splits, scale),
      }
    : { ...common, space: scale === "x" ? 64 : 36, values: (u, splits, i, space, increment) => linearLabels(splits, increment) };
}

function marker(kind, x, y, r) {
  const p = new Path2D();
  if (kind === "circle") p.arc(x, y, r, 0, 2 * Math.PI);
  else if (kind === "square") p.rect(x - 0.9 * r, y - 0.9 * r, 1.8 * r, 1.8 * r);
  else if (kind === "cross") {
    p.moveTo(x - r, y - r); p.lineTo(x + r, y + r); p.moveTo(x - r, y + r); p.lineTo(x + r, y - r);
  } else {
    const corners = { triangle: [[0, -1.2], [1.1, 0.8], [-1.1, 0.8]], down: [[0, 1.2], [1.1, -0.8], [-1.1, -0.8]], diamond: [[0, -1.3], [1.15, 0], [0, 1.3], [-1.15, 0]] }[kind];
    corners.forEach(([a, b], i) => (i ? p.lineTo(x + a * r, y + b * r) : p.moveTo(x + a * r, y + b * r)));
    p.closePath();
  }
  return p;
}

const kindOf = (s) => MARKERS[s.order % MARKERS.length];
const dashOf = (s) => DASHES[s.order % DASHES.length];
const colourOf = (s, colours) => colours.series[s.order % colours.series.length];

function drawSeries(u, s, colours) {
  const { ctx, bbox } = u;
  const ratio = devicePixelRatio;
  const px = (v) => u.valToPos(v, "x", true);
  const edge = (v, end) => (Number.isFinite(v) && (v > 0 || u.scales.y.distr !== 3) ? u.valToPos(v, "y", true) : end);
  const py = (v) => u.valToPos(v, "y", true);
  const colour = colourOf(s, colours);
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.strokeStyle = colour;
  ctx.lineWidth = 1.75 * ratio;
  if (s.style === "line") {
    ctx.setLineDash(dashOf(s).map((d) => d * ratio));
    ctx.lineJoin = "round";
    ctx.beginPath();
    let open = false;
    for (const i of s.points) {
      const [x, y] = [px(s.x[i]), py(s.y[i])];
      if (!Number.isFinite(x) || !Number.isFinite(y)) open = false;
      else if (open) ctx.lineTo(x, y);
      else { ctx.moveTo(x, y); open = true; }
    }
    ctx.stroke();
  } else {
    const many = s.points.length > 60;
    const r = (many ? 2 : 3.6) * ratio;
    for (const i of s.points) {
      const [x, y] = [px(s.x[i]), py(s.y[i])];
      if (!Number.isFinite(x) || !Number.isFinite(y)) continue;
      if (s.low.length && s.low[i] !== s.high[i]) {
        const [low, high] = [edge(s.low[i], bbox.top + bbox.height), edge(s.high[i], bbox.top)];
        ctx.lineWidth = 1.2 * ratio;
        ctx.beginPath();
        ctx.moveTo(x, low); ctx.lineTo(x, high);
        for (const end of many ? [] : [low, high]) { ctx.moveTo(x - 3 * ratio, end); ctx.lineTo(x + 3 * ratio, end); }
        ctx.stroke();
      }
      const path = marker(kindOf(s), x, y, r);
      if (kindOf(s) === "cross") ctx.stroke(path);
      else { ctx.fillStyle = colour; ctx.fill(path); ctx.lineWidth = 1 * ratio; ctx.strokeStyle = colours.bg; ctx.stroke(path); ctx.strokeStyle = colour; }
    }
  }
  ctx.restore();
}

function legend(list, series, colours) {
  list.replaceChildren(
    ...series.map((s) => {
      const item = document.createElement("li");
      const colour = colourOf(s, colours);
      const swatch =
        s.style === "line"
          ? `<line x1="0" y1="6" x2="26" y2="6" stroke="${colour}" stroke-width="2" stroke-dasharray="${dashOf(s)}"/>`
          : `<path d="${svgMarker(kindOf(s))}" fill="${kindOf(s) === "cross" ? "none" : colour}" stroke="${colour}"/>`;
      item.innerHTML = `<svg viewBox="0 0 26 12" aria-hidden="true">${swatch}</svg>`;
      item.append(s.name);
      return item;
    }),
  );
}

function svgMarker(kind) {
  return {
    circle: "M9 6a4 4 0 1 0 8 0a4 4 0 1 0 -8 0", square: "M9.5 2.5h7v7h-7z", triangle: "M13 1.5l4.2 7.6h-8.4z",
    diamond: "M13 1.2l4.4 4.8l-4.4 4.8l-4.4 -4.8z", down: "M13 10.5l4.2 -7.6h-8.4z", cross: "M9.5 2.5l7 7M9.5 9.5l7 -7",
  }[kind];
}

function nearest(u, series) {
  const { left, top } = u.cursor;
  let best = { distance: 14 };
  for (const s of series) {
    if (s.style !== "points") continue;
    for (const i of s.points) {
      const distance = Math.hypot(u.valToPos(s.x[i], "x") - left, u.valToPos(s.y[i], "y") - top);
      if (distance < best.distance) best = { distance, s, i };
    }
  }
  return best.s ? best : null;
}

function palette() {
  const style = getComputedStyle(document.documentElement);
  const get = (name) => style.getPropertyValue(name).trim();
  return { bg: get("--bg"), grid: get("--grid"), axis: get("--axis"), series: [0, 1, 2, 3, 4, 5].map((i) => get(`--c${i}`)) };
}

function draw(holder, plot) {
  const series = prepare(plot);
  const colours = palette();
  const ranges = { x: extent(series, "x", plot.x.logarithmic), y: extent(series, "y", plot.y.logarithmic) };
  const readout = document.createElement("div");
  readout.className = "readout";
  readout.hidden = true;
  const scale = (name) => ({
    time: false, auto: false, distr: plot[name].logarithmic ? 3 : 1, min: ranges[name][0], max: ranges[name][1],
    range: (u, min, max) => [min ?? ranges[name][0], max ?? ranges[name][1]],
  });
  const reset = (u) => u.batch(() => ["x", "y"].forEach((n) => u.setScale(n, { min: ranges[n][0], max: ranges[n][1] })));
  const options = {
    width: holder.clientWidth, height: holder.clientHeight, padding: [10, 14, 0, 0],
    legend: { show: false },
    scales: { x: scale("x"), y: scale("y") },
    axes: [axis("x", plot.x, colours), axis("y", plot.y, colours)],
    series: [{}, { paths: () => null, points: { show: false } }],
    cursor: { x: false, y: false, points: { show: false }, drag: { x: true, y: true, uni: 20, setScale: true }, bind: { dblclick: (u) => () => reset(u) } },
    hooks: {
      draw: [(u) => [...series].sort((a, b) => (a.style > b.style) - (a.style < b.style)).forEach((s) => drawSeries(u, s, colours))],
      setCursor: [
        (u) => {
          const hit = u.cursor.left >= 0 ? nearest(u, series) : null;
          readout.hidden = !hit;
          if (hit) {
            const { s, i } = hit;
            const interval = s.low.length && s.low[i] !== s.high[i] ? ` [${number(s.low[i])}, ${number(s.high[i])}]` : "";
            readout.textContent = `${s.name}: (${number(s.x[i])}, ${number(s.y[i])}${interval})`;
          }
        },
      ],
    },
  };
  holder.replaceChildren();
  const chart = new uPlot(options, [ranges.x, ranges.y], holder);
  holder.append(readout);
  legend(holder.parentElement.querySelector(".legend"), series, colours);
  return chart;
}

const plots = JSON.parse(document.getElementById("plots").textContent);
const charts = new Map();

function drawAll() {
  for (const holder of document.querySelectorAll(".plot")) {
    charts.get(holder)?.destroy();
    charts.set(holder, draw(holder, plots[holder.dataset.experiment][holder.dataset.plot]));
  }
}

drawAll();
new ResizeObserver(() => {
  for (const [holder, chart] of charts) {
    if (holder.clientWidth !== chart.width) chart.setSize({ width: holder.clientWidth, height: holder.clientHeight });
  }
}).observe(document.body);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
addEventListener("beforeprint", () => { document.documentElement.dataset.print = ""; drawAll(); });
addEventListener("afterprint", () => { delete document.documentElement.dataset.print; drawAll(); });
