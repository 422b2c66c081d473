// @ts-check
// All channels of one layer on one canvas; the pointer, a finger or the arrow keys read them.

import { Sheet, frame, ready } from "../../web/canvas.js";
import { arrowStep, clamp, isPress, moved } from "../../web/keyboard.js";
import { readNumber } from "../../web/numbers.js";
import { gridSizes } from "./sizes.js";

/** @typedef {import("./header.js").Cell} Cell */
/** @typedef {[channel: number, row: number, column: number]} Place in the shown pictures */
/**
 * @typedef {object} Handlers
 * @property {(cell: Cell | null) => void} hover
 * @property {(channel: number, cell: Cell | null) => void} open
 */

const GAP = 3;
const COLOURS = ["red", "green", "blue"];

export class ChannelGrid {
  /** @type {import("./header.js").GridFacts} */
  grid;
  /** @type {import("./header.js").Arrays} */
  arrays;
  /** @type {Sheet} */
  sheet;
  /** @type {Place | null} */
  cursor = null;
  /** @type {import("./layer_head.js").Shown} */
  shown = "maps";
  parts = 1; // pictures side by side that belong to one channel
  columns = 1;
  wide = 0; // pixels of one picture
  high = 0;

  /** @param {HTMLCanvasElement} canvas @param {HTMLElement} readout @param {Handlers} handlers */
  constructor(canvas, readout, { hover, open }) {
    this.canvas = canvas;
    this.readout = readout;
    this.hover = hover;
    this.open = open;
    canvas.addEventListener("pointermove", (event) => this.point(this.under(event)));
    canvas.addEventListener("pointerleave", () => this.point(null));
    canvas.addEventListener("click", (event) => this.press(this.under(event)));
    canvas.addEventListener("keydown", (event) => this.onKey(event));
    canvas.addEventListener("blur", () => this.point(null));
  }

  /**
   * @param {import("./header.js").GridFacts} grid @param {import("./header.js").Arrays} arrays
   * @param {import("./layer_head.js").Shown} shown
   */
  update(grid, arrays, shown) {
    Object.assign(this, { grid, arrays, shown, cursor: null });
    const palette = arrays.palette.values;
    this.parts = shown === "changes" ? COLOURS.length : 1;
    this.sheet = shown === "kernels" ? new Sheet(arrays.kernels, null)
      : new Sheet(shown === "changes" ? arrays.changes : arrays.grid, palette);
    this.layOut();
  }

  get count() {
    return this.sheet.count / this.parts;
  }

  // As many columns as give the largest pictures, none too small to be pressed.
  layOut() {
    const { count } = this;
    const ratio = (this.parts * this.sheet.width) / this.sheet.height;
    const room = Math.max(120, this.canvas.parentElement?.clientWidth ?? 0);
    const { height, least } = gridSizes();
    let best = 1, side = 0;
    for (let columns = 1; columns <= count; columns++) {
      const rows = Math.ceil(count / columns);
      const wide = (room + GAP) / columns - GAP;
      const high = ((height + GAP) / rows - GAP) * ratio;
      if (Math.min(wide, high) > side) [best, side] = [columns, Math.min(wide, high)];
    }
    if (side < least * Math.max(1, ratio)) {
      best = Math.max(1, Math.floor((room + GAP) / (least * Math.max(1, ratio) + GAP)));
      side = (room + GAP) / best - GAP;
    }
    this.columns = best;
    this.wide = Math.min(side, height * Math.max(1, ratio));
    this.high = this.wide / ratio;
    this.canvas.dataset.side = String(Math.floor(Math.min(this.wide, this.high)));
    this.paint();
  }

  /** @param {number} channel */
  place(channel) {
    const x = (channel % this.columns) * (this.wide + GAP);
    return [x, Math.floor(channel / this.columns) * (this.high + GAP)];
  }

  paint() {
    const { count, parts } = this;
    const rows = Math.ceil(count / this.columns);
    const pen = ready(
      this.canvas,
      Math.ceil(this.columns * (this.wide + GAP)), Math.ceil(rows * (this.high + GAP)),
    );
    for (let channel = 0; channel < count; channel++) {
      const [x, y] = this.place(channel);
      const wide = (this.wide - (parts - 1)) / parts; // a pixel lies between parts
      for (let k = 0; k < parts; k++)
        this.sheet.draw(pen, parts * channel + k, x + k * (wide + 1), y, wide, this.high);
      const words = this.shown === "maps" ? this.grid.words[channel] : "";
      if (words) label(pen, words, x, y, this.wide, this.high);
    }
    if (!this.cursor) return;
    const [channel, row, column] = this.cursor;
    const [x, y] = this.place(this.grid.folded ? 0 : channel);
    if (this.grid.folded) {
      const cell = this.wide / this.sheet.width;
      frame(pen, x + column * cell, y + row * cell, cell, cell);
    } else frame(pen, x + 1, y + 1, this.wide - 2, this.high - 2);
  }

