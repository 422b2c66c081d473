// @ts-check
// What Python computed, computed anew by the browser's functions: the same numbers come out.
// tests/test_javascript.py writes the cases to the file that CASES names.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { MISTAKEN } from "../../pages/parts/conv_lab/lab/mistakes.js";
import {
  biasGradientTerms,
  inputGradientTerms,
  outputTerms,
  weightGradientTerms,
} from "../../pages/parts/conv_lab/lab/sums.js";
import { makeScale, toBytes } from "../../pages/parts/web/colours.js";
import { percent } from "../../pages/parts/web/numbers.js";
import { at, flatIndex, indexOf, unpack } from "../../pages/parts/web/unpack.js";

/** @typedef {import("../../pages/parts/conv_lab/lab/sums.js").Experiment} Experiment */

const cases = JSON.parse(readFileSync(process.env.CASES ?? "", "utf-8"));
const TERMS = { y: outputTerms, dx: inputGradientTerms, dw: weightGradientTerms, db: biasGradientTerms };

/** @param {string} base64 */
const bytesOf = (base64) => new Uint8Array(Buffer.from(base64, "base64"));
/** @param {ArrayLike<number>} values NaN and infinities as JSON has them: as words */
const asJson = (values) => Array.from(values, (value) => (Number.isFinite(value) ? value : String(value)));

test("packed arrays come out as they went in", () => {
  for (const { packed, title, arrays: expected } of cases.packed) {
    const { header, arrays } = unpack(bytesOf(packed));
    assert.equal(/** @type {{title: string}} */ (header).title, title);
    assert.deepEqual(Object.keys(arrays), Object.keys(expected));
    for (const [name, { shape, values }] of Object.entries(arrays))
      assert.deepEqual({ shape, values: asJson(values) }, expected[name]);
  }
});

test("an index and its place in the values belong together", () => {
  for (const { shape, index, flat } of cases.indices) {
    assert.equal(flatIndex(shape, index), flat);
    assert.deepEqual(indexOf(shape, flat), index);
  }
});

test("every sum of a convolution has Python's terms", () => {
  for (const { packed, terms } of cases.sums) {
    /** @type {import("../../pages/parts/web/unpack.js").Packed<Experiment>} */
    const { header, arrays } = unpack(bytesOf(packed));
    for (const { mode, index, expected } of terms) {
      const termsOf = TERMS[/** @type {keyof typeof TERMS} */ (mode)];
      const made = termsOf(header, arrays, index);
      assert.deepEqual(made, expected, `${mode} at ${index}`);
    }
  }
});

test("the terms of a planted mistake add up to what NumPy computes with it", () => {
  for (const { mistake, places } of cases.mistakes)
    for (const { packed, mode, index, broken, value } of places) {
      /** @type {import("../../pages/parts/web/unpack.js").Packed<Experiment & {bias: boolean}>} */
      const { header, arrays } = unpack(bytesOf(packed));
      const termsOf = MISTAKEN[mistake][/** @type {keyof typeof TERMS} */ (mode)];
      if (broken) assert.ok(termsOf, `${mistake} breaks ${mode}`);
      if (!termsOf) continue;
      const bias = mode === "y" && header.bias ? at(arrays.bias, index[0]) : 0;
      const terms = termsOf(header, arrays, index);
      const sum = terms.reduce((whole, { left, right }) => whole + left * right, bias);
      assert.ok(Math.abs(sum - value) < 1e-9, `${mistake}, ${mode} at ${index}: ${sum}, not ${value}`);
      for (const { left, right, leftAt, rightAt, padding } of terms) {
        if (padding) continue;
        assert.equal(left, at(arrays[mode === "y" ? "x" : "dy"], ...leftAt), `${mistake}, ${mode}`);
        if (mode !== "db") assert.equal(right, at(arrays[mode === "dw" ? "x" : "weight"], ...rightAt));
      }
    }
});

test("maps become the bytes that Python makes of them", () => {
  for (const { packed, scale, bytes } of cases.bytes)
    assert.deepEqual(Array.from(toBytes(unpack(bytesOf(packed)).arrays.values.values, scale)), bytes);
});

test("the diverging scale has Python's colours", () => {
  const { colours, values, limit, rgb } = cases.diverging;
  const { table, place } = makeScale(colours);
  values.forEach((/** @type {number | string} */ value, /** @type {number} */ i) => {
    const from = 4 * place(Number(value), limit);
    assert.deepEqual(Array.from(table.subarray(from, from + 3)), rgb[i], String(value));
  });
});

test("shares are written as Python writes them", () => {
  for (const { share, text } of cases.percent) assert.equal(percent(share), text);
});
