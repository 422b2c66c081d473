// @ts-check
// Typing new numbers into cells. Edits are shown at once and sent until the server has seen them,
// because several can be made while it is still computing.

import { element } from "../../web/elements.js";
import { at, flatIndex } from "../../web/unpack.js";
import { MODES } from "./modes.js";
import { groupSizes } from "./sums.js";

/** @typedef {import("./sums.js").Arrays} Arrays */
/** @typedef {import("./modes.js").Panel} Panel */
/** @typedef {import("./sums.js").Cell} Cell */
/** @typedef {{id: number, array: string, index: number[], value: number}} Edit */
/**
 * @typedef {object} EditedCell
 * @property {HTMLElement} frame where the field is put
 * @property {number} left @property {number} top @property {number} size in pixels
 * @property {string} array @property {number[]} index
 * @property {number} columns in a row
 * @property {(by: number) => void} next goes on to the cell that comes so many places after it
 */

/** @type {Record<string, string>} */
export const EDITABLE = {
  x: "the input", weight: "the kernel", bias: "the bias", dy: "the upstream gradient",
};

// What may be typed: Number() takes "0x10" and "" for numbers, too.
const NUMBER = /^[-+]?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?$/i;

// Which number a panel's cell is, how many are in a row, and which cell comes after it; null for
// what is computed.
/** @param {import("./modes.js").Shown} shown @param {Panel} panel @param {Cell} cell */
export function editedPlace({ e, mode, channel, out }, panel, [r, c]) {
  const array = MODES[mode][panel];
  if (!(array in EDITABLE) || (panel === "b" && !e.bias)) return null;
  const [top, left] = panel === "x" ? e.padding : [0, 0];
  const [rows, columns] = { x: e.size, w: e.kernel, b: [1, 1], y: e.output }[panel];
  const [row, column] = [r - top, c - left];
  if (row < 0 || column < 0 || row >= rows || column >= columns) return null;
  const index = {
    x: [channel, row, column],
    w: [out, channel % groupSizes(e).ins, row, column],
    b: [out],
    y: [out, row, column],
  }[panel];
  /** @param {number} by @returns {Cell} */
  const neighbour = (by) => {
    const place = (row * columns + column + by + rows * columns) % (rows * columns);
    return [Math.floor(place / columns) + top, (place % columns) + left];
  };
  return { array, index, columns, neighbour };
}

export class Editing {
  /** @type {Edit[]} */
  pending = [];
  /** @type {HTMLInputElement | null} */
  input = null;
  last = 0;
  /** @type {HTMLElement | undefined} what was wrong with the number in the input */
  sentence;

  /** @param {(edits: Edit[]) => void} send @param {() => void} changed */
  constructor(send, changed) {
    this.send = send;
    this.changed = changed;
  }

  // New arrays have come: forget what they already contain, apply the rest again.
  /** @param {number} acknowledged @param {Arrays} arrays */
  receive(acknowledged, arrays) {
    this.pending = this.pending.filter((edit) => edit.id > acknowledged);
    this.last = Math.max(this.last, acknowledged);
    for (const edit of this.pending) this.write(arrays, edit);
  }

  /** @param {Arrays} arrays @param {Edit} edit */
  write(arrays, { array, index, value }) {
    const target = arrays[array];
    if (!target || index.some((k, axis) => k >= target.shape[axis])) return;
    target.values[flatIndex(target.shape, index)] = value;
  }

  /** @param {EditedCell} cell @param {Arrays} arrays */
  open(cell, arrays) {
    this.close();
    const input = element("input", "");
    input.type = "text";
    input.inputMode = "decimal";
    input.setAttribute("aria-label", `New value of ${cell.array}[${cell.index.join(", ")}]`);
    input.value = String(Number(at(arrays[cell.array], ...cell.index).toPrecision(7)));
    const width = Math.max(56, cell.size);
    input.style.left = `${cell.left - (width - cell.size) / 2}px`;
    input.style.top = `${cell.top}px`;
    input.style.width = `${width}px`;
    input.style.height = `${Math.max(26, cell.size)}px`;
    const before = input.value;
    const commit = () => input.value === before || this.commit(input, cell, arrays);
    input.onkeydown = (event) => {
      event.stopPropagation(); // the page has shortcuts of its own
      if (event.key === "Escape") {
        this.close();
        cell.frame.querySelector("canvas")?.focus();
      }
      const sideways = event.key === "Enter" || event.key === "Tab";
      const down = { ArrowUp: -cell.columns, ArrowDown: cell.columns }[event.key];
      if (!sideways && down === undefined) return;
      event.preventDefault();
      if (commit()) cell.next(down ?? (event.shiftKey ? -1 : 1));
    };
    input.onblur = () => {
      if (this.input !== input) return;
      commit();
      this.close();
    };
    cell.frame.append(input);
    this.input = input;
    input.focus();
    input.select();
  }

  /** @param {HTMLInputElement} input @param {EditedCell} cell @param {Arrays} arrays */
  commit(input, cell, arrays) {
    const text = input.value.trim().replace(",", ".").replace("\u2212", "-");
    const value = Number(text);
    if (!NUMBER.test(text) || Math.abs(value) > 1e6) {
      this.complain(input, cell);
      return false;
    }
    const edit = { id: ++this.last, array: cell.array, index: cell.index, value };
    this.pending.push(edit);
    this.write(arrays, edit);
    this.changed();
    this.send(this.pending);
    return true;
  }

  // Say under the box what can not be: it stays until the box is closed or the number is good.
  /** @param {HTMLInputElement} input @param {EditedCell} cell */
  complain(input, { array, index, frame }) {
    const place = index.length > 1 ? `Row ${index.at(-2)}, column ${index.at(-1)}` : `Channel ${index[0]}`;
    const what = input.value.trim() ? `not \u201c${input.value.trim().slice(0, 20)}\u201d` : "not nothing";
    const sentence = element("p", "complaint",
      `${place} of ${EDITABLE[array]} must be a number between \u22121,000,000 and 1,000,000, ${what}.`);
    sentence.id = "complaint";
    sentence.setAttribute("role", "alert");
    sentence.style.top = `${input.offsetTop + input.offsetHeight + 3}px`;
    this.sentence?.remove();
    this.sentence = sentence;
    input.setAttribute("aria-invalid", "true");
    input.setAttribute("aria-describedby", sentence.id);
    frame.append(sentence);
  }

  close() {
    const input = this.input;
    this.input = null; // first: removing an input that has the focus makes it blur
    input?.remove();
    this.sentence?.remove();
  }
}
