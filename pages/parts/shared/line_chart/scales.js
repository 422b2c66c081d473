// @ts-check
// Places along an axis: ticks, their numbers, the value nearest to a place.

import { percent } from "../../web/numbers.js";

/** @typedef {"number" | "percent" | "power"} Kind with "power" the values are powers of ten */
/** @typedef {{values: number[], step: number}} Ticks */

// The loveliest step is 1, 2 or 5 times a power of ten (Heckbert, Graphics Gems, 1990).
/** @param {number} from @param {number} to @param {number} wanted @returns {Ticks} */
export function ticks(from, to, wanted) {
  const rough = (to - from) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5].map((m) => m * power).find((s) => s >= rough) ?? 10 * power;
  const values = [];
  for (let i = Math.ceil(from / step); i * step <= to + step * 1e-9; i++) values.push(i * step);
  return { values, step };
}

// A value to read, or with the `step` between ticks one of these, as short as they allow.
/** @param {number} value @param {Kind} kind @param {number} [step] */
export function chartNumber(value, kind, step) {
  if (kind === "power") return (10 ** value).toExponential(step ? 0 : 1);
  if (kind === "percent") return percent(value, step ? 0 : 1);
  if (value !== 0 && Math.abs(value) < 1e-3) return value.toExponential(1);
  if (step) return value.toFixed(Math.max(0, -Math.floor(Math.log10(step) + 1e-9)));
  return value.toFixed(3);
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
