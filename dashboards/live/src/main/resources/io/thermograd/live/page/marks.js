// What is painted over a chart's lines.

const FONT_PX = 11;

/**
 * Alerts: a shape on top that tells the severity, and below it a dashed line at the step. What is only for information
 * has no line unless it is pointed at: tens of them would hide the chart.
 */
export function drawAlerts(u, alerts, colors, highlighted) {
  const { ctx } = u;
  const ratio = devicePixelRatio;
  const { left, top, width, height } = u.bbox;
  ctx.save();
  ctx.beginPath();
  ctx.rect(left - 6 * ratio, top - 8 * ratio, width + 12 * ratio, height + 8 * ratio);
  ctx.clip();
  for (const alert of alerts) {
    const x = Math.round(u.valToPos(alert.step, "x", true));
    if (x < left || x > left + width) {
      continue;
    }
    const strong = alert === highlighted;
    ctx.strokeStyle = ctx.fillStyle = colors[alert.severity] ?? colors.info;
    ctx.lineWidth = (strong ? 2.5 : 1.25) * ratio;
    ctx.setLineDash(strong ? [] : [4 * ratio, 3 * ratio]);
    if (strong || alert.severity !== "info") {
      ctx.beginPath();
      ctx.moveTo(x, top);
      ctx.lineTo(x, top + height);
      ctx.stroke();
    }
    const r = (strong ? 6 : alert.severity === "info" ? 3 : 4.5) * ratio;
    ctx.beginPath();
    if (alert.severity === "critical") {
      ctx.rect(x - r * 0.8, top - r, r * 1.6, r * 1.6);
    } else if (alert.severity === "warning") {
      ctx.moveTo(x, top - r);
      ctx.lineTo(x + r, top + r * 0.7);
      ctx.lineTo(x - r, top + r * 0.7);
    } else {
      ctx.arc(x, top, r * 0.8, 0, 2 * Math.PI);
    }
    ctx.fill();
  }
  ctx.restore();
}

/** A point that stands alone shows its interval as a whisker: a band needs two. */
export function drawWhiskers(u, values, highs, lows, color) {
  const { ctx } = u;
  const ratio = devicePixelRatio;
  const [from, to] = u.series[0].idxs;
  const known = (i) => values[i] !== null && values[i] !== undefined;
  // Steps of other attempts stand between this one's as undefined: they are no gaps.
  const next = (i, by) => {
    do {
      i += by;
    } while (i >= 0 && i < values.length && values[i] === undefined);
    return i;
  };
  ctx.save();
  ctx.beginPath();
  ctx.rect(u.bbox.left - 4 * ratio, u.bbox.top, u.bbox.width + 8 * ratio, u.bbox.height);
  ctx.clip();
  ctx.strokeStyle = color;
  ctx.setLineDash([]);
  ctx.globalAlpha = 0.4;
  ctx.lineWidth = 3 * ratio;
  ctx.beginPath();
  for (let i = from; i <= to && to - from < 200; i++) {
    if (known(i) && !known(next(i, -1)) && !known(next(i, 1)) && highs[i] !== null && highs[i] !== undefined) {
      const x = u.valToPos(u.data[0][i], "x", true);
      ctx.moveTo(x, u.valToPos(highs[i], "y", true));
      ctx.lineTo(x, Math.min(u.valToPos(lows[i], "y", true) || Infinity, u.bbox.top + u.bbox.height));
    }
  }
  ctx.stroke();
  ctx.restore();
}

