// @ts-check
// The confusion matrix: four cells that can be chosen, rows by truth, columns by answer.

import { element, find } from "../../web/elements.js";

/** @typedef {{counts: number[][], classes: string[]}} Data */
/**
 * @typedef {object} Update
 * @property {Data} data @property {HTMLElement} parentElement
 * @property {(name: string, value: unknown) => void} setStateValue
 */

/** @type {WeakMap<HTMLElement, string>} parent element -> what its table shows */
const drawn = new WeakMap();

/** @param {Update} update */
export default function ({ data, parentElement, setStateValue }) {
  const table = find(parentElement, "table", HTMLTableElement);
  const content = JSON.stringify(data);
  if (drawn.get(parentElement) === content) return;
  drawn.set(parentElement, content);
  const chosen = table.querySelector("[aria-pressed=true]")?.getAttribute("data-cell");
  const head = element("tr", "", element("th", ""), ...data.classes.map((name) => header("says ", name)));
  const rows = [0, 1].map((truth) =>
    element("tr", "", header("is ", data.classes[truth]), ...[0, 1].map((said) => {
      const button = cell(data, truth, said);
      button.setAttribute("aria-pressed", String(chosen === button.dataset.cell));
      button.onclick = () => {
        for (const other of table.querySelectorAll("button"))
          other.setAttribute("aria-pressed", String(other === button));
        setStateValue("cell", [truth, said]);
      };
      return element("td", "", button);
    })));
  table.replaceChildren(element("thead", "", head), element("tbody", "", ...rows));
}

/** @param {Data} data @param {number} truth @param {number} said */
function cell({ counts, classes }, truth, said) {
  const count = counts[truth][said];
  const total = counts[truth][0] + counts[truth][1];
  const share = total ? Math.round((100 * count) / total) : 0;
  const fill = element("span", "fill");
  fill.style.width = `${share}%`;
  const button = element("button", "",
    element("span", "count", String(count)), element("span", "share", ` · ${share} %`), fill);
  button.type = "button";
  button.dataset.cell = `${truth}-${said}`;
  const verdict = truth === said ? "right" : "wrong";
  button.setAttribute("aria-label", `${count} ${verdict}: is ${classes[truth]}, says ${classes[said]}`);
  return button;
}

// A class name is a folder's name: text, never HTML.
/** @param {string} before @param {string} name */
const header = (before, name) => element("th", "", before, element("b", "", name));
