// @ts-check
// One layer, followed by the pointer: which numbers meet in a number, and how it comes about.
// Everything here happens in the browser.

import { makeScale } from "../../web/colours.js";
import { component } from "../../web/component.js";
import { element, findAny } from "../../web/elements.js";
import { Grid, wholeCell } from "../../web/grid.js";
import { arrowStep, isPress } from "../../web/keyboard.js";
import { errorNumber, factor, fullNumber, shapeText } from "../../web/numbers.js";
import { RULER_WIDTH, Rulers } from "../../web/rulers.js";
import { Tiling } from "../../web/tiling.js";
import { at, indexOf, largestMagnitude, unpack } from "../../web/unpack.js";
import { stacked } from "./stacked.js";
import { explain, flatPlace, leadsTo } from "./sums.js";

/** @typedef {{name: string, title: string, row: string, result: boolean, shape: number[]}} Facts */
/**
 * @typedef {object} Header
 * @property {string} layer @property {import("./sums.js").Settings} settings
 * @property {Facts[]} panels @property {boolean} stale
 * @property {import("../../web/colours.js").ScaleColours} colours
 */
/** @typedef {import("./pieces.js").Place} Place */
/** @typedef {import("./pieces.js").Places} Places */
/** @typedef {import("../../web/grid.js").Mark} Mark */
/**
 * @typedef {object} Panel
 * @property {Facts} facts @property {HTMLElement} section @property {Grid} grid
 * @property {Tiling} tiling @property {Rulers | null} rulers a list of numbers has none
 */

const GAP = 24, STACK = 84, TALLEST = 300; // pixels
const LARGEST_CELL = 34, READABLE_CELL = 18, READABLE_CELL_ON_A_PHONE = 26;
const NARROW = 600;
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
    const { shape } = this.arrays[this.shown.name] ?? this.arrays.y;
    const known = this.shown.name in this.arrays && this.shown.index.length === shape.length;
    if (!known) this.shown = { name: "y", index: this.arrays.y.shape.map(() => 0) };
    this.shown.index = this.shown.index.map((k, axis) =>
      Math.min(k, this.arrays[this.shown.name].shape[axis] - 1));
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
      const note = facts.shape.length === 4 ? ", photos across, channels down" : "";
      const shape = facts.shape.length > 1 ? shapeText(facts.shape) + note : "";
      findAny(section, "h4").replaceChildren(`${facts.title} `, element("small", "", shape));
      grid.canvas.setAttribute("aria-label",
        `${facts.title}, ${shapeText(facts.shape)}. Arrow keys move, Enter holds.`);
      grid.show({
        rows: tiling.rows,
        columns: tiling.columns,
        cell: this.cellOf(panel),
        counted: [tiling.height, tiling.width],
        limit: largestMagnitude(array.values),
        colour: scale,
        value: (r, c) => array.values[tiling.flat(r, c)],
        blank: (r, c) => tiling.flat(r, c) < 0,
      });
      rulers?.show([tiling.height, tiling.width], [0, 0], this.cellOf(panel));
    }
    this.select();
  }

  // One size of cells for all panels, or for those of a row: beside each other if they stay
  // readable so, else below each other.
  /** @param {Panel} panel */
  cellOf({ facts }) {
    const width = this.root.clientWidth - 2;
    /** @param {Panel[]} panels */
    const beside = (panels) => {
      const groups = stacked(panels), alone = groups.filter((several) => several.length === 1);
      const columns = alone.reduce((sum, [{ tiling }]) => sum + tiling.columns, 0);
      const stacks = groups.length - alone.length;
      return (width - GAP * (groups.length - 1) - STACK * stacks - RULER_WIDTH * alone.length) / columns;
    };
    /** @param {Panel[]} panels */
    const height = (panels) => Math.max(...panels.map(({ tiling }) => tiling.rows));
    const rows = [...new Set(this.panels.map((panel) => panel.facts.row))].map((row) =>
      this.panels.filter((panel) => panel.facts.row === row));
    const row = rows.find((panels) => panels[0].facts.row === facts.row) ?? this.panels;
    const readable = width < NARROW ? READABLE_CELL_ON_A_PHONE : READABLE_CELL;
    const largest = Math.min(LARGEST_CELL, TALLEST / height(row));
    const low = rows.reduce((sum, panels) => sum + height(panels), 0) * largest <= TALLEST;
    const all = beside(this.panels);
    const alone = (width - RULER_WIDTH) / Math.max(...row.map(({ tiling }) => tiling.columns));
    const fitting = all >= readable && !low ? all : Math.max(beside(row), Math.min(readable, alone));
    return wholeCell(Math.min(largest, fitting), 1);
  }

  // ---- what is shown

  select() {
    const { header: { layer, settings }, arrays, shown } = this;
    const sum = explain(layer, settings, arrays, shown.name, shown.index);
    this.mark(sum.places);
    /** @param {string} name */
    const place = (name) => findAny(this.root, `[data-value="${name}"]`);
    const dtype = String(settings.dtype);
    const [ours, theirs] = ["", "_torch"].map((engine) => at(arrays[shown.name + engine], ...shown.index));
    const title = { dx: "dX", dweight: "dW", dbias: "db" }[shown.name] ?? shown.name;
    place("place").textContent = `${title}[${shown.index.join(", ")}]`;
    place("numpy").textContent = fullNumber(ours, dtype);
    place("torch").textContent = fullNumber(theirs, dtype);
    place("difference").textContent = errorNumber(ours - theirs);
    place("pin").textContent = this.pinned ? "Held: click again or press Esc to let go" : "";
    this.write(sum, ours);
  }

  /** @param {import("./pieces.js").Sum} sum @param {number} result */
  write({ pieces, places }, result) {
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
    const total = isSum ? [element("span", "total", `${factor(result)} = `)] : [];
    box.replaceChildren(...total, ...shown, ...rest);
    box.scrollTop = 0;
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
        ...(places[name] ?? []).map(framed("tap")),
        ...(strong[name] ?? []).map(framed(few ? "chosen" : "strong")),
        ...(name === this.shown.name ? [this.shown.index].map(framed("chosen")) : []),
      ]);
    }
  }

  // ---- pointer and keyboard

  /** @param {string} name @param {number} r @param {number} c @returns {Place | null} the result */
  resultAt(name, r, c) {
    const { facts, tiling } = this.panelOf(name);
    const flat = tiling.flat(r, c);
    if (flat < 0) return null;
    const place = { name, index: indexOf(facts.shape, flat) };
    if (facts.result) return place;
    return leadsTo(this.header.layer, this.header.settings, this.arrays, place, this.shown);
  }

  /** @param {string} name */
  panelOf(name) {
    const found = this.panels.find(({ facts }) => facts.name === name);
    if (!found) throw new Error(`There is no panel ${name}.`);
    return found;
  }

  /** @param {string} name @param {number} r @param {number} c */
  point(name, r, c) {
    const place = this.resultAt(name, r, c);
    if (!place) return;
    this.shown = place;
    this.select();
  }

  /** @param {string} name @param {number} r @param {number} c */
  click(name, r, c) {
    const place = this.resultAt(name, r, c);
    if (!place) return;
    const same = place.name === this.shown.name && String(place.index) === String(this.shown.index);
    this.pinned = !(this.pinned && same);
    this.shown = place;
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
