// @ts-check
// One gradient step of any size, in the numbers that a file holds: as core/explain/fooling.py.

/** @typedef {import("../../web/unpack.js").Values} Values */

// The photo's numbers after so many steps; directions are 0, 1, 2 for -1, 0, 1.
/** @param {Values} photo @param {Values} direction @param {number} steps */
export function changedBy(photo, direction, steps) {
  const changed = new Uint8ClampedArray(photo.length); // what leaves 0 to 255 stays at the end
  for (let i = 0; i < photo.length; i++) changed[i] = photo[i] + steps * (direction[i] - 1);
  return changed;
}

// What was added, around mid-grey, so many times enlarged.
/** @param {Values} photo @param {Uint8ClampedArray} changed @param {number} times */
export function differenceOf(photo, changed, times) {
  const drawn = new Uint8ClampedArray(photo.length);
  for (let i = 0; i < photo.length; i++) drawn[i] = 128 + times * (changed[i] - photo[i]);
  return drawn;
}

// How many times the difference can be enlarged and still be drawn.
/** @param {number} steps */
export const enlargedBy = (steps) => Math.floor(127 / Math.max(1, Math.min(steps, 127)));
