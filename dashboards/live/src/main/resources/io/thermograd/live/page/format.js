// Numbers as people read them: three significant digits, k and M, powers of ten beyond: G and T are a
// gradient and a temperature here.

/** What stands for a number that is not there. */
export const NONE = "–";
const SUPERSCRIPTS = { "-": "⁻", 0: "⁰", 1: "¹", 2: "²", 3: "³", 4: "⁴", 5: "⁵", 6: "⁶", 7: "⁷", 8: "⁸", 9: "⁹" };
const STEPS = [[1e6, "M"], [1e3, "k"]];
const integers = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

function power(exponent) {
  return `10${[...String(exponent)].map((c) => SUPERSCRIPTS[c]).join("")}`;
}

function minus(text) {
  return text.replace("-", "−");
}

/** How a number of this size is written: divided by what, followed by what. */
function scaleOf(x) {
  // As it will read after rounding: 999.9 is 1.00k.
  const a = Math.abs(Number(x.toPrecision(3)));
  if (a !== 0 && (a >= 1e9 || a < 1e-3)) {
    const exponent = Math.floor(Math.log10(a) + 1e-12);
    return { divisor: 10 ** exponent, suffix: "", power: `×${power(exponent)}` };
  }
  const [divisor, suffix] = STEPS.find(([d]) => a >= d) ?? [1, ""];
  return { divisor, suffix, power: "" };
}

function decimalsFor(x) {
  const a = Math.abs(Number(x.toPrecision(3)));
  return a === 0 ? 0 : Math.min(5, Math.max(0, 2 - Math.floor(Math.log10(a) + 1e-12)));
}

/** 0.0123, 412, 1.23k, 1.23×10⁻⁵ */
export function number(x) {
  if (x === null || x === undefined || !Number.isFinite(x)) {
    return NONE;
  }
  const s = scaleOf(x);
  const m = x / s.divisor;
  return minus(m.toFixed(decimalsFor(m))) + s.suffix + s.power;
}

/** A whole number with separators: 1,797 */
export function count(x) {
  return x === null || x === undefined || !Number.isFinite(x) ? NONE : integers.format(x);
}

/** A setting: whole numbers whole. */
export function exact(x) {
  return Number.isInteger(x) ? count(x) : number(x);
}

/** Value and interval apart: ["412", "(380–450)"]; a lower bound alone is ["≥ 380", ""]. */
export function quantity(q) {
  if (!q) {
    return [NONE, ""];
  }
  const { value = null, low = null, high = null } = q;
  if (value === null) {
    return [low !== null ? `≥ ${number(low)}` : high !== null ? `≤ ${number(high)}` : NONE, ""];
  }
  if (low === null && high === null) {
    return [number(value), ""];
  }
  if (low === null || high === null) {
    return [number(value), low === null ? `(≤ ${number(high)})` : `(≥ ${number(low)})`];
  }
  const s = scaleOf(value);
  const far = (x) => Math.abs(x) > 1e3 * Math.abs(value) || (value !== 0 && x !== 0 && Math.abs(x) * 1e3 < Math.abs(value));
  const dash = low < 0 || high < 0 ? " to " : "–";
  const grows = (x) => Math.abs(x / s.divisor) >= 1e3 && !s.power;
  if (far(low) || far(high) || grows(low) || grows(high)) {
    return [number(value), `(${number(low)}${dash}${number(high)})`];
  }
  const decimals = decimalsBetween(low / s.divisor, high / s.divisor, decimalsFor(value / s.divisor));
  const part = (x) => minus((x / s.divisor).toFixed(decimals)) + s.suffix;
  return s.power
    ? [`${part(value)}${s.power}`, `(${part(low)}${dash}${part(high)})${s.power}`]
    : [part(value), `(${part(low)}${dash}${part(high)})`];
}

/** As many as the value has, or some more where both ends would read alike. */
function decimalsBetween(low, high, least) {
  const apart = (d) => low.toFixed(d) !== high.toFixed(d);
  return low === high ? least : ([0, 1, 2, 3].map((more) => least + more).find(apart) ?? least);
}

/** Labels of evenly spaced ticks, all written alike. */
export function linearTicks(splits) {
  const largest = Math.max(...splits.map((x) => Math.abs(x ?? 0)));
  const s = scaleOf(largest);
  const gap = splits.length > 1 ? (splits[1] - splits[0]) / s.divisor : 1;
  // As many as the gap itself has: 0.025 apart needs three.
  const exact = (d) => Math.abs(gap * 10 ** d - Math.round(gap * 10 ** d)) < 1e-6 * Math.abs(gap) * 10 ** d;
  const decimals = [0, 1, 2, 3, 4, 5].find(exact) ?? 6;
  return splits.map((x) => {
    if (x === null || x === undefined) {
      return null;
    }
    const m = x / s.divisor;
    return Math.abs(m) < 1e-9 ? "0" : minus(m.toFixed(decimals)) + s.suffix + s.power;
  });
}

/** Labels of ticks at 1, 2 and 5 times powers of ten. */
export function logTick(x) {
  if (x === null || x === undefined || !(x > 0)) {
    return null;
  }
  const exponent = Math.floor(Math.log10(x) + 1e-9);
  const mantissa = Math.round(x / 10 ** exponent);
  if (exponent >= 6 || exponent < -3) {
    return mantissa === 1 ? power(exponent) : `${mantissa}×${power(exponent)}`;
  }
  return exponent >= 3 ? `${Number((x / 1e3).toPrecision(2))}k` : String(Number(x.toPrecision(1)));
}

/** 45 s, 3 min 20 s, 2 h 5 min, 3 d 4 h */
export function duration(seconds) {
  if (seconds === null || seconds === undefined || !Number.isFinite(seconds)) {
    return NONE;
  }
  const s = Math.max(0, Math.round(seconds));
  const parts = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]];
  const first = parts.findIndex(([size]) => s >= size);
  if (first < 0) {
    return "0 s";
  }
  const [size, unit] = parts[first];
  const rest = parts[first + 1];
  const more = rest ? Math.floor((s % size) / rest[0]) : 0;
  return `${Math.floor(s / size)} ${unit}${more && first > 0 ? ` ${more} ${rest[1]}` : ""}`;
}

/** now, 12 s ago, 5 min ago */
export function age(seconds) {
  if (!Number.isFinite(seconds)) {
    return NONE;
  }
  if (seconds < 3) {
    return "now";
  }
  const [size, unit] = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]].find(([d]) => seconds >= d);
  return `${Math.floor(seconds / size)} ${unit} ago`;
}

/** warming_up → Warming up */
export function words(id) {
  const spaced = String(id).replaceAll("heavy_tailed", "heavy-tailed").replaceAll("_", " ");
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}
