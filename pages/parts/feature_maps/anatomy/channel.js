// @ts-check
// One channel, large: its map, what one of its cells is the sum of, and what each input put in.

import { Sheet, cellUnder, frame, ready } from "../../web/canvas.js";
import { toBytes } from "../../web/colours.js";
import { element } from "../../web/elements.js";
import { arrowStep, isPress, moved } from "../../web/keyboard.js";
import { columnNumber, readNumber } from "../../web/numbers.js";
import { largestMagnitude } from "../../web/unpack.js";
import { inputNames, partsBlock } from "./channel_parts.js";
import { mapSide } from "./sizes.js";
import { wordsClass } from "./words.js";

/** @typedef {import("./header.js").Cell} Cell */
/** @typedef {import("./header.js").Header} Header */
/** @typedef {import("./header.js").PackedArray} PackedArray */
/**
 * @typedef {object} Handlers
 * @property {(cell: Cell) => void} hover
 * @property {(cell: Cell) => void} pin
 * @property {() => void} leave
 */

export class Channel {
  /** @type {import("./header.js").ChannelFacts} */
  channel;
  /** @type {ChannelMap | null} */
  map = null;

  /** @param {HTMLElement} place @param {Handlers} handlers */
  constructor(place, handlers) {
    this.place = place;
    this.handlers = handlers;
  }

  /**
   * @param {Header} header @param {import("./header.js").ChannelFacts} channel
   * @param {import("./header.js").Arrays} arrays @param {boolean} wide
   */
  update(header, channel, arrays, wide) {
    const hadFocus = this.map?.canvas.matches(":focus");
    const palette = arrays.palette.values;
    const side = mapSide(wide, this.place.clientWidth);
    this.map = arrays.map ? new ChannelMap(channel, arrays.map, palette, side, this.handlers) : null;
    const blocks = element("div", "large");
    if (this.map) blocks.append(this.map.block);
    if (arrays.before) blocks.append(beforeBlock(arrays.before, palette, side));
    if (channel.sum) {
      const block = sumBlock(header, channel, channel.sum, Boolean(this.map));
      if (arrays.kernels) block.append(kernelBlock(arrays.kernels, channel.channel));
      blocks.append(block);
    }
    if (!channel.sum && !this.map) blocks.append(valueBlock(header, channel));
    this.place.replaceChildren(blocks);
    if (channel.parts) this.place.append(...partsBlock(header, channel.parts, arrays));
    if (hadFocus) this.map?.canvas.focus();
    this.map?.paint();
  }
}

// The channel's map, read cell by cell.
class ChannelMap {
  /** @type {Cell | null} */
  cursor = null;

  /**
   * @param {import("./header.js").ChannelFacts} channel @param {PackedArray} map
   * @param {import("./header.js").Palette} palette @param {number} side @param {Handlers} handlers
   */
  constructor(channel, map, palette, side, handlers) {
    this.channel = channel;
    this.handlers = handlers;
    this.values = map.values;
    const [rows, columns] = map.shape;
    this.size = /** @type {Cell} */ ([rows, columns]);
    const bytes = toBytes(map.values, channel.scale ?? 1);
    this.sheet = new Sheet({ values: bytes, shape: [1, rows, columns] }, palette);
    this.cell = side / Math.max(rows, columns);
    this.canvas = element("canvas", "map");
    this.readout = element("p", "readout");
    this.readout.setAttribute("aria-live", "polite");
    this.block = element("div", "", this.canvas, this.readout);
    if (channel.words) this.block.prepend(element("div", wordsClass(channel.words), channel.words));
    this.listen();
  }

  listen() {
    const { canvas } = this;
    canvas.tabIndex = 0;
    canvas.setAttribute("role", "application");
    canvas.setAttribute("aria-label",
      `Map of channel ${this.channel.channel}. Arrow keys move from cell to cell, Enter takes one apart.`);
    canvas.onpointermove = (event) => this.point(cellUnder(event, canvas, this.size));
    canvas.onpointerleave = () => this.point(null);
    canvas.onclick = (event) => {
      const cell = cellUnder(event, canvas, this.size);
      if (cell) this.handlers.pin(cell);
    };
    canvas.onkeydown = (event) => this.onKey(event);
    canvas.onblur = () => this.point(null);
  }

