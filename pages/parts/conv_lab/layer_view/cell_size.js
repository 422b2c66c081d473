// @ts-check
// How large a layer's cells are drawn, so that its arrays fit beside or below each other.

import { wholeCell } from "../../web/grid.js";
import { RULER_WIDTH } from "../../web/rulers.js";
import { stacked } from "./stacked.js";
/** @typedef {import("./layer_view.js").Panel} Panel */

const GAP = 24, STACK = 84, TALLEST = 300; // pixels; a title is about as wide as a stack
const LARGEST_CELL = 34, READABLE_CELL = 18, READABLE_CELL_ON_A_PHONE = 26;
const NARROW = 600;

// One size of cells for all panels, or for those of a row: beside each other if they stay
// readable so, else below each other.
/** @param {Panel[]} all @param {Panel} panel @param {number} width pixels */
export function cellSize(all, { facts }, width) {
  /** @param {Panel[]} panels */
  const beside = (panels) => {
    const groups = stacked(panels);
    const wide = groups.filter((several) =>
      several.length === 1 && several[0].tiling.columns * READABLE_CELL >= STACK);
    const columns = wide.reduce((sum, [{ tiling }]) => sum + tiling.columns, 0);
    const narrow = groups.length - wide.length;
    return (width - GAP * (groups.length - 1) - STACK * narrow - RULER_WIDTH * wide.length) / columns;
  };
  /** @param {Panel[]} panels */
  const height = (panels) => Math.max(...panels.map(({ tiling }) => tiling.rows));
  const rows = [...new Set(all.map((panel) => panel.facts.row))].map((row) =>
    all.filter((panel) => panel.facts.row === row));
  const row = rows.find((panels) => panels[0].facts.row === facts.row) ?? all;
  const readable = width < NARROW ? READABLE_CELL_ON_A_PHONE : READABLE_CELL;
  const largest = Math.min(LARGEST_CELL, TALLEST / height(row));
  const low = rows.reduce((sum, panels) => sum + height(panels), 0) * largest <= TALLEST;
  const together = beside(all);
  const alone = (width - RULER_WIDTH) / Math.max(...row.map(({ tiling }) => tiling.columns));
  const fitting = together >= readable && !low ? together : Math.max(beside(row), Math.min(readable, alone));
  const longest = Math.max(...all.map(({ tiling }) => (tiling.rows > 1 ? 1 : tiling.columns)));
  return wholeCell(Math.min(largest, fitting, width / longest), 1);
}
