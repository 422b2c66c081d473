// @ts-check
// Numbers as text, always with a real minus sign. What is not finite comes from Python as a word.

/** @typedef {number | string} MaybeNumber a number, or "nan", "inf", "-inf" */

/** @param {string} text */
export const minus = (text) => text.replaceAll("-", "\u2212");

// At most five characters for a cell of a picture, at most four where it is narrow.
/** @param {number} value @param {boolean} narrow */
export function shortNumber(value, narrow) {
  if (!Number.isFinite(value)) return "?";
  const size = Math.abs(value);
  if (size !== 0 && size < 0.005) return narrow ? "~0" : minus(value.toExponential(0));
  const decimals = size >= 100 ? 0 : size >= 10 ? (narrow ? 0 : 1) : size >= 1 && narrow ? 1 : 2;
  const text = value.toFixed(decimals);
  const short = text.includes(".") ? text.replace(/\.?0+$/, "") : text;
  return minus(narrow ? short.replace(/^(-?)0\./, "$1.") : short);
}

// At most three characters, where even four would not be read: 8.5 as 9, −0.31 as −.3.
/** @param {number} value */
export function roughNumber(value) {
  if (!Number.isFinite(value)) return "?";
  const size = Math.abs(value);
  if (size >= 0.95) return minus(value.toFixed(0));
  return size < 0.05 ? (size ? "~0" : "0") : minus(value.toFixed(1).replace("0.", "."));
}

// So many significant digits, without zeros at the end.
/** @param {number} value @param {number} count */
export function digits(value, count) {
  return minus(String(Number(value.toPrecision(count))));
}

// Four significant digits, for a factor in a sum.
/** @param {number} value */
export const factor = (value) => digits(value, 4);

// As many digits as the dtype holds, so that a difference in the last one is seen.
/** @param {number} value @param {string} dtype */
export const fullNumber = (value, dtype) => digits(value, dtype === "float32" ? 9 : 17);

// An error: 1.2e-7, or 0 when both are equal to the last bit; large ones as people write them.
/** @param {number} value */
export function errorNumber(value) {
  if (value === 0) return "0";
  const large = Math.abs(value) >= 0.01 && Math.abs(value) < 1e4;
  return large ? digits(value, 2) : minus(value.toExponential(1));
}

// The end of a scale.
/** @param {number} limit */
export function shortLimit(limit) {
  return limit >= 0.01 && limit < 1000 ? digits(limit, 3) : errorNumber(limit);
}

// Three digits, for a value that is read.
/** @param {MaybeNumber} value */
export function readNumber(value) {
  if (typeof value === "string" || !Number.isFinite(value)) return String(value).replace("nan", "NaN");
  if (value === 0) return "0";
  const size = Math.abs(value);
  return minus(size >= 1e4 || size < 1e-3 ? value.toExponential(1) : value.toPrecision(3));
}

// Eight decimals, for a column of numbers that are added up.
/** @param {MaybeNumber} value */
export function columnNumber(value) {
  if (typeof value === "string") return value;
  const size = Math.abs(value);
  return minus(size !== 0 && size < 1e-5 ? value.toExponential(2) : value.toFixed(8));
}

// 3.4 G multiply-adds, 1.2 M weights, 25 k, 9,408.
/** @param {number} value */
export function shortCount(value) {
  if (value >= 1e9) return `${(value / 1e9).toFixed(1)} G`;
  if (value >= 1e6) return `${(value / 1e6).toFixed(1)} M`;
  if (value >= 1e4) return `${Math.round(value / 1e3)} k`;
  return value.toLocaleString("en");
}

// A share of 0..1: 81.2 %.
/** @param {number} share @param {number} [decimals] */
export function percent(share, decimals = 1) {
  return `${(share * 100).toFixed(decimals)} %`;
}

/** @param {number[]} shape */
export const shapeText = (shape) => shape.join(" \u00d7 ");
