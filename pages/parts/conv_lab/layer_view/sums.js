// @ts-check
// How every number of a layer comes about: a formula with numbers, and the cells that meet in it.
// For the browser to follow the pointer by itself; tests hold the results against both engines.

import { digits } from "../../web/numbers.js";
import { at, flatIndex, indexOf } from "../../web/unpack.js";

/** @typedef {import("../../web/unpack.js").Arrays} Arrays */
/** @typedef {Record<string, number[][]>} Places places in arrays, by the arrays' names */
/** @typedef {{text: string, places: Places}} Term a part of the formula, and where it is from */
/** @typedef {string | Term} Piece */
/**
 * @typedef {object} Sum
 * @property {number} value what the numbers written in the pieces give
 * @property {Piece[]} pieces
 * @property {Places} places everything that meets in it
 */
/** @typedef {Record<string, number | string | boolean>} Settings */
/**
 * @typedef {object} Facts
 * @property {Settings} s the layer's settings
 * @property {Arrays} a
 * @property {number} digits how many significant digits the numbers are written with
 */
/** @typedef {(f: Facts, index: number[]) => Sum} Explain */
/** @typedef {{name: string, index: number[]}} Place */

// A number as it is written, and the same as text.
/** @param {Facts} f @param {number} value */
const rounded = (f, value) => Number(value.toPrecision(f.digits));
/** @param {Facts} f @param {number} value */
const text = (f, value) => digits(value, f.digits);
/** @param {Facts} f @param {number} value */
const wrapped = (f, value) => (value < 0 ? `(${text(f, value)})` : text(f, value));

// A sum of products of two arrays' numbers, a bias first where there is one.
/**
 * @param {Facts} f @param {[Place, Place][]} pairs @param {Place} [bias] @returns {Sum}
 */
function products(f, pairs, bias) {
  /** @type {Piece[]} */
  const pieces = [];
  /** @type {Places} */
  const places = {};
  let value = 0;
  const add = (/** @type {string} */ written, /** @type {Place[]} */ from) => {
    if (pieces.length) pieces.push(" + ");
    pieces.push({ text: written, places: placesOf(from) });
    for (const { name, index } of from) (places[name] ??= []).push(index);
  };
  if (bias) {
    const number = at(f.a[bias.name], ...bias.index);
    value += rounded(f, number);
    add(`${text(f, number)} (bias)`, [bias]);
  }
  for (const [left, right] of pairs) {
    const [a, b] = [left, right].map(({ name, index }) => at(f.a[name], ...index));
    value += rounded(f, a) * rounded(f, b);
    add(`${wrapped(f, a)}\u00b7${wrapped(f, b)}`, [left, right]);
  }
  return { value, pieces, places };
}

// The sum of one array's numbers.
/** @param {Facts} f @param {Place[]} all @param {string} nothing said where there is none @returns {Sum} */
function addition(f, all, nothing) {
  /** @type {Piece[]} */
  const pieces = [];
  let value = 0;
  for (const place of all) {
    const number = at(f.a[place.name], ...place.index);
    value += rounded(f, number);
    if (pieces.length) pieces.push(" + ");
    pieces.push({ text: wrapped(f, number), places: placesOf([place]) });
  }
  return { value, pieces: pieces.length ? pieces : [nothing], places: placesOf(all) };
}

/** @param {Place[]} all @returns {Places} */
function placesOf(all) {
  /** @type {Places} */
  const places = {};
  for (const { name, index } of all) (places[name] ??= []).push(index);
  return places;
}

/** @param {number} count */
const upTo = (count) => Array.from({ length: count }, (_, k) => k);

// ---- the linear layer: y = x w^T + b

/** @type {Record<string, Explain>} */
const LINEAR = {
  y: (f, [n, o]) => products(f, pairsOf(f.a.x.shape[1], (i) => [["x", n, i], ["weight", o, i]]),
    { name: "bias", index: [o] }),
  dx: (f, [n, i]) => products(f, pairsOf(f.a.dy.shape[1], (o) => [["dy", n, o], ["weight", o, i]])),
  dweight: (f, [o, i]) => products(f, pairsOf(f.a.x.shape[0], (n) => [["dy", n, o], ["x", n, i]])),
  dbias: (f, [o]) => addition(f, upTo(f.a.x.shape[0]).map((n) => ({ name: "dy", index: [n, o] })), "0"),
};

/** @typedef {[name: string, ...index: number[]]} Named */
/** @param {number} count @param {(k: number) => [Named, Named]} pair @returns {[Place, Place][]} */
function pairsOf(count, pair) {
  return upTo(count).map((k) => {
    const [[left, ...leftAt], [right, ...rightAt]] = pair(k);
    return [{ name: left, index: leftAt }, { name: right, index: rightAt }];
  });
}

// ---- ReLU: y = max(0, x)

/** @type {Record<string, Explain>} */
const RELU = {
  y: (f, index) => {
    const x = at(f.a.x, ...index), places = { x: [index] };
    const term = { text: text(f, x), places };
    return { value: Math.max(0, rounded(f, x)), pieces: ["max(0, ", term, ")"], places };
  },
  dx: (f, index) => {
    const [x, dy] = [at(f.a.x, ...index), at(f.a.dy, ...index)];
    const places = { x: [index], dy: [index] };
    /** @type {Piece[]} */
    const because = ["because x = ", { text: text(f, x), places: { x: [index] } }];
    return x > 0
      ? { value: rounded(f, dy), pieces: [{ text: text(f, dy), places: { dy: [index] } },
          " = dy, ", ...because, " is positive"], places }
      : { value: 0, pieces: ["0, ", ...because, " is not positive and lets nothing through"], places };
  },
};

