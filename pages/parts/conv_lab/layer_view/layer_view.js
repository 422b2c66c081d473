// @ts-check
// One layer, followed by the pointer: which numbers meet in a number, and how it comes about.
// Everything here happens in the browser.

import { makeScale } from "../../web/colours.js";
import { component } from "../../web/component.js";
import { element, findAny } from "../../web/elements.js";
import { Grid } from "../../web/grid.js";
import { arrowStep, isPress } from "../../web/keyboard.js";
import { errorNumber, factor, fullNumber, shapeText } from "../../web/numbers.js";
import { Rulers } from "../../web/rulers.js";
import { Tiling } from "../../web/tiling.js";
import { at, indexOf, largestMagnitude, unpack } from "../../web/unpack.js";
import { cellSize } from "./cell_size.js";
import { stacked } from "./stacked.js";
import { explain, flatPlace, leadsTo } from "./sums.js";
import { reached } from "./told.js";

/**
 * @typedef {object} Facts
 * @property {string} name @property {string} title @property {string} row
 * @property {string} symbol what its numbers are called @property {number} first the first one's number
 * @property {boolean} result @property {number[]} shape
 */
/**
 * @typedef {object} Shown
 * @property {Facts[]} panels @property {boolean} stale
 * @property {import("../../web/colours.js").ScaleColours} colours
 */
/** @typedef {Shown & import("./sums.js").Layer} Header */
/** @typedef {import("./pieces.js").Place} Place */
/** @typedef {import("./pieces.js").Places} Places */
/** @typedef {import("../../web/grid.js").Mark} Mark */
/**
 * @typedef {object} Panel
 * @property {Facts} facts @property {HTMLElement} section @property {Grid} grid
 * @property {Tiling} tiling @property {Rulers | null} rulers a list of numbers has none
 */

const MOST_TERMS = 300;
const HINT =
  "Point at any number: how it comes about stands here, and the cells that meet in it are framed. " +
  "Arrow keys move, a click or Enter holds it.";

export default component((parent) => new LayerView(findAny(parent, ".layer-view")));

