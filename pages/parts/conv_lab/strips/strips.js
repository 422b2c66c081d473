// @ts-check
// Arrays from NumPy and torch and their difference, one row each; the pointer reads all three.

import { makeScale } from "../../web/colours.js";
import { component } from "../../web/component.js";
import { element, findAny } from "../../web/elements.js";
import { Grid, wholeCell } from "../../web/grid.js";
import { arrowStep } from "../../web/keyboard.js";
import { errorNumber, fullNumber, shortLimit } from "../../web/numbers.js";
import { Tiling } from "../../web/tiling.js";
import { indexOf, largestMagnitude, unpack } from "../../web/unpack.js";

/** @typedef {import("../../web/unpack.js").PackedArray} PackedArray */
/** @typedef {{title: string, shape: string, dtype: string, verdict: string, within: boolean}} Facts */
/** @typedef {{strips: Facts[], colours: import("../../web/colours.js").ScaleColours}} Header */

const NARROW = 600;

export default component((parent) => new Strips(findAny(parent, ".strips")));

class Strips {
  /** @type {Strip[]} */
  rows = [];
  /** @type {import("../../web/unpack.js").Packed<Header> | undefined} */
  packed;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  timer;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    new ResizeObserver(() => this.paint()).observe(root);
  }

  /** @param {Uint8Array} bytes */
  update(bytes) {
    this.packed = unpack(bytes);
    const wanted = this.packed.header.strips.length;
    while (this.rows.length > wanted) this.rows.pop()?.element.remove();
    while (this.rows.length < wanted) this.rows.push(new Strip(this.root));
    clearTimeout(this.timer); // what stands above these pictures is painted first
    this.timer = setTimeout(() => {
      this.paint();
      this.root.dataset.drawn = String(performance.now());
    });
  }

  paint() {
    if (!this.packed) return;
    const { header, arrays } = this.packed;
    const scale = makeScale(header.colours);
    header.strips.forEach((strip, k) =>
      this.rows[k].show(strip, arrays[`${k}_numpy`], arrays[`${k}_torch`], scale, this.root.clientWidth),
    );
  }
}

class Strip {
  /** @type {import("../../web/keyboard.js").Cell} */
  cell = [0, 0];
  /** @type {Facts} */
  strip;
  /** @type {import("../../web/unpack.js").Values[]} */
  arrays;
  /** @type {Tiling} */
  tiling;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.header = element("header", "");
    this.readout = element("div", "readout");
    const three = element("div", "three");
    this.figures = ["NumPy", "torch", "difference"].map((name) => this.addFigure(three, name));
    this.element = element("div", "strip", this.header, three, this.readout);
    root.append(this.element);
  }

  /** @param {HTMLElement} three @param {string} name */
  addFigure(three, name) {
    const caption = element("figcaption", "");
    const canvas = element("canvas", "");
    canvas.tabIndex = 0;
    canvas.setAttribute("role", "img");
    three.append(element("figure", "", caption, canvas));
    /** @param {number} r @param {number} c */
    const move = (r, c) => this.read(r, c);
    const grid = new Grid(canvas, { hover: move, click: move, key: (event) => this.key(event) });
    return { name, caption, canvas, grid };
  }

  /**
   * @param {Facts} strip @param {PackedArray} ours @param {PackedArray} theirs
   * @param {import("../../web/colours.js").Scale} scale @param {number} width
   */
  show(strip, ours, theirs, scale, width) {
    this.strip = strip;
    this.tiling = new Tiling(ours.shape);
    const difference = Float64Array.from(ours.values, (value, k) => value - theirs.values[k]);
    this.arrays = [ours.values, theirs.values, difference];
    const shared = Math.max(largestMagnitude(ours.values), largestMagnitude(theirs.values));
    const limits = [shared, shared, largestMagnitude(difference)];
    const { rows, columns } = this.tiling;
    const gap = width < NARROW ? 6 : 12;
    const cell = wholeCell(Math.min((width / 3 - gap) / columns, 240 / rows, 34), 1);
    this.showHeader();
    this.figures.forEach(({ name, caption, canvas, grid }, k) => {
      const range = limits[k] === 0 ? "0 everywhere" : `\u00b1${shortLimit(limits[k])}`;
      const scaleNote = k < 2 ? ", same scale" : limits[k] ? ", own scale" : "";
      caption.replaceChildren(element("b", "", name), ` ${range}${scaleNote}`);
      canvas.setAttribute("aria-label", `${strip.title}, ${name}; arrow keys read the values`);
      grid.show({
        rows,
        columns,
        cell,
        limit: limits[k],
        colour: scale,
        value: (r, c) => this.arrays[k][this.tiling.flat(r, c)],
        blank: (r, c) => this.tiling.flat(r, c) < 0,
      });
    });
    if (rows * columns === 1) this.read(0, 0, false);
    else this.readout.textContent = "Point at a cell to read its three values.";
  }

  showHeader() {
    const { title, shape, verdict, within } = this.strip;
    const note = element("small", within ? "" : "wrong", `${within ? "\u2713" : "\u2717"} ${verdict}`);
    note.dataset.within = String(within);
    this.header.replaceChildren(element("strong", "", title), element("small", "", shape), note);
  }

  /** @param {number} r @param {number} c */
  read(r, c, marked = true) {
    const flat = this.tiling.flat(r, c);
    if (flat < 0) return;
    this.cell = [r, c];
    if (marked) for (const { grid } of this.figures) grid.mark([{ r, c, kind: "chosen" }]);
    const [ours, theirs, difference] = this.arrays.map((values) => values[flat]);
    const { shape } = this.tiling;
    this.readout.replaceChildren(
      element("b", "", shape.length ? `[${indexOf(shape, flat).join(", ")}]` : ""),
      `  NumPy ${fullNumber(ours, this.strip.dtype)}   torch ${fullNumber(theirs, this.strip.dtype)}` +
        `   difference ${errorNumber(difference)}`,
    );
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const step = arrowStep(event);
    if (!step) return false;
    const cell = this.tiling.next(this.cell, step);
    if (cell) this.read(...cell);
    return true;
  }
}
