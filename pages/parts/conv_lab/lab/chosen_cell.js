// @ts-check
// The chosen cell in words: its value from both engines, and what can be done with it.

import { findAny } from "../../web/elements.js";
import { errorNumber, fullNumber } from "../../web/numbers.js";
import { at } from "../../web/unpack.js";
import { EDITABLE } from "./editing.js";
import { MODES, resultIndex } from "./modes.js";

/** @typedef {import("./modes.js").Shown} Shown */
/** @typedef {import("./sums.js").Term} Term */

/** @type {Record<string, number>} */
const UNIT_ROUNDOFF = { float32: 2 ** -24, float64: 2 ** -53 };
const HINTS = {
  y: "Point at an output or at the input: each product is one cell of the window times one weight.",
  dx: "Point at an input cell: every output that it touched passes its gradient back through one weight.",
  dw: "Point at a weight: it met one input cell at every output, and each pair adds one product.",
  db: "The bias was added at every output of its channel, so all their gradients add up.",
};

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
  place("pin").textContent = pinned
    ? `Pinned${e.alone ? "" : ", and in the address"}: click again or press Esc to let go`
    : "";
}

/** @param {Shown} shown @param {boolean} editing */
export function hintText({ e, mode }, editing) {
  let text = HINTS[mode];
  if (mode !== "y" && e.upstream === "one" && !e.alone) text += " Click an upstream cell to move its one there.";
  if (editing) {
    const panels = /** @type {const} */ (["x", "w", "b", "y"]).map((panel) => MODES[mode][panel]);
    const named = panels.filter((name) => name !== "bias" || e.bias).map((name) => EDITABLE[name]);
    text = `Click a cell of ${named.filter(Boolean).join(" or ")}, or press Enter on the picture. ` +
      "Type; Enter goes on to the next cell, the arrow keys to the row above or below.";
  }
  return text;
}
