// @ts-check
// The table of right and wrong: four counts to read, or four cells to choose from.

import { confusionTable } from "../../web/confusion.js";
import { element, findAny, focusedBeside } from "../../web/elements.js";

/** @typedef {{counts: number[][], classes: string[], clickable: boolean}} Data */
/**
 * @typedef {object} Update
 * @property {Data} data @property {HTMLElement} parentElement
 * @property {(name: string, value: unknown) => void} setStateValue
 */

/** @type {WeakMap<HTMLElement, string>} parent element -> what its table shows */
const drawn = new WeakMap();

/** @param {Update} update */
export default function ({ data, parentElement, setStateValue }) {
  const place = findAny(parentElement, ".place");
  const content = JSON.stringify(data);
  if (drawn.get(parentElement) === content) return;
  drawn.set(parentElement, content);
  const focused = focusedCell(place);
  const chosen = place.querySelector("[aria-pressed=true]")?.getAttribute("data-cell");
  place.classList.toggle("clickable", data.clickable);
  const table = confusionTable(data.classes, "", (truth, said) => {
    const made = cell(data, truth, said);
    if (made instanceof HTMLButtonElement) {
      made.setAttribute("aria-pressed", String(chosen === made.dataset.cell));
      made.onclick = () => {
        for (const other of table.querySelectorAll("button"))
          other.setAttribute("aria-pressed", String(other === made));
        setStateValue("cell", [truth, said]);
      };
    }
    return made;
  });
  place.replaceChildren(table);
  for (const button of table.querySelectorAll("button"))
    if (button.dataset.cell === focused) button.focus();
}

// A running training brings new counts while somebody walks through the cells by keyboard.
/** @param {HTMLElement} place */
function focusedCell(place) {
  const active = focusedBeside(place);
  return active && place.contains(active) ? active.dataset.cell : undefined;
}

/** @param {Data} data @param {number} truth @param {number} said */
function cell({ counts, classes, clickable }, truth, said) {
  const count = counts[truth][said];
  const total = counts[truth][0] + counts[truth][1];
  const share = total ? Math.round((100 * count) / total) : 0;
  const fill = element("span", "fill");
  fill.style.width = `${share}%`;
  const made = element(clickable ? "button" : "div", "cell",
    element("span", "count", String(count)), element("span", "share", ` · ${share} %`), fill);
  made.dataset.cell = `${truth}-${said}`;
  if (made instanceof HTMLButtonElement) {
    made.type = "button";
    const verdict = truth === said ? "right" : "wrong";
    made.setAttribute("aria-label", `${count} ${verdict}: is ${classes[truth]}, says ${classes[said]}`);
  }
  return made;
}
