// @ts-check
// Arrays from NumPy and torch and their difference, one row each; the pointer reads all three.

import { makeScale } from "../../web/colours.js";
import { component } from "../../web/component.js";
import { element, findAny } from "../../web/elements.js";
import { Grid, wholeCell } from "../../web/grid.js";
import { arrowStep } from "../../web/keyboard.js";
import { errorNumber, fullNumber, shortLimit } from "../../web/numbers.js";
import { indexOf, largestMagnitude, product, unpack } from "../../web/unpack.js";

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
    const { rows, columns } = this.tiling;
    let [r, c] = this.cell;
    const inside = () => r >= 0 && c >= 0 && r < rows && c < columns;
    do [r, c] = [r + step[0], c + step[1]];
    while (inside() && this.tiling.flat(r, c) < 0);
    if (inside()) this.read(r, c);
    return true;
  }
}

// Leading axes become tiles: rows of channels, as square as they come, one cell apart.
class Tiling {
  /** @param {number[]} shape */
  constructor(shape) {
    const [height, width] = shape.length > 1 ? shape.slice(-2) : [1, shape[0] ?? 1];
    const leading = shape.slice(0, Math.max(0, shape.length - 2));
    this.shape = shape;
    this.height = height;
    this.width = width;
    this.tiles = product(leading);
    const across =
      leading.length === 2 ? leading[1] : Math.ceil(Math.sqrt((this.tiles * height) / width)) || 1;
    this.across = Math.min(across, this.tiles);
    this.rows = Math.ceil(this.tiles / this.across) * (height + 1) - 1;
    this.columns = this.across * (width + 1) - 1;
  }

  // The place in the values of a cell of the picture, or -1 between tiles.
  /** @param {number} r @param {number} c */
  flat(r, c) {
    const { height, width } = this;
    const [i, j] = [r % (height + 1), c % (width + 1)];
    const tile = Math.floor(r / (height + 1)) * this.across + Math.floor(c / (width + 1));
    if (i === height || j === width || tile >= this.tiles) return -1;
    return (tile * height + i) * width + j;
  }
}
