// @ts-check
import assert from "node:assert/strict";
import { test } from "node:test";

import {
  centred, cornerNear, grown, holds, inside, pulled,
} from "../../pages/parts/shared/cover/patch.js";

/** @typedef {import("../../pages/parts/shared/cover/patch.js").Patch} Patch */

const SIZE = 96;
/** @type {Patch} */
const PATCH = [20, 30, 40, 10]; // from row 20 to 60, from column 30 to 40

test("a patch stays inside the photo, whatever is asked for", () => {
  assert.deepEqual(inside([-5, 90, 40, 10], SIZE), [0, 86, 40, 10]);
  assert.deepEqual(inside([3.4, 3.6, 500, -7], SIZE), [0, 4, 96, 2]);
  assert.deepEqual(centred(PATCH, [0, 95], SIZE), [0, 86, 40, 10]);
});

test("a pulled corner goes to the pointer and the opposite one stays", () => {
  assert.deepEqual(pulled(PATCH, [1, 1], [80, 70], SIZE), [20, 30, 60, 40]);
  assert.deepEqual(pulled(PATCH, [0, 0], [10, 5], SIZE), [10, 5, 50, 35]);
  assert.deepEqual(pulled(PATCH, [0, 1], [-9, 200], SIZE), [0, 30, 60, 66]); // at the photo's edges
  assert.deepEqual(pulled(PATCH, [1, 0], [0, 99], SIZE), [20, 38, 2, 2]); // never inside out
});

test("it grows and shrinks about its middle", () => {
  assert.deepEqual(grown(PATCH, 4, 4, SIZE), [18, 28, 44, 14]);
  assert.deepEqual(grown(PATCH, 0, -4, SIZE), [20, 32, 40, 6]);
  assert.deepEqual(grown(PATCH, 500, 0, SIZE), [0, 30, 96, 10]);
  assert.deepEqual(grown([20, 30, 2, 2], -4, -4, SIZE), [20, 30, 2, 2]);
});

test("the nearest corner within reach is taken", () => {
  assert.deepEqual(cornerNear(PATCH, [58, 41], 5), [1, 1]);
  assert.deepEqual(cornerNear(PATCH, [20, 36], 9), [0, 1]);
  assert.equal(cornerNear(PATCH, [40, 35], 5), null);
  assert.ok(holds(PATCH, [40, 35]) && !holds(PATCH, [40, 45]));
});
