// @ts-check
// Numbers of rows and columns beside a grid; cells round it that are not counted have none.

import { element } from "./elements.js";

const STEPS = [1, 2, 5, 10, 20, 50];
const ROOM = 15; // pixels for a number
export const RULER_WIDTH = 17; // pixels of the numbers beside the rows, as in the style

export class Rulers {
  shown = "";

  /** @param {HTMLElement} cells the grid's element, that the numbers are put beside */
  constructor(cells) {
    this.columns = element("div", "ruler columns");
    this.rows = element("div", "ruler rows");
    for (const ruler of [this.columns, this.rows]) ruler.setAttribute("aria-hidden", "true");
    cells.before(this.columns, this.rows);
  }

  /** @param {number[]} counted rows and columns @param {number[]} first place of row and column 0 @param {number} cell pixels */
  show(counted, first, cell) {
    const key = `${counted} ${first} ${cell}`;
    if (key === this.shown) return;
    this.shown = key;
    const step = STEPS.find((each) => each * cell >= ROOM) ?? 100;
    [this.rows, this.columns].forEach((ruler, axis) => {
      const numbers = [];
      for (let k = 0; k < counted[axis]; k += step) {
        const number = element("span", "", String(k));
        number.style[axis ? "left" : "top"] = `${(k + first[axis] + 0.5) * cell}px`;
        numbers.push(number);
      }
      ruler.replaceChildren(...numbers);
    });
  }
}
