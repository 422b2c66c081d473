// @ts-check
// One convolution, followed by the pointer: which numbers meet, and what they add up to.
// Everything here happens in the browser; only edits and a chosen output go to the server.

import { makeScale } from "../../web/colours.js";
import { component } from "../../web/component.js";
import { element, find, findAny } from "../../web/elements.js";
import { Grid } from "../../web/grid.js";
import { arrowStep, isPress, moved } from "../../web/keyboard.js";
import { errorNumber } from "../../web/numbers.js";
import { at, unpack } from "../../web/unpack.js";
import { hintText, showSum, showValues } from "./chosen_cell.js";
import { Editing } from "./editing.js";
import { MODES, cellsInside, marksOf, resultCell, resultSizes, termsOf } from "./modes.js";
import { panelContents } from "./panels.js";
import { groupSizes, isInside } from "./sums.js";
import { Wiring } from "./wiring.js";

/** @typedef {import("./modes.js").Cell} Cell */
/** @typedef {import("./modes.js").Mode} Mode */
/** @typedef {import("./modes.js").Panel} Panel */
/** @typedef {import("./modes.js").Header} Header */

const PANELS = /** @type {Panel[]} */ (["x", "w", "b", "y"]);

export default component((parent, trigger) => new Lab(findAny(parent, ".lab"), trigger));

class Lab {
  mode = /** @type {Mode} */ ("y");
  channel = 0; // of the input
  out = 0; // of the output
  pinned = false;
  editMode = false;
  playing = false;
  /** @type {Record<Mode, Cell> | undefined} the chosen cell of each mode; at first the middle ones */
  cells;
  /** @type {Header} */
  e;
  /** @type {import("./sums.js").Arrays} */
  arrays;
  /** @type {import("../../web/colours.js").Scale} */
  scale;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  timer;

  /** @param {HTMLElement} root @param {import("../../web/component.js").Trigger} trigger */
  constructor(root, trigger) {
    this.root = root;
    this.trigger = trigger;
    this.panels = PANELS.map((panel) => this.makePanel(panel));
    this.wiring = new Wiring(findAny(root, ".wiring"), (c, o) => this.choose(c, o));
    this.editing = new Editing((edits) => trigger("edit", edits), () => this.paint());
    this.modes = findAny(root, ".modes");
    this.playButton = findAny(root, "[data-play]");
    this.speed = find(root, "input[type=range]", HTMLInputElement);
    this.editButton = findAny(root, "[data-edit]");
    this.addControls();
    new ResizeObserver(() => this.e && this.paint()).observe(root);
  }

  /** @param {Panel} panel */
  makePanel(panel) {
    const section = findAny(this.root, `[data-panel="${panel}"]`);
    const grid = new Grid(find(section, "canvas", HTMLCanvasElement), {
      hover: (r, c) => this.pinned || this.editMode || this.point(panel, r, c),
      click: (r, c) => this.click(panel, r, c),
      key: (event) => this.key(event, panel),
    });
    return { panel, grid, section, title: findAny(section, "h4") };
  }

  addControls() {
    for (const mode of /** @type {Mode[]} */ (Object.keys(MODES))) {
      const button = element("button", "", element("span", ""), element("small", ""));
      button.type = "button";
      button.dataset.mode = mode;
      button.onclick = () => this.setMode(mode);
      this.modes.append(button);
    }
    this.playButton.onclick = () => this.play(!this.playing);
    for (const by of [-1, 1])
      findAny(this.root, `[data-step="${by}"]`).onclick = () => {
        this.play(false);
        this.step(by);
      };
    this.editButton.onclick = () => this.setEditMode(!this.editMode);
  }

  /** @param {Uint8Array} bytes */
  update(bytes) {
    /** @type {import("../../web/unpack.js").Packed<Header>} */
    const { header, arrays } = unpack(bytes);
    this.e = header;
    this.arrays = arrays;
    this.scale = makeScale(header.colours);
    this.root.classList.toggle("stale", header.stale);
    this.editing.receive(header.acknowledged, arrays);
    if (this.mode === "db" && !header.bias) this.mode = "y";
    this.out = Math.min(this.out, header.outChannels - 1);
    this.keepChannelInGroup();
    this.cells = cellsInside(header, this.cells);
    this.paint();
    this.root.dataset.drawn = String(performance.now()); // the tests' stopwatch
  }

  keepChannelInGroup() {
    const { ins, outs } = groupSizes(this.e);
    const first = Math.floor(this.out / outs) * ins;
    if (this.channel < first || this.channel >= first + ins) this.channel = first;
  }


  get cell() {
    return this.cells?.[this.mode] ?? [0, 0];
  }

  set cell(/** @type {Cell} */ cell) {
    if (this.cells) this.cells[this.mode] = cell;
    this.select();
  }

  // ---- what is shown

  /** @param {number | null} channel @param {number | null} out one of them is null: it follows */
  choose(channel, out) {
    const { ins, outs } = groupSizes(this.e);
    if (channel !== null) {
      this.channel = channel;
      const group = Math.floor(channel / ins);
      if (Math.floor(this.out / outs) !== group) this.out = group * outs;
    } else if (out !== null) {
      this.out = out;
      this.keepChannelInGroup();
    }
    this.paint();
  }

  /** @param {Mode} mode */
  setMode(mode) {
    this.mode = mode;
    this.pinned = false;
    if (this.editMode && mode !== "y") this.setEditMode(false);
    this.paint();
  }

  /** @param {boolean} on */
  setEditMode(on) {
    this.editMode = on;
    this.editing.close();
    this.editButton.setAttribute("aria-pressed", String(on));
    if (on) {
      this.play(false);
      this.mode = "y";
    }
    this.paint();
  }

