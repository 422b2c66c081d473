// @ts-check
// Places along an axis: ticks, their numbers, the value nearest to a place.

import { minus, percent } from "../../web/numbers.js";

/** @typedef {"number" | "percent" | "power"} Kind with "power" the values are powers of ten */
/** @typedef {{values: number[], step: number}} Ticks with a step of 0 each is written by itself */

// The loveliest step is 1, 2 or 5 times a power of ten (Heckbert, Graphics Gems, 1990); where only
// whole numbers have a meaning, such as epochs, it is at least 1.
/** @param {number} from @param {number} to @param {number} wanted @param {boolean} [whole] @returns {Ticks} */
export function ticks(from, to, wanted, whole = false) {
  const rough = (to - from) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const nice = [1, 2, 5].map((m) => m * power).find((s) => s >= rough) ?? 10 * power;
  const step = whole ? Math.max(1, nice) : nice;
  const values = [];
  for (let i = Math.ceil(from / step); i * step <= to + step * 1e-9; i++) values.push(i * step);
  if (values.length < 2 && !(whole && step === 1)) return ticks(from, to, 2 * wanted, whole);
  return { values, step };
}

// On a log scale: powers of ten, and where these are few 2 and 5 times them.
/** @param {number} from @param {number} to exponents of ten @returns {Ticks} */
export function logTicks(from, to) {
  const span = to - from;
  if (span < 0.5) return ticks(10 ** from, 10 ** to, 5);
  const between = span > 6 ? [] : span > 2 ? [3] : [2, 5];
  const every = Math.max(1, Math.ceil(span / 8)); // as many as can stand one above the other
  const values = [];
  for (let power = every * Math.floor(from / every); power <= to; power += every)
    for (const times of [1, ...between]) {
      const exponent = power + Math.log10(times);
      if (exponent >= from && exponent <= to) values.push(Number(`${times}e${power}`));
    }
  return { values, step: 0 };
}

// A value to read, or with the `step` between ticks one of these, as short as they allow.
/** @param {number} value @param {Kind} kind @param {number} [step] */
export function chartNumber(value, kind, step) {
  if (kind === "power") return exponential(10 ** value, step !== undefined);
  if (kind === "percent") return percent(value, step === undefined ? 1 : decimals(100 * step));
  if (value !== 0 && Math.abs(value) < 1e-3) return exponential(value, step === 0);
  if (Math.abs(value) >= 1e6) return exponential(value, step !== undefined);
  const places = step === undefined ? 3 : decimals(step);
  const text = step === 0 ? String(Number(value.toPrecision(3))) : value.toFixed(places);
  return minus(Math.abs(value) < 1e4 ? text : Number(text).toLocaleString("en"));
}

// Two digits; at a tick that is enough, and one where the other is 0.
/** @param {number} value @param {boolean} short */
function exponential(value, short) {
  return minus(short ? Number(value.toPrecision(2)).toExponential() : value.toExponential(1));
}

// With so many decimals, two neighbours of this distance are written differently.
/** @param {number} step */
function decimals(step) {
  return Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
}

// The place of the number nearest to x, or -1 where there is none.
/** @param {number[]} sorted @param {number} x */
export function nearest(sorted, x) {
  let low = 0, high = sorted.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < x) low = middle;
    else high = middle;
  }
  if (high < 0) return -1;
  return Math.abs(sorted[high] - x) < Math.abs(sorted[low] - x) ? high : low;
}

// What the y axis must hold, with some room; a range of losses begins at zero where that costs no detail.
/** @param {number[]} ys @returns {[low: number, high: number]} */
export function paddedRange(ys) {
  let low = Math.min(...ys);
  const high = Math.max(...ys);
  if (low > 0 && low < 0.5 * high) low = 0;
  // Values that are equal but for rounding would leave no room for ticks between them.
  const flat = high - low <= 1e-9 * Math.max(Math.abs(low), Math.abs(high));
  const pad = (flat ? Math.abs(high) || 1 : high - low) * 0.06;
  return [low === 0 ? 0 : low - pad, high + pad];
}

// The same of values above zero as exponents of ten, for a log scale.
/** @param {number[]} ys @returns {[low: number, high: number]} */
export function logRange(ys) {
  const exponents = ys.filter((y) => y > 0).map(Math.log10);
  if (!exponents.length) return [-1, 0];
  const low = Math.min(...exponents), high = Math.max(...exponents);
  const pad = Math.max(0.05, (high - low) * 0.06);
  return [low - pad, high + pad];
}