  /** @param {MouseEvent} event @returns {Place | null} */
  under(event) {
    const box = this.canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    const column = Math.floor(x / (this.wide + GAP)), row = Math.floor(y / (this.high + GAP));
    const channel = row * this.columns + column;
    if (column >= this.columns || column < 0 || row < 0 || channel >= this.count) return null;
    const inX = x - column * (this.wide + GAP), inY = y - row * (this.high + GAP);
    if (inX >= this.wide || inY >= this.high) return null;
    return [
      channel,
      Math.floor((inY / this.high) * this.sheet.height),
      Math.floor((inX / this.wide) * this.parts * this.sheet.width),
    ];
  }

  /** @param {Place | null} at */
  point(at) {
    this.cursor = at && this.isThere(at) ? at : null;
    this.paint();
    this.tell();
  }

  /** @param {Place} place */
  isThere([, row, column]) {
    return !this.grid.folded || row * this.sheet.width + column < this.grid.size;
  }

  // Say what is under the cursor, and show what it sees.
  tell() {
    const [text, cell] = this.described();
    this.readout.textContent = text;
    this.hover(cell);
  }

  /** @returns {[text: string, cell: Cell | null]} */
  described() {
    if (!this.cursor) return [this.hint(), null];
    const [channel, row, column] = this.cursor;
    if (this.shown === "kernels")
      return [`Kernel ${channel}, its weights as a colour picture: grey is zero`, null];
    if (this.shown === "changes") return [this.change(channel, row, column), null];
    const value = `about ${readNumber(this.value(channel, row, column))}`;
    if (this.grid.folded)
      return [`Number ${row * this.sheet.width + column}: ${value}`, [0, 0]];
    const [r, c] = [this.cell(row), this.cell(column)];
    const said = this.grid.words[channel] ?? value;
    return [`Channel ${channel}, row ${r}, column ${c}: ${said}`, [r, c]];
  }

  // How one weight of a kernel has changed; its colours lie side by side.
  /** @param {number} channel @param {number} row @param {number} column */
  change(channel, row, column) {
    const { width, height } = this.sheet;
    const colour = Math.min(COLOURS.length - 1, Math.floor(column / width));
    const place = ((3 * channel + colour) * height + row) * width + (column % width);
    const value = ((this.arrays.changes.values[place] - 128) / 127) * (this.grid.changeScale ?? 0);
    return `Kernel ${channel}, ${COLOURS[colour]}, row ${row}, column ${column % width}: changed by `
      + `about ${readNumber(value)}`;
  }

  hint() {
    if (this.shown !== "maps") return "Click a kernel for the map that it makes.";
    const step = this.grid.step > 1 ? ` Every ${this.grid.step}nd cell is drawn.` : "";
    return `Point at a cell to see what it sees of the photo; click to open its channel.${step}`;
  }

  // The layer's row or column that a drawn one stands for.
  /** @param {number} drawn */
  cell(drawn) {
    return drawn * this.grid.step + Math.floor(this.grid.step / 2);
  }

  /** @param {number} channel @param {number} row @param {number} column */
  value(channel, row, column) {
    const place = (channel * this.sheet.height + row) * this.sheet.width + column;
    const byte = this.arrays.grid.values[place];
    return byte === 0 ? "not finite" : ((byte - 128) / 127) * this.arrays.scales.values[channel];
  }

  /** @param {Place | null} at */
  press(at) {
    if (!at || !this.isThere(at)) return;
    const [channel, row, column] = at;
    if (this.grid.folded) this.open(row * this.sheet.width + column, null);
    else this.open(channel, this.shown === "maps" ? [this.cell(row), this.cell(column)] : null);
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const step = arrowStep(event);
    if (isPress(event)) this.press(this.cursor ?? [0, 0, 0]);
    else if (step) {
      const { height, width } = this.sheet;
      const { count } = this;
      const [channel, row, column] = this.cursor ?? [0, Math.floor(height / 2), Math.floor(width / 2)];
      const next = this.cursor ? channel + step[1] + step[0] * this.columns : 0;
      if (this.grid.folded) this.point([0, ...moved([row, column], step, [height, width])]);
      else this.point([next >= 0 && next < count ? next : channel, row, column]);
    } else return;
    event.preventDefault();
  }
}

// A channel that is no picture says so: "silent", "dead", "constant", "NaN".
/**
 * @param {CanvasRenderingContext2D} pen @param {string} words
 * @param {number} x @param {number} y @param {number} wide @param {number} high
 */
function label(pen, words, x, y, wide, high) {
  const word = words.startsWith("not finite") ? "NaN" : words.split(" ")[0].replace(":", "");
  let size = Math.min(12, high / 2.2);
  pen.font = `600 ${size}px system-ui, sans-serif`;
  size = clamp((size * (wide - 4)) / pen.measureText(word).width, 6, Math.max(6, size));
  pen.font = `600 ${size}px system-ui, sans-serif`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.fillStyle = "rgba(255,255,255,0.8)";
  const half = pen.measureText(word).width / 2 + 2;
  pen.fillRect(x + wide / 2 - half, y + high / 2 - size * 0.7, 2 * half, size * 1.4);
  pen.fillStyle = "#1b2430";
  pen.fillText(word, x + wide / 2, y + high / 2 + 0.5);
  pen.textAlign = "left";
}