// ---- max pooling

// The cells of an output's window that lie inside x; the rest is padding and never wins.
/** @param {Facts} f @param {number[]} output @returns {Place[]} */
function windowCells({ s, a }, output) {
  const [kernel, stride, padding, dilation] = ["kernel", "stride", "padding", "dilation"].map((name) => Number(s[name]));
  const [rows, columns] = a.x.shape;
  const cells = [];
  for (let i = 0; i < kernel; i++)
    for (let j = 0; j < kernel; j++) {
      const [r, c] = [output[0] * stride - padding + i * dilation, output[1] * stride - padding + j * dilation];
      if (r >= 0 && r < rows && c >= 0 && c < columns) cells.push({ name: "x", index: [r, c] });
    }
  return cells;
}

// The largest of a window's cells, of equal ones the first.
/** @param {Facts} f @param {number[]} output */
function winner(f, output) {
  return windowCells(f, output).reduce((best, cell) =>
    at(f.a.x, ...cell.index) > at(f.a.x, ...best.index) ? cell : best);
}

// The outputs whose window holds a cell of x.
/** @param {Facts} f @param {number[]} index @returns {number[][]} */
export function windowsAround(f, index) {
  const { shape, values } = f.a.y;
  return upTo(values.length).map((flat) => indexOf(shape, flat)).filter((output) =>
    windowCells(f, output).some((cell) => String(cell.index) === String(index)));
}

/** @type {Record<string, Explain>} */
const MAX_POOL = {
  y: (f, index) => {
    const cells = windowCells(f, index), best = winner(f, index);
    const outside = Number(f.s.kernel) ** 2 - cells.length;
    const listed = addition(f, cells, "").pieces.map((piece) => (piece === " + " ? ", " : piece));
    const rest = outside ? `; ${outside} more lie outside and never win` : "";
    return {
      value: rounded(f, at(f.a.x, ...best.index)),
      pieces: ["max(", ...listed, ")", rest],
      places: { x: [...cells.map((cell) => cell.index), best.index] },
    };
  },
  dx: (f, index) => {
    const around = windowsAround(f, index);
    const won = around.filter((output) => String(winner(f, output).index) === String(index));
    const nothing = around.length
      ? `0, because it is not the largest in ${around.length > 1 ? "any of the windows that see" : "the window that sees"} it`
      : "0, because no window sees it";
    const sum = addition(f, won.map((output) => ({ name: "dy", index: output })), nothing);
    if (won.length) sum.pieces.push(won.length > 1 ? ", from the windows that it won" : ", from the window that it won");
    return { ...sum, places: { ...sum.places, x: [index], y: won } };
  },
};

// ---- batch norm

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
function cellsOf(f, channel) {
  const { shape, values } = f.a.x;
  return upTo(values.length).map((flat) => indexOf(shape, flat)).filter((index) => index[1] === channel);
}

/** @param {Facts} f @param {string} name @param {number[]} index @returns {Term} */
const term = (f, name, index) => ({ text: wrapped(f, at(f.a[name], ...index)), places: { [name]: [index] } });

/** @type {Record<string, Explain>} */
const BATCH_NORM = {
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

/** @type {Record<string, Record<string, Explain>>} */
const EXPLAIN = { linear: LINEAR, relu: RELU, max_pool: MAX_POOL, batch_norm: BATCH_NORM };

const FEWEST = 4, MOST = 9;

// How a number of a layer comes about, written with the fewest digits with which it comes out.
/**
 * @param {string} layer @param {Settings} s @param {Arrays} a
 * @param {string} name @param {number[]} index @param {number} [most] digits
 */
export function explain(layer, s, a, name, index, most = MOST) {
  const wanted = digits(at(a[name], ...index), FEWEST);
  const made = upTo(most - FEWEST + 1).map((k) => () => EXPLAIN[layer][name]({ s, a, digits: FEWEST + k }, index));
  for (const make of made) {
    const sum = make();
    if (digits(sum.value, FEWEST) === wanted) return sum;
  }
  return made[0](); // rounding in the layer takes away digits of the result itself
}

// The result that a number goes into: where several are, the one nearest to what was shown.
/**
 * @param {string} layer @param {Settings} s @param {Arrays} a
 * @param {Place} from @param {Place} shown @returns {Place | null}
 */
export function leadsTo(layer, s, a, { name, index }, shown) {
  /** @param {string} result @param {number} axis */
  const kept = (result, axis) => (shown.name === result ? shown.index[axis] : 0);
  if (layer === "relu" || layer === "batch_norm") {
    if (name === "x") return { name: "y", index };
    if (name === "dy") return { name: "dx", index };
    if (layer === "relu") return null;
    const first = cellsOf({ s, a, digits: MOST }, index[0])[0];
    if (name === "mean" || name === "variance" || name === "weight" || name === "bias") return { name: "y", index: first };
  }
  if (layer === "max_pool") {
    const f = { s, a, digits: MOST };
    if (name === "dy") return { name: "dx", index: winner(f, index).index };
    const around = windowsAround(f, index);
    return around.length ? { name: "y", index: around[0] } : null;
  }
  if (name === "x") return { name: "y", index: [index[0], kept("y", 1)] };
  if (name === "weight") return { name: "y", index: [kept("y", 0), index[0]] };
  if (name === "bias") return { name: "y", index: [kept("y", 0), index[0]] };
  if (name === "dy") return { name: "dx", index: [index[0], kept("dx", 1)] };
  return null;
}

/** @param {Arrays} a @param {Place} place */
export const flatPlace = (a, { name, index }) => flatIndex(a[name].shape, index);
