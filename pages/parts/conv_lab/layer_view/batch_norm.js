// @ts-check
// Batch norm: a channel's mean, variance, weight and bias, and the numbers that come of them.

import { at, indexOf } from "../../web/unpack.js";
import { addition, rounded, upTo, wrapped } from "./pieces.js";

/** @typedef {import("./pieces.js").Explain} Explain */
/** @typedef {import("./pieces.js").Facts} Facts */
/** @typedef {import("./pieces.js").Piece} Piece */
/** @typedef {import("./pieces.js").Term} Term */

// What a channel's formulas are made of, as it is written.
/** @param {Facts} f @param {number} channel */
function statistics(f, channel) {
  const [mean, variance, weight, bias] = ["mean", "variance", "weight", "bias"].map((name) => at(f.a[name], channel));
  const root = Math.sqrt(rounded(f, variance) + Number(f.s.eps));
  return { mean, variance, weight, bias, root };
}

/** @param {Facts} f @param {number[]} index normalised, (x - mean) / root */
function normalised(f, index) {
  const { mean, root } = statistics(f, index[1]);
  return (rounded(f, at(f.a.x, ...index)) - rounded(f, mean)) / root;
}

/** @param {Facts} f @param {number} channel @returns {number[][]} */
export function cellsOf(f, channel) {
  const { shape, values } = f.a.x;
  return upTo(values.length).map((flat) => indexOf(shape, flat)).filter((index) => index[1] === channel);
}

/** @param {Facts} f @param {string} name @param {number[]} index @returns {Term} */
const term = (f, name, index) => ({ text: wrapped(f, at(f.a[name], ...index)), places: { [name]: [index] } });

/** @type {Record<string, Explain>} */
export const BATCH_NORM = {
  y: (f, index) => {
    const c = index[1], { weight, bias } = statistics(f, c);
    return {
      value: rounded(f, weight) * normalised(f, index) + rounded(f, bias),
      pieces: [term(f, "weight", [c]), " \u00b7 (", term(f, "x", index), " \u2212 ", term(f, "mean", [c]),
        ") / \u221a(", term(f, "variance", [c]), ` + ${f.s.eps}) + `, term(f, "bias", [c])],
      places: { x: [index], mean: [[c]], variance: [[c]], weight: [[c]], bias: [[c]] },
    };
  },
  dx: (f, index) => {
    const c = index[1], { weight, root } = statistics(f, c);
    const dy = at(f.a.dy, ...index);
    /** @type {Piece[]} */
    const slope = [term(f, "weight", [c]), " / \u221a(", term(f, "variance", [c]), ` + ${f.s.eps}) \u00b7 `];
    const places = { weight: [[c]], variance: [[c]], dy: [index] };
    if (!f.s.training)
      return { value: (rounded(f, weight) / root) * rounded(f, dy), pieces: [...slope, term(f, "dy", index)], places };
    const cells = cellsOf(f, c);
    const mean = cells.reduce((sum, each) => sum + at(f.a.dy, ...each), 0) / cells.length;
    const along = cells.reduce((sum, each) => sum + at(f.a.dy, ...each) * normalised(f, each), 0) / cells.length;
    const own = normalised(f, index);
    const inside = rounded(f, dy) - rounded(f, mean) - rounded(f, own) * rounded(f, along);
    const whole = { dy: cells, x: cells };
    return {
      value: (rounded(f, weight) / root) * inside,
      pieces: [...slope, "(", term(f, "dy", index), " \u2212 ", { text: wrapped(f, mean), places: { dy: cells } },
        " \u2212 ", { text: wrapped(f, own), places: { x: [index] } }, "\u00b7",
        { text: wrapped(f, along), places: whole },
        "), where the second is the mean of dy, the third (x \u2212 \u03bc) / \u221a(\u03c3\u00b2 + \u03b5) here, and the last the mean of dy times that"],
      places: { ...places, x: [index], mean: [[c]] },
    };
  },
  dweight: (f, [c]) => {
    const cells = cellsOf(f, c);
    /** @type {Piece[]} */
    const pieces = [];
    let value = 0;
    for (const index of cells) {
      const [dy, own] = [at(f.a.dy, ...index), normalised(f, index)];
      value += rounded(f, dy) * rounded(f, own);
      if (pieces.length) pieces.push(" + ");
      pieces.push({ text: `${wrapped(f, dy)}\u00b7${wrapped(f, own)}`, places: { dy: [index], x: [index] } });
    }
    pieces.push(", each dy times (x \u2212 \u03bc) / \u221a(\u03c3\u00b2 + \u03b5)");
    return { value, pieces, places: { dy: cells, x: cells, mean: [[c]], variance: [[c]] } };
  },
  dbias: (f, [c]) => addition(f, cellsOf(f, c).map((index) => ({ name: "dy", index })), "0"),
};
