// @ts-check
// What is computed: the output, or one of the gradients; and what stands in which panel then.

import { MISTAKEN } from "./mistakes.js";
import {
  biasGradientTerms,
  groupSizes,
  inputGradientTerms,
  isInside,
  outputTerms,
  weightGradientTerms,
} from "./sums.js";

/** @typedef {import("./sums.js").Cell} Cell */
/** @typedef {import("./sums.js").Arrays} Arrays */
/** @typedef {"y" | "dx" | "dw" | "db"} Mode */
/** @typedef {"x" | "w" | "b" | "y"} Panel input, kernel, bias, output */
/** @typedef {{largest: number, allowed: number, within: boolean, sentence: string}} Verdict */
/**
 * @typedef {object} Facts
 * @property {boolean} bias @property {string} dtype @property {string} upstream
 * @property {string} mistake or ""
 * @property {boolean} alone whether there is no server that would compute anything anew
 * @property {import("./looking.js").Look[]} mostWrong where the mistake changes each array most
 * @property {import("./looking.js").Look} look @property {number} lookNumber
 * @property {number} parameters @property {number} multiplyAdds
 * @property {Record<string, Verdict>} verdicts @property {number} acknowledged
 * @property {boolean} stale
 * @property {import("../../web/colours.js").ScaleColours} colours
 */
/** @typedef {import("./sums.js").Experiment & Facts} Header */
/**
 * @typedef {object} Shown what the view shows
 * @property {Header} e
 * @property {Arrays} arrays
 * @property {Mode} mode
 * @property {number} channel of the input
 * @property {number} out channel of the output
 * @property {Cell} cell of the mode's result
 */

/** @type {Record<Mode, {name: string, result: Panel, array: string} & Record<Panel, string>>} */
export const MODES = {
  y: { name: "Output", result: "y", array: "y", x: "x", w: "weight", b: "bias", y: "y" },
  dx: { name: "dX", result: "x", array: "dx", x: "dx", w: "weight", b: "bias", y: "dy" },
  dw: { name: "dW", result: "w", array: "dweight", x: "x", w: "dweight", b: "bias", y: "dy" },
  db: { name: "db", result: "b", array: "dbias", x: "x", w: "weight", b: "dbias", y: "dy" },
};

/** @param {Header} e @returns {Record<Mode, Cell>} rows and columns of each mode's result */
export function resultSizes(e) {
  return { y: e.output, dx: e.size, dw: e.kernel, db: [1, 1] };
}

// The chosen cell of each mode, kept inside its result; at first the middle one.
/** @param {Header} e @param {Record<Mode, Cell>} [before] @returns {Record<Mode, Cell>} */
export function cellsInside(e, before) {
  const sizes = resultSizes(e);
  /** @param {Mode} mode @returns {Cell} */
  const inside = (mode) => {
    const [rows, columns] = sizes[mode];
    const [r, c] = before?.[mode] ?? [Math.floor((rows - 1) / 2), Math.floor((columns - 1) / 2)];
    return [Math.min(r, rows - 1), Math.min(c, columns - 1)];
  };
  return { y: inside("y"), dx: inside("dx"), dw: inside("dw"), db: inside("db") };
}

/** @param {Shown} shown @returns {number[]} the place of the chosen cell in the result's array */
export function resultIndex({ e, mode, channel, out, cell }) {
  if (mode === "y") return [out, ...cell];
  if (mode === "dx") return [channel, ...cell];
  if (mode === "dw") return [out, channel % groupSizes(e).ins, ...cell];
  return [out];
}

/** @param {Shown} shown */
export function termsOf(shown) {
  const terms = {
    y: outputTerms, dx: inputGradientTerms, dw: weightGradientTerms, db: biasGradientTerms,
  }[shown.mode];
  return terms(shown.e, shown.arrays, resultIndex(shown));
}

// What NumPy adds up instead, where the planted mistake changes this kind of sum.
/** @param {Shown} shown */
export function mistakenTermsOf(shown) {
  return MISTAKEN[shown.e.mistake]?.[shown.mode]?.(shown.e, shown.arrays, resultIndex(shown)) ?? null;
}

