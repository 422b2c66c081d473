// @ts-check
// What the network's editor computes for itself: sizes of blocks, and gestures on their way.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Gestures } from "../../pages/parts/shared/network_editor/gestures.js";
import { blockSize, TALLEST } from "../../pages/parts/shared/network_editor/sizes.js";
import { memoryText } from "../../pages/parts/shared/network_editor/words.js";

test("larger maps are taller, more of them wider, and none larger than its room", () => {
  const sides = [1, 2, 7, 16, 72, 224, 512].map((side) => blockSize([16, side, side]).height);
  assert.deepEqual(sides, [...sides].sort((a, b) => a - b));
  assert.ok(sides[0] > 0 && /** @type {number} */ (sides.at(-1)) === TALLEST);
  const widths = [1, 3, 16, 64, 2048, 100_000].map((channels) => blockSize([channels, 8, 8]).width);
  assert.equal(new Set(widths).size, widths.length);
  assert.ok(widths[0] > 0 && /** @type {number} */ (widths.at(-1)) < 90);
  assert.ok(blockSize([2048]).height < blockSize([16, 4, 4]).height);
});

test("gestures are sent until they are acknowledged, typing only as it is last", () => {
  /** @type {unknown[][]} */
  const told = [];
  const gestures = new Gestures((pending) => told.push(pending.map((each) => each.text ?? each.do)));
  gestures.receive(7);
  gestures.send({ do: "undo" });
  gestures.send({ do: "type", text: "a" }, "type");
  gestures.send({ do: "type", text: "ab" }, "type");
  assert.deepEqual(told, [["undo"], ["undo", "a"], ["undo", "ab"]]);
  assert.deepEqual(gestures.pending.map((each) => each.id), [8, 10]);
  assert.equal(gestures.burstOf("type"), gestures.burstOf("type"));
  assert.notEqual(gestures.burstOf("type"), gestures.burstOf("change 1 kernel"));
  gestures.receive(8);
  assert.deepEqual(gestures.pending.map((each) => each.text), ["ab"]);
  gestures.receive(10);
  assert.deepEqual(gestures.pending, []);
});

test("memory is said in the unit a person would take", () => {
  assert.deepEqual([4, 82_944, 1_892_872, 16_333_320].map(memoryText), ["4 bytes", "82.9 kB", "1.89 MB", "16.3 MB"]);
});
