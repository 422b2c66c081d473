// @ts-check
// Numbers whose sums or formulas came with the arrays: Python says what meets in each of them.

import { at, flatIndex, indexOf } from "../../web/unpack.js";
import { addition, placesOf, products, rounded, text } from "./pieces.js";

/** @typedef {import("../../web/unpack.js").Arrays} Arrays */
/** @typedef {import("./pieces.js").Facts} Facts */
/** @typedef {import("./pieces.js").Place} Place */
/** @typedef {import("./pieces.js").Piece} Piece */
/** @typedef {import("./pieces.js").Sum} Sum */
/**
 * @typedef {object} Terms how an array's sums are made, as core.conv_lab.demos.terms has it
 * @property {string[]} factors @property {string} bias @property {string} divisor
 * @property {boolean} quotient @property {string} nothing
 */
/** @typedef {{parts: (string | [text: string, name: string, place: number])[], result: string}} Line */
/** @typedef {{terms: Record<string, Terms>, lines: Record<string, Line[]>}} Told */

/** @param {Told} told @param {string} name */
export const isTold = (told, name) => name in told.terms || name in told.lines;

/** @param {Facts} f @param {Told} told @param {string} name @param {number[]} index @returns {Sum} */
export function tell(f, told, name, index) {
  const flat = flatIndex(f.a[name].shape, index);
  return name in told.lines
    ? written(f.a, told.lines[name][flat], at(f.a[name], ...index))
    : added(f, told.terms[name], rowsOf(f.a, name, told.terms[name], 0, flat), index);
}

/** @param {Arrays} a @param {Line} line @param {number} value @returns {Sum} */
function written(a, { parts, result }, value) {
  /** @type {Place[]} */
  const all = [];
  const pieces = parts.map((part) => {
    if (typeof part === "string") return part;
    const [written, name, flat] = part;
    const place = { name, index: indexOf(a[name].shape, flat) };
    all.push(place);
    return { text: written, places: placesOf([place]) };
  });
  return { value, pieces, places: placesOf(all), result };
}

/** @param {Facts} f @param {Terms} terms @param {Place[][]} rows @param {number[]} index @returns {Sum} */
function added(f, { factors, bias, divisor, quotient, nothing }, rows, index) {
  const first = bias ? { name: bias, index: [0] } : undefined;
  const sum = factors.length === 1
    ? addition(f, rows.map(([place]) => place), nothing)
    : products(f, rows.map(([left, right]) => [left, right]), first, quotient);
  if (!sum.pieces.length) return { ...sum, pieces: [nothing] };
  if (!divisor) return sum;
  const count = at(f.a[divisor], ...index);
  const by = { text: text(f, count), places: { [divisor]: [index] } };
  return {
    value: sum.value / rounded(f, count),
    pieces: ["(", ...sum.pieces, ") / ", by],
    places: { ...sum.places, [divisor]: [index] },
  };
}

// The factors of the terms that have a place in one of their columns: 0 is the sum's own.
/**
 * @param {Arrays} a @param {string} name @param {Terms} terms
 * @param {number} column @param {number} flat @returns {Place[][]}
 */
function rowsOf(a, name, { factors }, column, flat) {
  const { values, shape: [count, width] } = a[`terms_${name}`];
  const rows = [];
  for (let k = 0; k < count; k++)
    if (values[k * width + column] === flat)
      rows.push(factors.map((factor, j) => ({
        name: factor,
        index: indexOf(a[factor].shape, values[k * width + 1 + j]),
      })));
  return rows;
}

// All numbers that a number goes into, by the first array that it does.
/** @param {Told} told @param {Arrays} a @param {Place} place @returns {Place[]} */
export function reached(told, a, { name, index }) {
  const flat = flatIndex(a[name].shape, index);
  for (const [of, { factors, bias, divisor }] of Object.entries(told.terms)) {
    const column = 1 + factors.indexOf(name);
    /** @param {number} sum @returns {Place} */
    const place = (sum) => ({ name: of, index: indexOf(a[of].shape, sum) });
    if (divisor === name) return [place(flat)];
    if (bias === name) return Array.from(a[of].values, (_, sum) => place(sum));
    if (!column) continue;
    const { values, shape: [count, width] } = a[`terms_${of}`];
    const sums = new Set();
    for (let k = 0; k < count; k++) if (values[k * width + column] === flat) sums.add(values[k * width]);
    return [...sums].map(place);
  }
  for (const [of, lines] of Object.entries(told.lines)) {
    const found = [...lines.keys()].filter((k) =>
      lines[k].parts.some((part) => typeof part !== "string" && part[1] === name && part[2] === flat));
    if (found.length) return found.map((k) => ({ name: of, index: indexOf(a[of].shape, k) }));
  }
  return [];
}
