// @ts-check
// The live camera: what is said where there is none, and what of the line is seen when.

import assert from "node:assert/strict";
import { test } from "node:test";

import { askForCamera, switchOff } from "../../pages/parts/classify/live/camera.js";
import { beginning, inWords, pieces } from "../../pages/parts/classify/live/moving_line.js";

/** @param {unknown} error */
const refusing = (error) => /** @type {MediaDevices} */ ({ getUserMedia: () => Promise.reject(error) });

test("where there is no camera, a sentence says why", async () => {
  await assert.rejects(askForCamera(undefined), /only to pages on localhost or https/);
  /** @type {[string, RegExp][]} */
  const cases = [
    ["NotAllowedError", /was refused/], ["SecurityError", /was refused/],
    ["NotFoundError", /No camera was found/], ["OverconstrainedError", /No camera was found/],
    ["NotReadableError", /another program/], ["AbortError", /another program/],
    ["toString", /did not give/], ["", /did not give/],
  ];
  for (const [name, words] of cases)
    await assert.rejects(askForCamera(refusing(new DOMException("", name))), words);
  await assert.rejects(askForCamera(refusing("no")), /did not give this page the camera\.$/);
});

test("only a picture is asked for, never sound, and every track is stopped", async () => {
  /** @type {MediaStreamConstraints[]} */
  const asked = [];
  let stopped = 0;
  const track = { stop: () => { stopped += 1; } };
  const stream = { getTracks: () => [track, track] };
  const devices = /** @type {MediaDevices} */ (/** @type {unknown} */ ({
    getUserMedia: async (/** @type {MediaStreamConstraints} */ wanted) => { asked.push(wanted); return stream; },
  }));
  switchOff(await askForCamera(devices));
  assert.equal(asked.length, 1);
  assert.equal(asked[0].audio, false);
  assert.equal(stopped, 2);
  switchOff(null);
});

test("the line shows the last 20 seconds, or for less motion those since it began anew", () => {
  assert.equal(beginning(47, false), 27);
  assert.equal(beginning(47, true), 40);
  assert.equal(beginning(40, true), 40);
  assert.equal(beginning(3, true), 0);
});

test("the line breaks where no answer came", () => {
  const points = [1, 2, 3, 6, 7, 25].map((at) => ({ at, probability: at / 100, counts: true }));
  const times = (/** @type {number} */ now, /** @type {boolean} */ calm) =>
    pieces(points, now, calm).map((piece) => piece.map((point) => point.at));
  assert.deepEqual(times(8, false), [[1, 2, 3], [6, 7]]);
  assert.deepEqual(times(22, false), [[2, 3], [6, 7]]);
  assert.deepEqual(times(25, false), [[6, 7], [25]]);
  assert.deepEqual(times(25, true), [[25]]);
  assert.deepEqual(times(19, true), [[1, 2, 3], [6, 7]]);
  assert.deepEqual(pieces([], 5, false), []);
});

test("a screen reader is told the line in words", () => {
  assert.equal(inWords([], "cat"), "P(cat) of the last 20 seconds: no answer yet.");
  const points = [0.2, 0.9, 0.5].map((probability, at) => ({ at, probability, counts: true }));
  assert.equal(inWords(points, "cat"), "P(cat) of the last 20 seconds: between 20 % and 90 %, 50 % last.");
});
