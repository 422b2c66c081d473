// @ts-check
// Max pooling: which cells a window holds, which of them wins, and what that gives.

import { at, indexOf } from "../../web/unpack.js";
import { addition, rounded, upTo } from "./pieces.js";

/** @typedef {import("./pieces.js").Explain} Explain */
/** @typedef {import("./pieces.js").Facts} Facts */
/** @typedef {import("./pieces.js").Place} Place */

// The cells of an output's window that lie inside x; the rest is padding and never wins.
/** @param {Facts} f @param {number[]} output @returns {Place[]} */
function windowCells({ s, a }, output) {
  const [kernel, stride, padding, dilation] = ["kernel", "stride", "padding", "dilation"].map((name) => Number(s[name]));
  const [rows, columns] = a.x.shape;
  const cells = [];
  for (let i = 0; i < kernel; i++)
    for (let j = 0; j < kernel; j++) {
      const [r, c] = [output[0] * stride - padding + i * dilation, output[1] * stride - padding + j * dilation];
      if (r >= 0 && r < rows && c >= 0 && c < columns) cells.push({ name: "x", index: [r, c] });
    }
  return cells;
}

// The largest of a window's cells, of equal ones the first.
/** @param {Facts} f @param {number[]} output */
export function winner(f, output) {
  return windowCells(f, output).reduce((best, cell) =>
    at(f.a.x, ...cell.index) > at(f.a.x, ...best.index) ? cell : best);
}

// The outputs whose window holds a cell of x.
/** @param {Facts} f @param {number[]} index @returns {number[][]} */
export function windowsAround(f, index) {
  const { shape, values } = f.a.y;
  return upTo(values.length).map((flat) => indexOf(shape, flat)).filter((output) =>
    windowCells(f, output).some((cell) => String(cell.index) === String(index)));
}

/** @type {Record<string, Explain>} */
export const MAX_POOL = {
  y: (f, index) => {
    const cells = windowCells(f, index), best = winner(f, index);
    const outside = Number(f.s.kernel) ** 2 - cells.length;
    const listed = addition(f, cells, "").pieces.map((piece) => (piece === " + " ? ", " : piece));
    const rest = outside ? `; ${outside} more lie outside and never win` : "";
    return {
      value: rounded(f, at(f.a.x, ...best.index)),
      pieces: ["max(", ...listed, ")", rest],
      places: { x: [...cells.map((cell) => cell.index), best.index] },
    };
  },
  dx: (f, index) => {
    const around = windowsAround(f, index);
    const won = around.filter((output) => String(winner(f, output).index) === String(index));
    const nothing = around.length
      ? `0, because it is not the largest in ${around.length > 1 ? "any of the windows that see" : "the window that sees"} it`
      : "0, because no window sees it";
    const sum = addition(f, won.map((output) => ({ name: "dy", index: output })), nothing);
    if (won.length) sum.pieces.push(won.length > 1 ? ", from the windows that it won" : ", from the window that it won");
    return { ...sum, places: { ...sum.places, x: [index], y: won } };
  },
};