  paint() {
    const contents = panelContents(this, this.root.clientWidth);
    for (const { panel, grid, section, title } of this.panels) {
      const { title: name, channel, limit, cells } = contents[panel];
      title.replaceChildren(`${name} `, element("small", "", channel));
      grid.canvas.setAttribute(
        "aria-label",
        `${name}, ${channel}, ${cells.rows} by ${cells.columns}. Arrow keys move, Enter pins.`,
      );
      grid.show({ ...cells, limit, colour: this.scale });
      section.classList.toggle("result", panel === MODES[this.mode].result);
      if (panel === "b") section.style.display = this.e.bias ? "" : "none";
    }
    this.wiring.show(this.e, this.channel, this.out);
    this.paintModes();
    this.select();
  }

  paintModes() {
    for (const mode of /** @type {Mode[]} */ (Object.keys(MODES))) {
      const button = findAny(this.modes, `[data-mode="${mode}"]`);
      const verdict = this.e.verdicts[MODES[mode].array];
      button.hidden = !verdict;
      button.setAttribute("aria-pressed", String(mode === this.mode));
      if (!verdict) continue;
      findAny(button, "span").textContent = MODES[mode].name;
      const note = findAny(button, "small");
      note.className = verdict.within ? "" : "wrong";
      note.textContent = `${verdict.within ? "\u2713" : "\u2717"} ${errorNumber(verdict.largest)}`;
      button.title = `NumPy and torch in ${this.e.dtype}. ${verdict.sentence}`;
    }
  }

  // Show the chosen cell: its marks in every panel, its values and its sum.
  select() {
    const terms = termsOf(this);
    const marks = marksOf(this, terms);
    for (const { panel, grid } of this.panels) grid.mark(marks[panel]);
    showValues(this.root, this, terms, this.pinned);
    showSum(findAny(this.root, ".sum"), this, terms);
    findAny(this.root, ".hint").textContent = hintText(this, this.editMode);
  }

  // ---- pointer and keyboard

  /** @param {Panel} panel @param {number} r @param {number} c */
  point(panel, r, c) {
    const cell = resultCell(this.e, this.mode, panel, [r, c]);
    if (cell) this.cell = cell;
  }

  /** @param {Panel} panel @param {number} r @param {number} c */
  click(panel, r, c) {
    this.play(false);
    if (this.editMode) return this.edit(panel, r, c);
    if (panel === "y" && this.mode !== "y" && this.e.upstream === "one")
      return this.trigger("choose", [this.out, r, c]);
    const backward = /** @type {const} */ ({ x: "dx", w: "dw", b: "db", y: null })[panel];
    if (this.mode !== "y" && backward && backward !== this.mode) this.setMode(backward);
    const cell = resultCell(this.e, this.mode, panel, [r, c]);
    if (!cell) return;
    this.pinned = !(this.pinned && String(cell) === String(this.cell));
    this.cell = cell;
  }

  /** @param {KeyboardEvent} event @param {Panel} panel */
  key(event, panel) {
    const step = arrowStep(event);
    if (step) {
      this.play(false);
      this.cell = moved(this.cell, step, resultSizes(this.e)[this.mode]);
    } else if (isPress(event)) {
      if (this.editMode) this.edit(panel, ...(panel === "x" ? this.e.padding : /** @type {Cell} */ ([0, 0])));
      else this.pinned = !this.pinned;
      this.select();
    } else if (event.key === "Escape") {
      this.pinned = false;
      this.select();
    } else return false;
    return true;
  }

  // ---- playing

  /** @param {boolean} on */
  play(on) {
    this.playing = on;
    this.playButton.textContent = on ? "Pause" : "Play";
    this.playButton.setAttribute("aria-label", on ? "Pause" : "Play");
    clearTimeout(this.timer);
    if (on) this.tick();
  }

  tick() {
    if (!this.playing || !this.root.isConnected) return;
    this.step(1);
    this.timer = setTimeout(() => this.tick(), 1000 / Number(this.speed.value));
  }

  /** @param {number} by */
  step(by) {
    const { outChannels } = this.e;
    if (this.mode === "db") return this.choose(null, (this.out + by + outChannels) % outChannels);
    const [rows, columns] = resultSizes(this.e)[this.mode];
    const [r, c] = this.cell;
    const place = (r * columns + c + by + rows * columns) % (rows * columns);
    this.cell = [Math.floor(place / columns), place % columns];
  }

  // ---- editing

  /** @param {Panel} panel @param {number} r @param {number} c */
  edit(panel, r, c) {
    const { e, channel, out } = this;
    if (panel === "y" || (panel === "b" && !e.bias)) return;
    const [top, left] = panel === "x" ? e.padding : [0, 0];
    const [row, column] = [r - top, c - left];
    if (panel === "x" && !isInside(e, row, column)) return;
    const { array, index, size } = {
      x: { array: "x", index: [channel, row, column], size: e.size },
      w: { array: "weight", index: [out, channel % groupSizes(e).ins, row, column], size: e.kernel },
      b: { array: "bias", index: [out], size: [1, 1] },
    }[panel];
    /** @param {number} by */
    const next = (by) => {
      const count = size[0] * size[1];
      const place = (row * size[1] + column + by + count) % count;
      this.edit(panel, Math.floor(place / size[1]) + top, (place % size[1]) + left);
    };
    const { grid, section } = this.panels[PANELS.indexOf(panel)];
    const cell = grid.picture?.cell ?? 0;
    const [frame, value] = [findAny(section, ".frame"), at(this.arrays[array], ...index)];
    const place = { frame, left: c * cell, top: r * cell, size: cell };
    this.editing.open({ ...place, value, array, index, next }, this.arrays);
  }
}
