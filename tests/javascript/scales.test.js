// @ts-check
// Places along an axis, over a grid and on the keyboard.

import assert from "node:assert/strict";
import { test } from "node:test";

import { chartNumber, logRange, logTicks, nearest, paddedRange, ticks } from "../../pages/parts/shared/line_chart/scales.js";
import { moved } from "../../pages/parts/web/keyboard.js";

test("ticks stand at 1, 2 or 5 times a power of ten", () => {
  assert.deepEqual(ticks(0, 10, 5), { values: [0, 2, 4, 6, 8, 10], step: 2 });
  assert.deepEqual(ticks(3, 47, 4).values, [20, 40]);
  assert.equal(ticks(0, 0.7, 5).step, 0.2);
  assert.equal(ticks(-1, 1, 2).step, 1);
});

test("between two epochs there is no tick", () => {
  assert.deepEqual(ticks(1, 3, 6, true).values, [1, 2, 3]);
  assert.deepEqual(ticks(0, 2, 6, true).values, [0, 1, 2]);
  assert.equal(ticks(1, 40, 6, true).step, 10);
  assert.equal(ticks(1, 3, 6).step, 0.5);
});

test("no two ticks of shares are written alike", () => {
  for (const [from, to] of [[0, 1], [0.4, 0.6], [0.49, 0.503], [0.4995, 0.5005]]) {
    const { values, step } = ticks(from, to, 5);
    const texts = values.map((value) => chartNumber(value, "percent", step));
    assert.equal(new Set(texts).size, texts.length, texts.join());
  }
  assert.equal(chartNumber(0.495, "percent", 0.005), "49.5 %");
});

test("a log scale has powers of ten, with more between them where they are few", () => {
  assert.deepEqual(logTicks(-2, 1).values, [0.01, 0.03, 0.1, 0.3, 1, 3, 10]);
  assert.deepEqual(logTicks(-1, 0).values, [0.1, 0.2, 0.5, 1]);
  assert.deepEqual(logTicks(-8, 0).values.length, 9);
  assert.deepEqual(logTicks(-22.3, 1.2).values, [1e-21, 1e-18, 1e-15, 1e-12, 1e-9, 1e-6, 1e-3, 1]);
  assert.deepEqual(logTicks(Math.log10(0.5), Math.log10(0.7)).step, 0.05);
  assert.equal(chartNumber(0.03, "number", 0), "0.03");
  assert.equal(chartNumber(1e-5, "number", 0), "1e−5");
  const [low, high] = logRange([0, 0.01, 10]);
  assert.ok(-2.3 < low && low < -2 && 1 < high && high < 1.3);
  assert.deepEqual(logRange([0]), [-1, 0]);
});

test("numbers at ticks are as short as their step allows", () => {
  assert.equal(chartNumber(0.25, "number", 0.05), "0.25");
  assert.equal(chartNumber(3, "number", 1), "3");
  assert.equal(chartNumber(0.25, "number"), "0.250");
  assert.equal(chartNumber(0.5, "percent", 0.1), "50 %");
  assert.equal(chartNumber(0.5125, "percent"), "51.2 %");
  assert.equal(chartNumber(-7, "power", 1), "1e−7");
  assert.equal(chartNumber(0.0001, "number"), "1.0e−4");
  assert.equal(chartNumber(4_000_000, "number", 1_000_000), "4e+6");
  assert.equal(chartNumber(20_000, "number", 5_000), "20,000");
  assert.deepEqual(ticks(-8, 8, 2.8).values, [-5, 0, 5]); // one tick alone says nothing
  assert.equal(chartNumber(1.8e-16, "number", 0), "1.8e−16");
  assert.equal(chartNumber(-3.5, "power", 0.5), "3.2e−4");
});

test("the nearest number is found", () => {
  assert.equal(nearest([], 3), -1);
  assert.equal(nearest([5], 3), 0);
  assert.equal(nearest([1, 2, 4, 8], 3.5), 2);
  assert.equal(nearest([1, 2, 4, 8], 100), 3);
  assert.equal(nearest([1, 2, 4, 8], -1), 0);
});

test("a range has room around it, and begins at zero where that costs no detail", () => {
  assert.deepEqual(paddedRange([0.1, 1]), [0, 1.06]);
  assert.deepEqual(paddedRange([0, 1]), [0, 1.06]);
  const [low, high] = paddedRange([7, 7]);
  assert.ok(low < 7 && 7 < high);
});

test("a step stays inside the grid", () => {
  assert.deepEqual(moved([1, 1], [1, 0], [3, 2]), [2, 1]);
  assert.deepEqual(moved([0, 1], [-1, 0], [3, 2]), [0, 1]);
  assert.deepEqual(moved([0, 1], [0, 5], [3, 2]), [0, 1]);
});