/** Where only one end is known: a bar at the bound and an arrow away from it, up from a lower, down from an upper one. */
export function drawBounds(u, steps, bounds, log, color) {
  const { ctx } = u;
  const ratio = devicePixelRatio;
  const { left, top, width, height } = u.bbox;
  const [from, to] = u.series[0].idxs;
  ctx.save();
  ctx.beginPath();
  ctx.rect(left, top, width, height);
  ctx.clip();
  ctx.strokeStyle = color;
  ctx.setLineDash([]);
  ctx.lineWidth = 1.5 * ratio;
  let last = -Infinity;
  for (let i = from; i <= to; i++) {
    const end = bounds[i]?.low ?? bounds[i]?.high;
    if (end === null || end === undefined || (log && end <= 0)) {
      continue;
    }
    const x = u.valToPos(steps[i], "x", true);
    if (x - last < 12 * ratio) {
      continue;
    }
    last = x;
    const y = u.valToPos(end, "y", true);
    const a = 4 * ratio;
    const away = bounds[i].low === null ? a : -a;
    ctx.beginPath();
    ctx.moveTo(x - a, y);
    ctx.lineTo(x + a, y);
    ctx.moveTo(x, y);
    ctx.lineTo(x, y + 3 * away);
    ctx.moveTo(x - a * 0.75, y + 2.1 * away);
    ctx.lineTo(x, y + 3 * away);
    ctx.lineTo(x + a * 0.75, y + 2.1 * away);
    ctx.stroke();
  }
  ctx.restore();
}

/**
 * Names the dashed reference line where its name lies on no line: at one of its ends if there is room, else farther in. Where
 * there is none the readout above the chart names it alone.
 *
 * @param name of the line, given its value there
 */
export function drawReferenceName(u, values, main, name, color, halo) {
  const line = pixels(u, values);
  if (line.length === 0) {
    return;
  }
  const { ctx } = u;
  const ratio = devicePixelRatio;
  const { left, top, width, height } = u.bbox;
  ctx.save();
  ctx.setLineDash([]);
  ctx.font = `${FONT_PX * ratio}px ${getComputedStyle(document.body).fontFamily}`;
  const others = [line, pixels(u, main)];
  const places = [];
  for (const share of [1, 0, 0.5, 0.25, 0.75]) {
    const at = line[Math.round(share * (line.length - 1))];
    const label = name(at.value);
    const wide = ctx.measureText(label).width;
    const x = Math.min(left + width - wide - 4 * ratio, Math.max(left + 4 * ratio, at.x - share * wide));
    for (const below of [false, true]) {
      const high = FONT_PX * 1.2 * ratio;
      const y = below ? at.y + 3 * ratio : at.y - 3 * ratio - high;
      const box = { left: x, right: x + wide, top: y, bottom: y + high };
      const outside = box.top < top || box.bottom > top + height ? 1e3 : 0;
      places.push({ label, box, crossed: outside + others.reduce((sum, points) => sum + crossings(points, box), 0) });
    }
  }
  const best = places.reduce((a, b) => (b.crossed < a.crossed ? b : a));
  if (best.crossed > 0) {
    ctx.restore();
    return;
  }
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  ctx.lineWidth = 4 * ratio;
  ctx.lineJoin = "round";
  ctx.strokeStyle = halo;
  ctx.fillStyle = color;
  const y = (best.box.top + best.box.bottom) / 2;
  ctx.strokeText(best.label, best.box.left, y);
  ctx.fillText(best.label, best.box.left, y);
  ctx.restore();
}

/** The known points of a column that are shown. */
function pixels(u, column) {
  const [from, to] = u.series[0].idxs;
  const points = [];
  for (let i = from; i <= to; i++) {
    if (column[i] !== null && column[i] !== undefined) {
      points.push({ x: u.valToPos(u.data[0][i], "x", true), y: u.valToPos(column[i], "y", true), value: column[i] });
    }
  }
  return points;
}

/** How many pieces of a line pass through a box. */
function crossings(points, box) {
  let sum = 0;
  for (let i = 0; i < points.length; i++) {
    const a = points[i];
    const b = points[i + 1] ?? a;
    if (b.x < box.left || a.x > box.right) {
      continue;
    }
    const slope = b.x > a.x ? (b.y - a.y) / (b.x - a.x) : 0;
    const ends = [Math.max(a.x, box.left), Math.min(b.x, box.right)].map((x) => a.y + slope * (x - a.x));
    if (b.x === a.x) {
      ends.push(b.y);
    }
    sum += Math.max(...ends) >= box.top && Math.min(...ends) <= box.bottom ? 1 : 0;
  }
  return sum;
}