// The result's cell that a panel's cell stands for; on the way there and back a window's middle.
/** @param {Header} e @param {Mode} mode @param {Panel} panel @param {Cell} cell @returns {Cell | null} */
export function resultCell(e, mode, panel, [r, c]) {
  const [top, left] = e.padding;
  if (mode === "dw") return panel === "w" ? [r, c] : null;
  if (mode === "db") return [0, 0];
  const middle = e.kernel.map((size, axis) => (e.dilation[axis] * (size - 1)) / 2);
  /** @param {number} k @param {number} size */
  const within = (k, size) => Math.max(0, Math.min(size - 1, Math.round(k)));
  if (mode === "y") {
    if (panel === "y") return [r, c];
    if (panel !== "x") return null;
    /** @param {number} k @param {0 | 1} axis */
    const output = (k, axis) => within((k - middle[axis]) / e.stride[axis], e.output[axis]);
    return [output(r, 0), output(c, 1)];
  }
  if (panel === "x") return isInside(e, r - top, c - left) ? [r - top, c - left] : null;
  if (panel !== "y") return null;
  /** @param {number} k @param {0 | 1} axis */
  const input = (k, axis) =>
    within(k * e.stride[axis] + middle[axis] - e.padding[axis], e.size[axis]);
  return [input(r, 0), input(c, 1)];
}

/** @typedef {import("../../web/grid.js").Mark} Mark */
/** @typedef {Record<Panel, Mark[]>} Marks */

// What meets in the chosen cell, marked in every panel.
/** @param {Shown} shown @param {import("./sums.js").Term[]} terms @returns {Marks} */
export function marksOf(shown, terms) {
  const { e, mode, cell: [r, c] } = shown;
  const [top, left] = e.padding;
  /** @type {Mark} */
  const whole = { r: 0, c: 0, rows: e.output[0], columns: e.output[1], kind: "window" };
  if (mode === "y") return outputMarks(e, r, c);
  if (mode === "dx") return inputGradientMarks(shown, terms);
  if (mode === "db") return { x: [], w: [], b: [{ r: 0, c: 0, kind: "chosen" }], y: [whole] };
  return {
    x: terms.map(({ rightAt: [, row, column] }) => ({ r: row + top, c: column + left, kind: "tap" })),
    w: [{ r, c, kind: "chosen" }],
    b: [],
    y: [whole],
  };
}

/** @param {Header} e @param {number} r @param {number} c @returns {Marks} */
function outputMarks(e, r, c) {
  const [rows, columns] = e.kernel.map((size, axis) => e.dilation[axis] * (size - 1) + 1);
  const [row, column] = [r * e.stride[0], c * e.stride[1]];
  const dilated = e.dilation[0] > 1 || e.dilation[1] > 1;
  /** @type {Mark[]} */
  const x = [];
  for (let i = 0; dilated && i < rows; i++)
    for (let j = 0; j < columns; j++) {
      const skipped = i % e.dilation[0] || j % e.dilation[1];
      x.push({ r: row + i, c: column + j, kind: skipped ? "veil" : "tap" });
    }
  x.push({ r: row, c: column, rows, columns, kind: "window" });
  return {
    x,
    w: [{ r: 0, c: 0, rows: e.kernel[0], columns: e.kernel[1], kind: "window" }],
    b: e.bias ? [{ r: 0, c: 0, kind: "window" }] : [],
    y: [{ r, c, kind: "chosen" }],
  };
}

/** @param {Shown} shown @param {import("./sums.js").Term[]} terms @returns {Marks} */
function inputGradientMarks({ e, out, cell: [r, c] }, terms) {
  const met = new Set();
  /** @type {Marks} */
  const marks = { x: [{ r: r + e.padding[0], c: c + e.padding[1], kind: "chosen" }], w: [], b: [], y: [] };
  for (const { leftAt, rightAt } of terms.filter((term) => term.leftAt[0] === out)) {
    marks.y.push({ r: leftAt[1], c: leftAt[2], kind: "strong" });
    met.add(`${rightAt[2]},${rightAt[3]}`);
  }
  for (let i = 0; i < e.kernel[0]; i++)
    for (let j = 0; j < e.kernel[1]; j++)
      marks.w.push({ r: i, c: j, kind: met.has(`${i},${j}`) ? "strong" : "veil" });
  return marks;
}
