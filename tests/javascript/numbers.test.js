// @ts-check
// Numbers as text.

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  columnNumber,
  errorNumber,
  factor,
  fullNumber,
  percent,
  readNumber,
  roughNumber,
  shortCount,
  shortLimit,
  shortNumber,
} from "../../pages/parts/web/numbers.js";

/**
 * @param {string} name
 * @param {(value: any) => string} write
 * @param {[value: number | string, text: string][]} table
 */
function writes(name, write, table) {
  test(`${name} writes numbers short and with a real minus sign`, () => {
    for (const [value, text] of table) assert.equal(write(value), text.replace("-", "\u2212"), String(value));
  });
}

writes("a wide cell", (value) => shortNumber(value, false), [
  [0, "0"], [1, "1"], [-0.5, "-0.5"], [0.125, "0.13"], [12.34, "12.3"], [123.4, "123"],
  [0.001, "1e−3"], [NaN, "?"], [Infinity, "?"], [100, "100"], [10, "10"],
]);
writes("a narrow cell", (value) => shortNumber(value, true), [
  [0, "0"], [-0.5, "-.5"], [1.26, "1.3"], [12.6, "13"], [0.001, "~0"], [20, "20"],
]);
writes("a tiny cell", roughNumber, [
  [0, "0"], [-1.5, "-2"], [8.4, "8"], [-0.31, "-.3"], [0.97, "1"], [0.01, "~0"], [12.6, "13"], [NaN, "?"],
]);
writes("a factor", factor, [[0, "0"], [1 / 3, "0.3333"], [-12345.6, "-12350"], [2, "2"]]);
writes("a float32", (value) => fullNumber(value, "float32"), [[Math.fround(0.1), "0.100000001"]]);
writes("a float64", (value) => fullNumber(value, "float64"), [[0.1 + 0.2, "0.30000000000000004"]]);
writes("an error", errorNumber, [
  [0, "0"], [1.234e-12, "1.2e−12"], [-0.5, "-0.5"], [0.01, "0.01"], [12345, "1.2e+4"],
]);
writes("the end of a scale", shortLimit, [[0.5, "0.5"], [123.456, "123"], [1e-7, "1.0e−7"]]);
writes("a value that is read", readNumber, [
  [0, "0"], [1.23456, "1.23"], [-0.0001, "-1.0e−4"], [12345, "1.2e+4"], ["nan", "NaN"], [NaN, "NaN"],
]);
writes("a column", columnNumber, [[1, "1.00000000"], [-2e-6, "-2.00e−6"], [0, "0.00000000"], ["inf", "inf"]]);
writes("a count", shortCount, [[9408, "9,408"], [25_400, "25 k"], [6_600_000, "6.6 M"], [3_360_000_000, "3.4 G"]]);
writes("a share", percent, [[0, "0.0 %"], [0.8123, "81.2 %"], [1, "100.0 %"]]);
