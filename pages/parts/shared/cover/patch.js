// @ts-check
// A rectangle that is moved and sized inside a square photo, in the photo's pixels.

import { clamp } from "../../web/keyboard.js";

/** @typedef {[top: number, left: number, height: number, width: number]} Patch */
/** @typedef {[y: number, x: number]} Point in the photo's pixels, between them too */
/** @typedef {[down: 0 | 1, right: 0 | 1]} Corner */

export const SMALLEST = 2;

// The patch of a size, as near to a place as the photo's edges let it lie.
/** @param {Patch} wanted @param {number} size @returns {Patch} */
export function inside([top, left, height, width], size) {
  const [tall, wide] = [height, width].map((side) => clamp(Math.round(side), SMALLEST, size));
  return [
    clamp(Math.round(top), 0, size - tall), clamp(Math.round(left), 0, size - wide), tall, wide,
  ];
}

// The patch with its middle at a point.
/** @param {Patch} patch @param {Point} point @param {number} size */
export function centred([, , height, width], [y, x], size) {
  return inside([y - height / 2, x - width / 2, height, width], size);
}

// The patch grown on every side; a negative number shrinks it.
/** @param {Patch} patch @param {number} rows @param {number} columns @param {number} size */
export function grown([top, left, height, width], rows, columns, size) {
  const tall = Math.max(SMALLEST, height + rows), wide = Math.max(SMALLEST, width + columns);
  return inside([top + (height - tall) / 2, left + (width - wide) / 2, tall, wide], size);
}

// The patch with one corner pulled to a point; the opposite corner stays.
/** @param {Patch} patch @param {Corner} corner @param {Point} point @param {number} size */
export function pulled([top, left, height, width], [down, right], [y, x], size) {
  const [first, tall] = pulledSide(top, height, down, clamp(Math.round(y), 0, size), size);
  const [start, wide] = pulledSide(left, width, right, clamp(Math.round(x), 0, size), size);
  return inside([first, start, tall, wide], size);
}

/** @param {number} start @param {number} length @param {0 | 1} end @param {number} to @param {number} size */
function pulledSide(start, length, end, to, size) {
  if (end) return [start, clamp(to - start, SMALLEST, size - start)];
  const stays = start + length;
  const moved = clamp(to, 0, stays - SMALLEST);
  return [moved, stays - moved];
}

// The corner that lies within reach of a point, the nearest one if there are several.
/** @param {Patch} patch @param {Point} point @param {number} reach @returns {Corner | null} */
export function cornerNear(patch, point, reach) {
  /** @type {{corner: Corner | null, away: number}} */
  let nearest = { corner: null, away: reach };
  for (const corner of CORNERS) {
    const [y, x] = cornerOf(patch, corner);
    const away = Math.hypot(y - point[0], x - point[1]);
    if (away <= nearest.away) nearest = { corner, away };
  }
  return nearest.corner;
}

/** @type {Corner[]} */
export const CORNERS = [[0, 0], [0, 1], [1, 0], [1, 1]];

/** @param {Patch} patch @param {Corner} corner @returns {Point} */
export function cornerOf([top, left, height, width], [down, right]) {
  return [top + down * height, left + right * width];
}

/** @param {Patch} patch @param {Point} point */
export function holds([top, left, height, width], [y, x]) {
  return y >= top && y <= top + height && x >= left && x <= left + width;
}
