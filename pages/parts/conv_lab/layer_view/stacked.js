// @ts-check
// Lists of numbers that follow each other stand below each other, all else alone.
/** @typedef {import("./layer_view.js").Panel} Panel */

/** @param {Panel[]} panels @returns {Panel[][]} */
export function stacked(panels) {
  /** @type {Panel[][]} */
  const groups = [];
  const isList = (/** @type {Panel} */ { facts }) => facts.shape.length === 1;
  for (const panel of panels) {
    const last = groups.at(-1);
    if (last && isList(last[0]) && isList(panel)) last.push(panel);
    else groups.push([panel]);
  }
  return groups;
}