class LayerView {
  /** @type {Panel[]} */
  panels = [];
  /** @type {Place} */
  shown = { name: "y", index: [] };
  /** @type {Place | null} what was pointed at, where that is not the shown number itself */
  from = null;
  /** @type {Place[]} all results that goes into */
  reach = [];
  pinned = false;
  /** @type {Header} */
  header;
  /** @type {import("../../web/unpack.js").Arrays} */
  arrays;
  drawnFor = "";

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.rows = findAny(root, ".rows");
    findAny(root, ".hint").textContent = HINT;
    new ResizeObserver(() => this.header && this.paint()).observe(root);
  }

  /** @param {Uint8Array} bytes */
  update(bytes) {
    /** @type {import("../../web/unpack.js").Packed<Header>} */
    const { header, arrays } = unpack(bytes);
    this.header = header;
    this.arrays = arrays;
    this.root.classList.toggle("stale", header.stale);
    const names = header.panels.map(({ name }) => name).join();
    if (names !== this.drawnFor) this.makePanels();
    this.drawnFor = names;
    this.keepInside();
    this.paint();
    this.root.dataset.drawn = String(performance.now()); // the tests' stopwatch
  }

  makePanels() {
    this.panels = this.header.panels.map((facts) => this.makePanel(facts));
    const titles = [...new Set(this.header.panels.map(({ row }) => row))];
    this.rows.replaceChildren(...titles.flatMap((title) => {
      const members = this.panels.filter(({ facts }) => facts.row === title);
      const row = element("div", "row", ...stacked(members).map((several) =>
        several.length === 1
          ? several[0].section
          : element("div", "stack", ...several.map(({ section }) => section))));
      return [element("div", "way", element("h3", "", title), row)];
    }));
  }

  /** @param {Facts} facts @returns {Panel} */
  makePanel(facts) {
    const canvas = element("canvas", "");
    canvas.tabIndex = 0;
    canvas.setAttribute("role", "img");
    const cells = element("div", "cells", canvas);
    const isList = facts.shape.length === 1;
    const frame = element("div", isList ? "" : "ruled", cells);
    const rulers = isList ? null : new Rulers(cells);
    const section = element("section", facts.result ? "result" : "", element("h4", ""), frame);
    section.dataset.panel = facts.name;
    const grid = new Grid(canvas, {
      hover: (r, c) => this.pinned || this.point(facts.name, r, c),
      click: (r, c) => this.click(facts.name, r, c),
      key: (event) => this.key(event, facts.name),
    });
    return { facts, section, grid, rulers, tiling: new Tiling(facts.shape, true) };
  }

  // The shown number stays where it is, or goes to the first one where there is none any more.
  keepInside() {
    const facts = this.header.panels.find(({ name, result }) => name === this.shown.name && result);
    if (facts?.shape.length !== this.shown.index.length) {
      const { name, shape } = this.header.panels.find(({ result }) => result) ?? this.header.panels[0];
      this.shown = { name, index: shape.map(() => 0) };
    }
    this.shown.index = this.shown.index.map((k, axis) =>
      Math.min(k, this.arrays[this.shown.name].shape[axis] - 1));
    this.from = null;
  }

  paint() {
    const scale = makeScale(this.header.colours);
    this.panels.forEach((panel, k) => {
      panel.facts = this.header.panels[k];
      panel.tiling = new Tiling(panel.facts.shape, true);
    });
    for (const panel of this.panels) {
      const { facts, section, grid, rulers, tiling } = panel;
      const array = this.arrays[facts.name];
      const cell = cellSize(this.panels, panel, this.root.clientWidth - 2);
      const note = facts.shape.length === 4 ? ", photos across, channels down" : "";
      const shape = facts.shape.length > 1 ? shapeText(facts.shape) + note : "";
      findAny(section, "h4").replaceChildren(`${facts.title} `, element("small", "", shape));
      grid.canvas.setAttribute("aria-label",
        `${facts.title}, ${shapeText(facts.shape)}. Arrow keys move, Enter holds.`);
      grid.show({
        rows: tiling.rows,
        columns: tiling.columns,
        cell,
        counted: [tiling.height, tiling.width],
        limit: largestMagnitude(array.values),
        colour: scale,
        value: (r, c) => array.values[tiling.flat(r, c)],
        blank: (r, c) => tiling.flat(r, c) < 0,
      });
      rulers?.show([tiling.height, tiling.width], [0, 0], cell);
    }
    this.select();
  }

  // ---- what is shown

  select() {
    const { header, arrays, shown, from } = this;
    const sum = explain(header, arrays, shown.name, shown.index);
    this.reach = from ? reached(header, arrays, from) : [];
    this.mark(sum.places);
    /** @param {string} name */
    const place = (name) => findAny(this.root, `[data-value="${name}"]`);
    const dtype = String(header.settings.dtype);
    const [ours, theirs] = ["", "_torch"].map((engine) => at(arrays[shown.name + engine], ...shown.index));
    place("place").textContent = this.nameOf(shown);
    place("numpy").textContent = fullNumber(ours, dtype);
    place("torch").textContent = fullNumber(theirs, dtype);
    place("difference").textContent = errorNumber(ours - theirs);
    place("pin").textContent = this.pinned ? "Held: click again or press Esc to let go" : "";
    this.write(sum, ours);
  }

  // A number as people call it, such as dX[0, 3].
  /** @param {Place} place */
  nameOf({ name, index }) {
    const { symbol, first } = this.panelOf(name).facts;
    return `${symbol}[${index.map((k) => k + first).join(", ")}]`;
  }

  /** @param {import("./pieces.js").Sum} sum @param {number} value */
  write({ pieces, places, result }, value) {
    const box = findAny(this.root, ".sum");
    const shown = pieces.slice(0, 2 * MOST_TERMS).map((piece) => {
      if (typeof piece === "string") return piece;
      const span = element("span", "", piece.text);
      span.dataset.term = "";
      span.onpointerenter = () => this.mark(places, piece.places);
      span.onpointerleave = () => this.mark(places);
      return span;
    });
    const more = pieces.length - shown.length;
    const rest = more > 0 ? [element("span", "part", ` and ${Math.ceil(more / 2)} more terms`)] : [];
    const isSum = !String(pieces[0]).startsWith("0, "); // else it says why there is nothing
    const total = isSum ? [element("span", "total", `${result ?? factor(value)} = `)] : [];
    box.replaceChildren(...total, ...shown, ...rest, ...this.whereFrom());
    box.scrollTop = 0;
  }

  // Where a number goes that was pointed at, when it goes into several.
  whereFrom() {
    const { from, reach } = this;
    if (!from || reach.length < 2) return [];
    const { symbol } = this.panelOf(reach[0].name).facts;
    return [element("p", "part", `${this.nameOf(from)} goes into ${reach.length} numbers of ${symbol}, which are framed.`)];
  }

  // Frame the shown number, all cells that meet in it, and strongly those of one term.
  /** @param {Places} places @param {Places} [strong] */
  mark(places, strong = {}) {
    const few = Object.values(strong).flat().length < 3;
    for (const { facts: { name }, grid, tiling } of this.panels) {
      /** @param {Mark["kind"]} kind @returns {(index: number[]) => Mark} */
      const framed = (kind) => (index) => {
        const [r, c] = tiling.cell(flatPlace(this.arrays, { name, index }));
        return { r, c, kind };
      };
      grid.mark([
        ...this.reach.filter((place) => place.name === name).map(({ index }) => framed("tap")(index)),
        ...(places[name] ?? []).map(framed("tap")),
        ...(strong[name] ?? []).map(framed(few ? "chosen" : "strong")),
        ...(name === this.shown.name ? [this.shown.index].map(framed("chosen")) : []),
      ]);
    }
  }

  // ---- pointer and keyboard

  // Show the number at a cell, or the result that it goes into; say whether there is one.
  /** @param {string} name @param {number} r @param {number} c */
  show(name, r, c) {
    const { facts, tiling } = this.panelOf(name);
    const flat = tiling.flat(r, c);
    if (flat < 0) return false;
    const place = { name, index: indexOf(facts.shape, flat) };
    const result = facts.result ? place : leadsTo(this.header, this.arrays, place, this.shown);
    if (!result) return false;
    this.shown = result;
    this.from = facts.result ? null : place;
    return true;
  }

  /** @param {string} name */
  panelOf(name) {
    const found = this.panels.find(({ facts }) => facts.name === name);
    if (!found) throw new Error(`There is no panel ${name}.`);
    return found;
  }

  /** @param {string} name @param {number} r @param {number} c */
  point(name, r, c) {
    if (this.show(name, r, c)) this.select();
  }

  /** @param {string} name @param {number} r @param {number} c */
  click(name, r, c) {
    const before = this.nameOf(this.shown);
    if (!this.show(name, r, c)) return;
    this.pinned = !(this.pinned && before === this.nameOf(this.shown));
    this.select();
  }

  /** @param {KeyboardEvent} event @param {string} name */
  key(event, name) {
    const step = arrowStep(event);
    if (step) {
      const { facts, tiling } = this.panelOf(name);
      const from = facts.result && this.shown.name === name ? this.shown.index : this.cursorIn(name);
      const next = tiling.next(tiling.cell(flatPlace(this.arrays, { name, index: from })), step);
      if (!next) return true;
      this.cursor = { name, index: indexOf(facts.shape, tiling.flat(...next)) };
      this.point(name, ...next);
    } else if (isPress(event)) {
      this.pinned = !this.pinned;
      this.select();
    } else if (event.key === "Escape") {
      this.pinned = false;
      this.select();
    } else return false;
    return true;
  }

  // Where the arrow keys are in an array that goes into the sums.
  /** @type {Place | undefined} */
  cursor;

  /** @param {string} name */
  cursorIn(name) {
    const { shape } = this.arrays[name];
    return this.cursor?.name === name && this.cursor.index.every((k, axis) => k < shape[axis])
      ? this.cursor.index
      : shape.map(() => 0);
  }
}
