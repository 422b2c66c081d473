// @ts-check
// The chosen cell in words: its value from both engines, and its sum, term by term.

import { element, findAny } from "../../web/elements.js";
import { errorNumber, factor, fullNumber } from "../../web/numbers.js";
import { at } from "../../web/unpack.js";
import { MODES, resultIndex } from "./modes.js";

/** @typedef {import("./modes.js").Shown} Shown */
/** @typedef {import("./sums.js").Term} Term */

/** @type {Record<string, number>} */
const UNIT_ROUNDOFF = { float32: 2 ** -24, float64: 2 ** -53 };
const MOST_TERMS = 300;
const HINTS = {
  y: "Point at an output or at the input: each product is one cell of the window times one weight.",
  dx: "Point at an input cell: every output that it touched passes its gradient back through one weight.",
  dw: "Point at a weight: it met one input cell at every output, and each pair adds one product.",
  db: "The bias was added at every output of its channel, so all their gradients add up.",
};

/** @param {Term[]} terms */
const sumOf = (terms, start = 0) => terms.reduce((sum, { left, right }) => sum + left * right, start);

/** @param {HTMLElement} root @param {Shown} shown @param {Term[]} terms @param {boolean} pinned */
export function showValues(root, shown, terms, pinned) {
  const { e, arrays, mode } = shown;
  /** @param {string} name */
  const place = (name) => findAny(root, `[data-value="${name}"]`);
  const { array, name } = MODES[mode];
  const index = resultIndex(shown);
  const [ours, theirs] = [array, `${array}_torch`].map((engine) => at(arrays[engine], ...index));
  const bias = mode === "y" && e.bias ? Math.abs(at(arrays.bias, shown.out)) : 0;
  const magnitudes = terms.reduce((sum, { left, right }) => sum + Math.abs(left * right), bias);
  const allowed = e.verdicts[array].allowed * UNIT_ROUNDOFF[e.dtype] * magnitudes;
  const within = Math.abs(ours - theirs) <= allowed;
  place("place").textContent = `${mode === "y" ? "y" : name}[${index.join(", ")}]`;
  place("numpy").textContent = fullNumber(ours, e.dtype);
  place("torch").textContent = fullNumber(theirs, e.dtype);
  place("difference").textContent = errorNumber(ours - theirs);
  place("verdict").className = within ? "" : "wrong";
  place("verdict").textContent = within
    ? ours === theirs
      ? "\u2713 equal to the last bit"
      : `\u2713 rounding allows ${errorNumber(allowed)}`
    : `\u2717 more than rounding, ${errorNumber(allowed)}`;
  place("pin").textContent = pinned ? "Pinned: click again or press Esc to let go" : "";
}

/** @param {HTMLElement} box @param {Shown} shown @param {Term[]} terms */
export function showSum(box, shown, terms) {
  const { e, arrays, mode } = shown;
  const bias = mode === "y" && e.bias ? at(arrays.bias, shown.out) : null;
  /** @type {(Node | string)[]} */
  const pieces = [element("span", "total", `${factor(sumOf(terms, bias ?? 0))} = `)];
  if (bias !== null) pieces.push(element("span", "bias", `${factor(bias)} (bias)`));
  const parts = partsOf(shown, terms);
  let room = MOST_TERMS;
  for (const [part, all] of parts) {
    if (parts.length > 1) {
      const word = mode === "dx" ? "output channel" : "channel";
      const plus = pieces.length > 1 ? " + " : "";
      pieces.push(element("span", "part", `${plus}${word} ${part}: `));
    }
    all.slice(0, room).forEach((term, k) => {
      const plus = pieces.length > 1 && !(parts.length > 1 && k === 0) ? " + " : "";
      pieces.push(plus, termPiece(mode, term));
    });
    const hidden = all.slice(room);
    if (hidden.length) {
      const text = ` + ${hidden.length} more terms that add up to ${factor(sumOf(hidden))}`;
      pieces.push(element("span", "part", text));
    }
    room = Math.max(0, room - all.length);
  }
  if (!terms.length) pieces.push(element("span", "part", "0, because no window touched this cell"));
  box.replaceChildren(...pieces);
}

// The terms of each channel that adds to the sum, the shown channel's first.
/** @param {Shown} shown @param {Term[]} terms @returns {[channel: number, terms: Term[]][]} */
function partsOf({ mode, channel, out }, terms) {
  /** @type {Map<number, Term[]>} */
  const parts = new Map();
  for (const term of terms) {
    const part = mode === "dw" ? term.rightAt[0] : term.leftAt[0];
    parts.set(part, [...(parts.get(part) ?? []), term]);
  }
  const first = mode === "dx" ? out : channel;
  return [...parts].sort(([a], [b]) => Number(b === first) - Number(a === first) || a - b);
}

/** @param {import("./modes.js").Mode} mode @param {Term} term */
function termPiece(mode, { left, right, padding }) {
  /** @param {number} value */
  const wrap = (value) => (value < 0 ? `(${factor(value)})` : factor(value));
  const text = mode === "db" ? wrap(left) : `${wrap(left)}\u00b7${wrap(right)}`;
  const span = element("span", padding ? "padding" : "", text);
  span.dataset.term = "";
  if (padding) span.title = "A zero of the padding";
  return span;
}

/** @param {Shown} shown @param {boolean} editing */
export function hintText({ e, mode }, editing) {
  let text = HINTS[mode];
  if (mode !== "y" && e.upstream === "one") text += " Click an upstream cell to move its one there.";
  if (editing) text = "Click a cell of the input, the kernel or the bias, type, press Enter.";
  return e.mistake ? `${text} The sum is right; NumPy has the mistake.` : text;
}
