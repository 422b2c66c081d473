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
import { explain, leadsTo } from "../../pages/parts/conv_lab/layer_view/sums.js";
import { changedBy, differenceOf, enlargedBy } from "../../pages/parts/shared/fooling/step.js";
import { makeScale, toBytes } from "../../pages/parts/web/colours.js";
import { percent } from "../../pages/parts/web/numbers.js";
import { Tiling } from "../../pages/parts/web/tiling.js";
import { at, flatIndex, indexOf, largestMagnitude, unpack } from "../../pages/parts/web/unpack.js";

/** @typedef {import("../../pages/parts/conv_lab/lab/sums.js").Experiment} Experiment */
/** @typedef {import("../../pages/parts/conv_lab/layer_view/layer_view.js").Header} LayerHeader */

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

test("every number of a layer comes out of the sum that is written for it", () => {
  let seen = 0;
  for (const packed of cases.layers) {
    /** @type {import("../../pages/parts/web/unpack.js").Packed<LayerHeader>} */
    const { header, arrays } = unpack(bytesOf(packed));
    const { layer, panels } = header;
    for (const { name, result, shape } of panels) {
      const { values } = arrays[name];
      const size = largestMagnitude(values);
      values.forEach((number, flat) => {
        const index = indexOf(shape, flat);
        if (result) {
          const sum = explain(header, arrays, name, index);
          const written = sum.pieces.map((piece) => (typeof piece === "string" ? piece : piece.text)).join("");
          assert.ok(Math.abs(sum.value - number) <= 6e-4 * Math.max(size, 1e-3), `${layer} ${name}[${index}]: ${written}`);
          for (const [array, places] of Object.entries(sum.places))
            for (const place of places) assert.notEqual(at(arrays[array], ...place), undefined);
          seen++;
        } else {
          const to = leadsTo(header, arrays, { name, index }, { name: "y", index: [0, 0] });
          if (to) assert.notEqual(at(arrays[to.name], ...to.index), undefined);
          else assert.match(layer, /_pool$|conv_transpose/, `${name}[${index}] leads nowhere`);
        }
      });
    }
  }
  assert.ok(seen > 600);
});

test("the sums of small layers are written as one would write them", () => {
  const written = cases.layers.slice(0, 4).map((/** @type {string} */ packed) => {
    /** @type {import("../../pages/parts/web/unpack.js").Packed<LayerHeader>} */
    const { header, arrays } = unpack(bytesOf(packed));
    return explain(header, arrays, "y", [0, 0]).pieces
      .map((piece) => (typeof piece === "string" ? piece : piece.text)).join("");
  });
  assert.match(written[0], /^0\.19 \(bias\) \+ 0\.13\u00b70\.35 \+ \(\u22120\.13\)\u00b70\.82 \+ /);
  assert.equal(written[2], "max(0, 0)");
  assert.equal(written[3], "max(0.13, (\u22120.13), (\u22120.7), (\u22121.27))");
});

test("a grid of tiles knows where each number stands", () => {
  for (const shape of [[5], [2, 3], [4, 2, 3], [4, 2, 3, 5]])
    for (const turned of [false, true]) {
      const tiling = new Tiling(shape, turned);
      const count = shape.reduce((whole, size) => whole * size, 1);
      for (let flat = 0; flat < count; flat++) assert.equal(tiling.flat(...tiling.cell(flat)), flat);
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

test("a gradient step changes a photo as Python says, and its difference can be drawn", () => {
  for (const { steps, photo, direction, changed, factor } of cases.fooled) {
    const mine = changedBy(Uint8Array.from(photo), Uint8Array.from(direction), steps);
    assert.deepEqual(Array.from(mine), changed);
    assert.equal(enlargedBy(steps), factor);
    const drawn = differenceOf(Uint8Array.from(photo), mine, factor);
    changed.forEach((/** @type {number} */ value, /** @type {number} */ i) => {
      const exact = 128 + factor * (value - photo[i]);
      assert.equal(drawn[i], Math.min(255, Math.max(0, exact)));
      if (steps <= 127) assert.equal(drawn[i], exact);
    });
  }
});

test("shares are written as Python writes them", () => {
  for (const { share, text } of cases.percent) assert.equal(percent(share), text);
});
