// @ts-check
// The charts of layers: which epochs stand below their axis.

import assert from "node:assert/strict";
import { test } from "node:test";

import { labelledPlaces } from "../../pages/parts/train/layer_charts/layer_charts.js";

test("without an epoch nothing stands below the axis, later the first and the newest", () => {
  assert.deepEqual(labelledPlaces([]), []);
  assert.deepEqual(labelledPlaces([1]), [0]);
  assert.deepEqual(labelledPlaces([1, 2, 5]), [0, 2]);
});
