// @ts-check
// Arrow keys over rows and columns.

/** @typedef {[row: number, column: number]} Cell */

/** @type {Record<string, Cell>} */
const ARROWS = {
  ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1],
};

/** @param {KeyboardEvent} event @returns {Cell | undefined} rows down and columns right */
export function arrowStep(event) {
  return ARROWS[event.key];
}

/** @param {KeyboardEvent} event */
export function isPress(event) {
  return event.key === "Enter" || event.key === " ";
}

/** @param {number} value @param {number} low @param {number} high */
export function clamp(value, low, high) {
  return Math.max(low, Math.min(high, value));
}

// The cell one step on, which stays inside `rows` x `columns`.
/** @param {Cell} cell @param {Cell} step @param {Cell} size @returns {Cell} */
export function moved([row, column], [down, right], [rows, columns]) {
  return [clamp(row + down, 0, rows - 1), clamp(column + right, 0, columns - 1)];
}
