// @ts-check
// How every number of a layer comes about: a formula with numbers, and the cells that meet in it.
// For the browser to follow the pointer by itself; tests hold the results against both engines.

import { digits } from "../../web/numbers.js";
import { at, flatIndex } from "../../web/unpack.js";
import { BATCH_NORM, cellsOf } from "./batch_norm.js";
import { MAX_POOL, windowsAround, winner } from "./max_pool.js";
import { addition, products, rounded, text, upTo } from "./pieces.js";
import { isTold, reached, tell } from "./told.js";

/** @typedef {import("../../web/unpack.js").Arrays} Arrays */
/** @typedef {import("./pieces.js").Settings} Settings */
/** @typedef {import("./pieces.js").Explain} Explain */
/** @typedef {import("./pieces.js").Piece} Piece */
/** @typedef {import("./pieces.js").Place} Place */
/** @typedef {{layer: string, settings: Settings} & import("./told.js").Told} Layer */

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

/** @type {Record<string, Record<string, Explain>>} */
const EXPLAIN = { linear: LINEAR, relu: RELU, max_pool: MAX_POOL, batch_norm: BATCH_NORM };

const FEWEST = 4, MOST = 9;

// How a number of a layer comes about, written with the fewest digits with which it comes out.
/**
 * @param {Layer} layer @param {Arrays} a
 * @param {string} name @param {number[]} index @param {number} [most] digits
 */
export function explain(layer, a, name, index, most = MOST) {
  const wanted = digits(at(a[name], ...index), FEWEST);
  /** @param {number} count */
  const make = (count) => {
    const f = { s: layer.settings, a, digits: count };
    return isTold(layer, name) ? tell(f, layer, name, index) : EXPLAIN[layer.layer][name](f, index);
  };
  for (let count = FEWEST; count <= most; count++) {
    const sum = make(count);
    if (digits(sum.value, FEWEST) === wanted) return sum;
  }
  return make(FEWEST); // rounding in the layer takes away digits of the result itself
}

// The result that a number goes into: where several are, the one nearest to what was shown.
/**
 * @param {Layer} layer @param {Arrays} a
 * @param {Place} from @param {Place} shown @returns {Place | null}
 */
export function leadsTo({ layer, settings: s, ...told }, a, { name, index }, shown) {
  if (!(layer in EXPLAIN)) {
    const found = reached(told, a, { name, index });
    return found[Math.floor(found.length / 2)] ?? null;
  }
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
