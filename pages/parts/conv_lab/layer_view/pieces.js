// @ts-check
// What a sum is written with: numbers rounded as they are shown, and the cells they are from.

import { digits } from "../../web/numbers.js";
import { at } from "../../web/unpack.js";

/** @typedef {import("../../web/unpack.js").Arrays} Arrays */
/** @typedef {Record<string, number[][]>} Places places in arrays, by the arrays' names */
/** @typedef {{text: string, places: Places}} Term a part of the formula, and where it is from */
/** @typedef {string | Term} Piece */
/**
 * @typedef {object} Sum
 * @property {number} value what the numbers written in the pieces give
 * @property {Piece[]} pieces
 * @property {Places} places everything that meets in it
 * @property {string} [result] the number as it comes out, where that is told
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
export const rounded = (f, value) => Number(value.toPrecision(f.digits));
/** @param {Facts} f @param {number} value */
export const text = (f, value) => digits(value, f.digits);
/** @param {Facts} f @param {number} value */
export const wrapped = (f, value) => (value < 0 ? `(${text(f, value)})` : text(f, value));

// A sum of products of two arrays' numbers, or of quotients, a bias first where there is one.
/**
 * @param {Facts} f @param {[Place, Place][]} pairs @param {Place} [bias]
 * @param {boolean} [quotients] @returns {Sum}
 */
export function products(f, pairs, bias, quotients = false) {
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
    value += quotients ? rounded(f, a) / rounded(f, b) : rounded(f, a) * rounded(f, b);
    add(`${wrapped(f, a)}${quotients ? " / " : "\u00b7"}${wrapped(f, b)}`, [left, right]);
  }
  return { value, pieces, places };
}

// The sum of one array's numbers.
/** @param {Facts} f @param {Place[]} all @param {string} nothing said where there is none @returns {Sum} */
export function addition(f, all, nothing) {
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
export function placesOf(all) {
  /** @type {Places} */
  const places = {};
  for (const { name, index } of all) (places[name] ??= []).push(index);
  return places;
}

/** @param {number} count */
export const upTo = (count) => Array.from({ length: count }, (_, k) => k);
