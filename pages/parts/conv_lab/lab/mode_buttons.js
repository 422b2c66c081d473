// @ts-check
// The buttons that say what is computed, each with the verdict on its array.

import { button, element, findAny } from "../../web/elements.js";
import { errorNumber } from "../../web/numbers.js";
import { MODES } from "./modes.js";

/** @typedef {import("./modes.js").Mode} Mode */

export class ModeButtons {
  /** @param {HTMLElement} place @param {(mode: Mode) => void} choose */
  constructor(place, choose) {
    this.buttons = /** @type {Mode[]} */ (Object.keys(MODES)).map((mode) => {
      const made = button("", false, () => choose(mode));
      made.append(element("span", "", MODES[mode].name), element("small", ""));
      made.dataset.mode = mode;
      place.append(made);
      return { mode, made };
    });
  }

  /** @param {import("./modes.js").Header} e @param {Mode} shown */
  show(e, shown) {
    for (const { mode, made } of this.buttons) {
      const verdict = e.verdicts[MODES[mode].array];
      made.hidden = !verdict;
      made.setAttribute("aria-pressed", String(mode === shown));
      if (!verdict) continue;
      const note = findAny(made, "small");
      note.className = verdict.within ? "" : "wrong";
      note.textContent = `${verdict.within ? "\u2713" : "\u2717"} ${errorNumber(verdict.largest)}`;
      made.title = `NumPy and torch in ${e.dtype}. ${verdict.sentence}`;
    }
  }
}
