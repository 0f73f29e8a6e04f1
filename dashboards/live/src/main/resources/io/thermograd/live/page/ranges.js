// Which part of the numbers a chart shows. One diverged point should not flatten all the others.

const FAR = 1e3; // beyond this many times the usual size a value is off scale
const LOG_FROM = 100; // spans two decades: a logarithm reads better
const LINEAR_FROM = 30; // and only well below it a linear axis does again

/** Sorted finite numbers of several columns between two indices (at most some thousand of each). */
function sorted(columns, from, to) {
  const values = [];
  const stride = Math.max(1, Math.floor((to - from) / 4000));
  for (const column of columns) {
    for (let i = from; column && i <= to; i += stride) {
      const x = column[i];
      if (x !== null && x !== undefined && Number.isFinite(x)) {
        values.push(x);
      }
    }
  }
  return Float64Array.from(values).sort();
}

/** Whether a chart should have a logarithmic axis, given whether it has one now. */
export function prefersLog(columns, length, now) {
  const values = sorted(columns, 0, length - 1);
  const firstPositive = values.findIndex((x) => x > 0);
  if (firstPositive < 0 || firstPositive > values.length / 20) {
    return false;
  }
  // The very ends may be single outliers.
  const low = values[firstPositive];
  const high = values[values.length - 1];
  return high / low > (now ? LINEAR_FROM : LOG_FROM);
}

/**
 * The range of an axis: all main values but those that are FAR beyond the usual, as much of the
 * bands as does not dwarf them, and the references.
 *
 * @returns {{min: number, max: number, over: number | null}} over: the largest value left out
 */
export function rangeOf({ main, dots, bands, references }, from, to, log, everything) {
  let values = sorted([...main, ...dots], from, to);
  if (log) {
    values = values.filter((x) => x > 0);
  }
  const extra = sorted(references, from, to).filter((x) => !log || x > 0);
  if (!values.length && !extra.length) {
    return { min: log ? 0.1 : 0, max: 1, over: null };
  }
  const all = values.length ? values : extra;
  let min = all[0];
  let max = all[all.length - 1];
  let over = null;
  if (!everything && all.length > 4) {
    const usual = Math.max(...[0.1, 0.5].map((p) => Math.abs(all[Math.floor(p * (all.length - 1))])));
    const cap = usual * FAR;
    if (usual > 0 && max > cap) {
      over = max;
      max = all.findLast((x) => x <= cap) * (log ? 10 : 1.2);
    }
    if (!log && usual > 0 && min < -cap) {
      min = all.find((x) => x >= -cap);
    }
  }
  const band = sorted(bands, from, to).filter((x) => !log || x > 0);
  if (band.length) {
    const room = log ? 10 : Math.max(max - min, Math.max(Math.abs(max), Math.abs(min)) / 2);
    min = Math.min(min, Math.max(band[0], log ? min / room : min - room));
    const top = Math.min(band[band.length - 1], log ? max * room : max + room);
    max = Math.max(max, top);
  }
  if (extra.length) {
    min = Math.min(min, extra[0]);
    max = Math.max(max, extra[extra.length - 1]);
  }
  return { ...padded(min, max, log), over };
}

function padded(min, max, log) {
  if (log) {
    const pad = max / min < 1.5 ? 2 : (max / min) ** 0.06;
    return { min: min / pad, max: max * pad };
  }
  const pad = max > min ? (max - min) * 0.07 : Math.abs(max) * 0.2 || 1;
  // A quantity that is never negative keeps its axis at or above zero.
  return { min: min >= 0 ? Math.max(0, min - pad) : min - pad, max: max + pad };
}

/** Ticks of a logarithmic axis: at most about `most`, at 1, 2, 5 or only at every n-th decade. */
export function logSplits(min, max, most) {
  const from = Math.floor(Math.log10(min));
  const to = Math.ceil(Math.log10(max));
  const splits = (mantissas, every) => {
    const found = [];
    for (let e = from; e <= to; e++) {
      if (e % every === 0) {
        found.push(...mantissas.map((m) => m * 10 ** e).filter((x) => x >= min && x <= max));
      }
    }
    return found;
  };
  for (const mantissas of [[1, 2, 3, 4, 5, 6, 7, 8, 9], [1, 2, 5], [1, 3]]) {
    const found = splits(mantissas, 1);
    if (found.length <= most) {
      return found;
    }
  }
  for (let every = 1; every < 700; every++) {
    const found = splits([1], every);
    if (found.length <= most) {
      return found;
    }
  }
  return [];
}
