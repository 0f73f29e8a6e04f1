// Builds elements. Text is only ever set as text, so that no run id can become markup.

/** el("p", {class: "x", onclick: f}, "text", child, null) */
export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) {
      node.addEventListener(name.slice(2), value);
    } else if (value === true) {
      node.setAttribute(name, "");
    } else if (value !== false && value !== null && value !== undefined) {
      node.setAttribute(name, value);
    }
  }
  node.append(...children.filter((c) => c !== null && c !== undefined));
  return node;
}

const SVG = "http://www.w3.org/2000/svg";

/** svg("line", {x1: 0, x2: 5}) */
export function svg(tag, attributes) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) {
    node.setAttribute(name, value);
  }
  return node;
}

/** Sets text only when it changed, so that a selection or a screen reader is not disturbed. */
export function text(node, value) {
  if (node.textContent !== value) {
    node.textContent = value;
  }
}

export function replace(node, ...children) {
  node.replaceChildren(...children.filter((c) => c !== null && c !== undefined));
}

/** Remembers a preference where the browser allows it. */
export function remember(name, value) {
  try {
    if (value === null) {
      localStorage.removeItem(`thermograd.${name}`);
    } else {
      localStorage.setItem(`thermograd.${name}`, value);
    }
  } catch {
    // Forgotten at the next visit, nothing else.
  }
}

export function recall(name) {
  try {
    return localStorage.getItem(`thermograd.${name}`);
  } catch {
    return null;
  }
}

const ICONS = {
  ok: "M5 12.5l4.5 4.5L19 7.5",
  info: "M12 10.5v6.5M12 7v.01",
  warning: "M12 4L21.5 20H2.5zM12 10.5v4M12 17.200v.01",
  critical: "M8 2.5h8L21.5 8v8L16 21.5H8L2.5 16V8zM9 9l6 6M15 9l-6 6",
};

/** A mark whose shape says the severity as well as its colour does. */
export function severityIcon(severity) {
  const icon = svg("svg", { viewBox: "0 0 24 24", class: "icon", role: "img", "aria-label": severity });
  if (severity === "ok" || severity === "info") {
    icon.append(svg("circle", { cx: 12, cy: 12, r: 9.5 }));
  }
  icon.append(svg("path", { d: ICONS[severity] ?? ICONS.info }));
  return icon;
}
