// @ts-check
// The four panels: which array stands in each, which of its channels, and how large its cells are.

import { NUMBERS_UP_TO, wholeCell } from "../../web/grid.js";
import { at, largestMagnitude } from "../../web/unpack.js";
import { MODES } from "./modes.js";
import { groupSizes, isInside } from "./sums.js";

/** @typedef {import("./modes.js").Shown} Shown */
/** @typedef {import("./modes.js").Panel} Panel */
/** @typedef {Omit<import("../../web/grid.js").Picture, "limit" | "colour">} Cells */
/** @typedef {{title: string, channel: string, wrong: number, limit: number, cells: Cells}} Content */

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
const RULER = 17; // pixels for the rows' numbers

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
      wrong: countWrong(cells[panel]),
      limit: array ? largestMagnitude(array.values) : 1,
      cells: cells[panel],
    };
  };
  return { x: content("x"), w: content("w"), b: content("b"), y: content("y") };
}

/** @param {Cells} cells */
function countWrong({ rows, columns, wrong }) {
  let count = 0;
  for (let r = 0; wrong && r < rows; r++)
    for (let c = 0; c < columns; c++) if (wrong(r, c)) count++;
  return count;
}

/** @param {Shown} shown @param {number} width @returns {Record<Panel, Cells>} */
function panelCells({ e, mode, arrays, channel, out }, width) {
  const narrow = width < NARROW;
  const tall = narrow ? 360 : e.mistake ? 236 : 296; // with a mistake, two sums stand below
  const half = (width - 236) / 2 - RULER;
  const { ins } = groupSizes(e);
  const [top, left] = e.padding;
  const names = MODES[mode];
  const [x, w, b, y] = [names.x, names.w, names.b, names.y].map((name) => arrays[name]);
  const wrong = [names.x, names.w, names.b, names.y].map((name) => arrays[`wrong_${name}`]);
  /** @param {number} panel @param {number[]} index */
  const isWrong = (panel, ...index) => !!wrong[panel] && at(wrong[panel], ...index) === 1;
  const [rows, columns] = [e.size[0] + 2 * top, e.size[1] + 2 * left];
  return {
    x: {
      rows,
      columns,
      counted: e.size,
      first: e.padding,
      cell: cellSize(rows, columns, e.size, narrow ? width - 4 - RULER : half, tall),
      value: (r, c) => at(x, channel, r - top, c - left),
      hatched: (r, c) => !isInside(e, r - top, c - left),
      wrong: (r, c) => isInside(e, r - top, c - left) && isWrong(0, channel, r - top, c - left),
    },
    w: {
      rows: e.kernel[0],
      columns: e.kernel[1],
      cell: Math.floor(Math.min(32, (172 - RULER) / Math.max(...e.kernel))),
      value: (r, c) => at(w, out, channel % ins, r, c),
      wrong: (r, c) => isWrong(1, out, channel % ins, r, c),
    },
    b: {
      rows: 1,
      columns: 1,
      cell: 36,
      value: () => (e.bias ? at(b, out) : 0),
      hatched: () => !e.bias,
      wrong: () => isWrong(2, out),
    },
    y: {
      rows: e.output[0],
      columns: e.output[1],
      cell: cellSize(...e.output, e.output, narrow ? width - 130 - RULER : half, tall),
      value: (r, c) => at(y, out, r, c),
      wrong: (r, c) => isWrong(3, out, r, c),
    },
  };
}

// Pixels a cell, so that the picture fits; small arrays may grow taller to show their numbers.
/**
 * @param {number} rows @param {number} columns @param {number[]} counted
 * @param {number} width @param {number} tall
 */
function cellSize(rows, columns, counted, width, tall) {
  const readable = Math.max(...counted) <= NUMBERS_UP_TO ? 22 * rows : 0;
  const height = Math.max(tall, readable);
  return wholeCell(Math.min(width / columns, height / rows, 40), 2);
}
