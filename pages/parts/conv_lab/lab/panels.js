// @ts-check
// The four panels: which array stands in each, which of its channels, and how large its cells are.

import { NUMBERS_UP_TO, wholeCell } from "../../web/grid.js";
import { at, largestMagnitude } from "../../web/unpack.js";
import { MODES } from "./modes.js";
import { groupSizes, isInside } from "./sums.js";

/** @typedef {import("./modes.js").Shown} Shown */
/** @typedef {import("./modes.js").Panel} Panel */
/** @typedef {Omit<import("../../web/grid.js").Picture, "limit" | "colour">} Cells */
/** @typedef {{title: string, channel: string, limit: number, cells: Cells}} Content */

/** @type {Record<string, string>} */
const TITLES = {
  x: "Input x",
  dx: "Gradient dX",
  weight: "Kernel w",
  dweight: "Gradient dW",
  bias: "Bias b",
  dbias: "Gradient db",
  y: "Output y",
  dy: "Upstream gradient dy",
};
const NARROW = 600;

/** @param {Shown} shown @param {number} width of the view in pixels @returns {Record<Panel, Content>} */
export function panelContents(shown, width) {
  const { mode, arrays, channel, out } = shown;
  const names = MODES[mode];
  const cells = panelCells(shown, width);
  const channels = {
    x: `channel ${channel}`,
    w: `input ${channel} \u2192 output ${out}`,
    b: `channel ${out}`,
    y: `channel ${out}`,
  };
  /** @param {Panel} panel @returns {Content} */
  const content = (panel) => {
    const array = arrays[names[panel]];
    return {
      title: TITLES[names[panel]],
      channel: channels[panel],
      limit: array ? largestMagnitude(array.values) : 1,
      cells: cells[panel],
    };
  };
  return { x: content("x"), w: content("w"), b: content("b"), y: content("y") };
}

/** @param {Shown} shown @param {number} width @returns {Record<Panel, Cells>} */
function panelCells({ e, mode, arrays, channel, out }, width) {
  const narrow = width < NARROW;
  const half = (width - 236) / 2;
  const { ins } = groupSizes(e);
  const [top, left] = e.padding;
  const names = MODES[mode];
  const [x, w, b, y] = [names.x, names.w, names.b, names.y].map((name) => arrays[name]);
  const [rows, columns] = [e.size[0] + 2 * top, e.size[1] + 2 * left];
  return {
    x: {
      rows,
      columns,
      counted: e.size,
      cell: cellSize(rows, columns, e.size, narrow ? width - 4 : half, narrow),
      value: (r, c) => at(x, channel, r - top, c - left),
      hatched: (r, c) => !isInside(e, r - top, c - left),
    },
    w: {
      rows: e.kernel[0],
      columns: e.kernel[1],
      cell: Math.floor(Math.min(32, 172 / Math.max(...e.kernel))),
      value: (r, c) => at(w, out, channel % ins, r, c),
    },
    b: {
      rows: 1,
      columns: 1,
      cell: 36,
      value: () => (e.bias ? at(b, out) : 0),
      hatched: () => !e.bias,
    },
    y: {
      rows: e.output[0],
      columns: e.output[1],
      cell: cellSize(...e.output, e.output, narrow ? width - 130 : half, narrow),
      value: (r, c) => at(y, out, r, c),
    },
  };
}

// Pixels a cell, so that the picture fits; small arrays may grow taller to show their numbers.
/**
 * @param {number} rows @param {number} columns @param {number[]} counted
 * @param {number} width @param {boolean} narrow
 */
function cellSize(rows, columns, counted, width, narrow) {
  const readable = Math.max(...counted) <= NUMBERS_UP_TO ? 22 * rows : 0;
  const height = Math.max(narrow ? 360 : 296, readable);
  return wholeCell(Math.min(width / columns, height / rows, 40), 2);
}
