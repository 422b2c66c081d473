// @ts-check
// The one table of right and wrong: rows by what the photos are, columns by what was said of them.
// Class 1, the cat for pets, comes first both ways, so the right answers run from the top left to
// the bottom right.

import { element } from "./elements.js";

const CONFUSION_ORDER = [1, 0];

// `fill` gives what stands in the cell of a true class and an answer.
/**
 * @param {string[]} classes names, which are text and never HTML
 * @param {string} corner
 * @param {(truth: number, said: number) => Node | string} fill
 */
export function confusionTable(classes, corner, fill) {
  const heading = (/** @type {string} */ before, /** @type {number} */ label) =>
    element("th", "", before, element("b", "", classes[label]));
  const head = element("tr", "", element("th", "", corner),
    ...CONFUSION_ORDER.map((said) => heading("says ", said)));
  const rows = CONFUSION_ORDER.map((truth) => element("tr", "", heading("is ", truth),
    ...CONFUSION_ORDER.map((said) =>
      element("td", truth === said ? "right" : "wrong", fill(truth, said)))));
  return element("table", "confusion",
    element("thead", "", head), element("tbody", "", ...rows));
}