  // The cell that is read: under the pointer, else the one that is taken apart.
  get shown() {
    return this.cursor ?? this.channel.cell;
  }

  paint() {
    const [rows, columns] = this.size;
    const pen = ready(this.canvas, columns * this.cell, rows * this.cell);
    this.sheet.draw(pen, 0, 0, 0, columns * this.cell, rows * this.cell);
    for (const [row, column] of this.cursor ? [this.channel.cell, this.cursor] : [this.channel.cell]) {
      const side = Math.max(this.cell, 5);
      frame(pen, (column + 0.5) * this.cell - side / 2, (row + 0.5) * this.cell - side / 2, side, side);
    }
    const [row, column] = this.shown;
    const value = this.values[row * columns + column];
    this.readout.textContent = `Row ${row}, column ${column}: ${readNumber(value)}`;
    this.handlers.hover(this.shown);
  }

  /** @param {Cell | null} cell */
  point(cell) {
    this.cursor = cell;
    this.paint();
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const step = arrowStep(event);
    if (step) this.point(moved(this.shown, step, this.size));
    else if (isPress(event)) this.handlers.pin(this.shown);
    else if (event.key === "Escape") this.handlers.leave();
    else return;
    event.preventDefault();
  }
}

/** @param {PackedArray} before @param {import("./header.js").Palette} palette @param {number} mapSide */
function beforeBlock(before, palette, mapSide) {
  const [height, width] = before.shape;
  const scale = largestMagnitude(before.values) || 1;
  const sheet = new Sheet(
    { values: toBytes(before.values, scale), shape: [1, height, width] }, palette);
  const canvas = element("canvas", "");
  const side = mapSide * 0.8;
  const pen = ready(canvas, side * Math.min(1, width / height), side * Math.min(1, height / width));
  sheet.draw(pen, 0, 0, 0, canvas.clientWidth || side, canvas.clientHeight || side);
  const block = element("div", "before",
    canvas,
    element("p", "readout",
      `What came in: the same channel of the layer before, on a scale of \u00b1${readNumber(scale)}`));
  block.style.maxWidth = `${Math.round(side) + 20}px`;
  return block;
}

/** @param {Header} header @param {import("./header.js").ChannelFacts} channel */
function valueBlock({ layers, grid, classes }, channel) {
  const value = readNumber(channel.value ?? "");
  const before = layers[grid.layer - 1]?.value ?? null;
  const says = layers[grid.layer].name.startsWith("Sigmoid") && before !== null
    ? `P(${classes[1]}) = 1 / (1 + e^(${readNumber(-Number(before))})) = ${value}`
    : value;
  return element("div", "", element("h4", "", "Its value"), element("div", "value", says));
}

/**
 * @param {Header} header @param {import("./header.js").ChannelFacts} channel
 * @param {import("./header.js").Sum} sum @param {boolean} hasMap
 */
function sumBlock(header, channel, { terms, bias, rounding, total }, hasMap) {
  const [row, column] = channel.cell;
  const where = hasMap ? `row ${row}, column ${column}` : `number ${channel.channel}`;
  const table = element("table", "");
  /** @param {string} name @param {import("./header.js").MaybeNumber} value */
  const line = (name, value, kind = "") => table.append(
    element("tr", kind, element("td", "", name), element("td", "", columnNumber(value))));
  const { kind, colours } = inputNames(header);
  for (const [name, value] of terms)
    line(/^\d+$/.test(name) ? colours?.[Number(name)] ?? `${kind} ${name}` : name, value);
  line("bias", bias);
  line("rounding in float32", rounding);
  line("= what the network got", total, "total");
  return element("div", "sum",
    element("h4", "", "The sum behind ", element("small", "", where)), table);
}

/** @param {PackedArray} kernels @param {number} channel */
function kernelBlock(kernels, channel) {
  const canvas = element("canvas", "");
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", "The kernel as a colour picture");
  new Sheet(kernels, null).draw(ready(canvas, 88, 88), channel, 0, 0, 88, 88);
  return element("div", "kernel",
    element("h4", "", "Its kernel ", element("small", "", "as a picture, zero is grey")), canvas);
}
