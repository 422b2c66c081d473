// @ts-check
// Where the two factors of a term stand: in which panel and at which of its cells.

import { factor } from "../../web/numbers.js";
import { groupSizes } from "./sums.js";

/** @typedef {import("./modes.js").Shown} Shown */
/** @typedef {import("./modes.js").Mode} Mode */
/** @typedef {import("./modes.js").Panel} Panel */
/** @typedef {import("./sums.js").Term} Term */
/** @typedef {{panel: Panel, r: number, c: number}} FactorCell */

/** @type {Record<Mode, [panel: Panel, name: string][]>} the left one, the right one */
const FACTORS = {
  y: [["x", "x"], ["w", "w"]],
  dx: [["y", "dy"], ["w", "w"]],
  dw: [["y", "dy"], ["x", "x"]],
  db: [["y", "dy"]],
};

// The cells of a term that are to be seen: those of other channels are not.
/** @param {Shown} shown @param {Term} term @returns {FactorCell[]} */
export function cellsOf(shown, { leftAt, rightAt }) {
  /** @type {FactorCell[]} */
  const cells = [];
  FACTORS[shown.mode].forEach(([panel], side) => {
    const place = side ? rightAt : leftAt;
    if (!isShown(shown, panel, place)) return;
    const [top, left] = panel === "x" ? shown.e.padding : [0, 0];
    const [r, c] = place.slice(-2);
    cells.push({ panel, r: r + top, c: c + left });
  });
  return cells;
}

/** @param {Shown} shown @param {Panel} panel @param {number[]} place */
function isShown({ e, channel, out }, panel, place) {
  if (panel === "x") return place[0] === channel;
  return place[0] === out && (panel === "y" || place[1] === channel % groupSizes(e).ins);
}

/** @param {Shown} shown @param {Term} term */
export function termText(shown, term) {
  const written = FACTORS[shown.mode].map(([panel, name], side) => {
    const [value, place] = side ? [term.right, term.rightAt] : [term.left, term.leftAt];
    if (panel === "x" && term.padding) return "a zero of the padding";
    const hidden = isShown(shown, panel, place) ? "" : ", of a channel that is not shown";
    return `${name}[${place.join(", ")}] = ${factor(value)}${hidden}`;
  });
  const product = written.length > 1 ? `; the product is ${factor(term.left * term.right)}` : "";
  return `${written.join(", times ")}${product}.`;
}
