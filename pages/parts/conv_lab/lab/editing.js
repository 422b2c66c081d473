// @ts-check
// Typing new numbers into cells. Edits are shown at once and sent until the server has seen them,
// because several can be made while it is still computing.

import { element } from "../../web/elements.js";
import { flatIndex } from "../../web/unpack.js";

/** @typedef {import("./sums.js").Arrays} Arrays */
/** @typedef {{id: number, array: string, index: number[], value: number}} Edit */
/**
 * @typedef {object} EditedCell
 * @property {HTMLElement} frame where the field is put
 * @property {number} left @property {number} top @property {number} size in pixels
 * @property {number} value @property {string} array @property {number[]} index
 * @property {(by: number) => void} next goes on to a neighbour
 */

export class Editing {
  /** @type {Edit[]} */
  pending = [];
  /** @type {HTMLInputElement | null} */
  input = null;
  last = 0;

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
    input.value = String(Number(cell.value.toPrecision(7)));
    const width = Math.max(56, cell.size);
    input.style.left = `${cell.left - (width - cell.size) / 2}px`;
    input.style.top = `${cell.top}px`;
    input.style.width = `${width}px`;
    input.style.height = `${Math.max(26, cell.size)}px`;
    const before = input.value;
    const commit = () => input.value === before || this.commit(input, cell, arrays);
    input.onkeydown = (event) => {
      event.stopPropagation(); // the page has shortcuts of its own
      if (event.key === "Escape") this.close();
      if (event.key !== "Enter" && event.key !== "Tab") return;
      event.preventDefault();
      if (commit()) cell.next(event.shiftKey ? -1 : 1);
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
    if (text === "" || !Number.isFinite(value) || Math.abs(value) > 1e6) {
      input.setAttribute("aria-invalid", "true");
      input.title = "A number between -1,000,000 and 1,000,000, please";
      return false;
    }
    const edit = { id: ++this.last, array: cell.array, index: cell.index, value };
    this.pending.push(edit);
    this.write(arrays, edit);
    this.changed();
    this.send(this.pending);
    return true;
  }

  close() {
    const input = this.input;
    this.input = null; // first: removing an input that has the focus makes it blur
    input?.remove();
  }
}
