// @ts-check
// One convolution, followed by the pointer: which numbers meet, and what they add up to.
// Everything here happens in the browser; only edits and a chosen output go to the server.

import { makeScale } from "../../web/colours.js";
import { component } from "../../web/component.js";
import { element, find, findAny } from "../../web/elements.js";
import { Grid } from "../../web/grid.js";
import { arrowStep, isPress, moved } from "../../web/keyboard.js";
import { Rulers } from "../../web/rulers.js";
import { unpack } from "../../web/unpack.js";
import { hintText, showValues } from "./chosen_cell.js";
import { Editing, editedPlace } from "./editing.js";
import { cellsOf, termText } from "./factors.js";
import { Looking } from "./looking.js";
import { ModeButtons } from "./mode_buttons.js";
import {
  MODES, cellsInside, marksOf, mistakenTermsOf, resultCell, resultSizes, termsOf,
} from "./modes.js";
import { panelContents } from "./panels.js";
import { Player } from "./playing.js";
import { SumBox } from "./sum_box.js";
import { groupSizes } from "./sums.js";
import { Wiring } from "./wiring.js";

/** @typedef {import("./modes.js").Cell} Cell */
/** @typedef {import("./modes.js").Mode} Mode */
/** @typedef {import("./modes.js").Panel} Panel */
/** @typedef {import("./modes.js").Header} Header */

const LIT_MARK = /** @type {const} */ ("lit");
const PANELS = /** @type {Panel[]} */ (["x", "w", "b", "y"]);

export default component((parent, trigger) => new Lab(findAny(parent, ".lab"), trigger));

class Lab {
  mode = /** @type {Mode} */ ("y");
  channel = 0; // of the input
  out = 0; // of the output
  pinned = false;
  editMode = false;
  /** @type {Record<Mode, Cell> | undefined} the chosen cell of each mode; at first the middle ones */
  cells;
  /** @type {Header} */
  e;
  /** @type {import("./sums.js").Arrays} */
  arrays;
  /** @type {import("../../web/colours.js").Scale} */
  scale;
  /** @type {import("./modes.js").Marks} */
  marks = { x: [], w: [], b: [], y: [] };

  /** @param {HTMLElement} root @param {import("../../web/component.js").Trigger} trigger */
  constructor(root, trigger) {
    this.root = root;
    this.trigger = trigger;
    this.panels = PANELS.map((panel) => this.makePanel(panel));
    this.wiring = new Wiring(findAny(root, ".wiring"), (c, o) => this.choose(c, o));
    /** @param {import("./sums.js").Term | null} term */
    const light = (term) => this.light(term);
    this.sum = new SumBox(findAny(root, ".right-sum"), light);
    this.mistaken = new SumBox(findAny(root, ".mistaken-sum"), light);
    this.looking = new Looking((look) => trigger("look", look));
    this.editing = new Editing((edits) => trigger("edit", edits), () => this.paint());
    this.modes = new ModeButtons(findAny(root, ".modes"), (mode) => this.setMode(mode));
    const [play, speed] = [findAny(root, "[data-play]"), find(root, "input[type=range]", HTMLInputElement)];
    this.player = new Player(play, speed, () => this.step(1), () => this.tellLook());
    this.editButton = findAny(root, "[data-edit]");
    this.addControls();
    new ResizeObserver(() => this.e && this.paint()).observe(root);
  }

  /** @param {Panel} panel */
  makePanel(panel) {
    const section = findAny(this.root, `[data-panel="${panel}"]`);
    const grid = new Grid(find(section, "canvas", HTMLCanvasElement), {
      hover: (r, c) => this.hover(panel, r, c),
      leave: () => this.light(null),
      click: (r, c) => this.click(panel, r, c),
      key: (event) => this.key(event, panel),
    });
    const rulers = panel === "b" ? null : new Rulers(findAny(section, ".cells"));
    if (rulers) findAny(section, ".frame").classList.add("ruled");
    return { panel, grid, rulers, section, title: findAny(section, "h4") };
  }

  addControls() {
    for (const by of [-1, 1])
      findAny(this.root, `[data-step="${by}"]`).onclick = () => {
        this.player.play(false);
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
    this.editButton.hidden = header.alone;
    this.editing.receive(header.acknowledged, arrays);
    if (this.mode === "db" && !header.bias) this.mode = "y";
    this.out = Math.min(this.out, header.outChannels - 1);
    this.keepChannelInGroup();
    this.cells = cellsInside(header, this.cells);
    const look = this.looking.receive(header);
    if (look) this.goTo(look);
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

  // Another mode; where a mistake breaks its array, the cell that is most wrong.
  /** @param {Mode} mode */
  setMode(mode) {
    this.editing.close();
    this.pinned = false;
    this.mode = mode;
    const wrong = this.e.mostWrong.find((look) => look.view === mode);
    if (wrong) this.goTo(wrong);
    this.paint();
  }

  /** @param {import("./looking.js").Look} look */
  goTo({ view, channel, out, cell }) {
    [this.mode, this.channel, this.out] = [view, channel, out];
    this.pinned = cell !== null;
    if (this.cells && cell) this.cells[view] = cell;
  }

  /** @param {boolean} on */
  setEditMode(on) {
    this.editMode = on;
    this.editing.close();
    this.editButton.setAttribute("aria-pressed", String(on));
    this.player.play(false);
    this.paint();
  }

  paint() {
    const contents = panelContents(this, this.root.clientWidth);
    for (const { panel, grid, rulers, section, title } of this.panels) {
      const { title: name, channel, wrong, limit, cells } = contents[panel];
      title.replaceChildren(`${name} `, element("small", "", channel));
      if (wrong) title.append(" ", element("small", "wrong", `\u25e5 ${wrong} wrong`));
      grid.canvas.setAttribute(
        "aria-label",
        `${name}, ${channel}, ${cells.rows} by ${cells.columns}. Arrow keys move, Enter pins.`,
      );
      grid.show({ ...cells, limit, colour: this.scale });
      rulers?.show(cells.counted ?? [cells.rows, cells.columns], cells.first ?? [0, 0], cells.cell);
      section.classList.toggle("result", panel === MODES[this.mode].result);
      if (panel === "b") section.style.display = this.e.bias ? "" : "none";
    }
    this.wiring.show(this.e, this.channel, this.out);
    this.modes.show(this.e, this.mode);
    this.select();
  }

  // Show the chosen cell: its marks in every panel, its values and its sum.
  select() {
    const [terms, mistaken] = [termsOf(this), mistakenTermsOf(this)];
    this.marks = marksOf(this, terms);
    showValues(this.root, this, terms, this.pinned);
    this.root.classList.toggle("compared", !!mistaken);
    this.mistaken.place.hidden = !mistaken;
    this.sum.show(this, terms, mistaken ?? undefined);
    this.mistaken.show(this, mistaken ?? [], terms);
    this.light(null);
    this.tellLook();
  }

  // Light a term of the sum and the two cells whose product it is.
  /** @param {import("./sums.js").Term | null} term */
  light(term) {
    for (const box of [this.sum, this.mistaken]) box.light(term);
    const cells = term ? cellsOf(this, term) : [];
    for (const { panel, grid } of this.panels) {
      const lit = cells.filter((cell) => cell.panel === panel);
      grid.mark([...this.marks[panel], ...lit.map(({ r, c }) => ({ r, c, kind: LIT_MARK }))]);
    }
    findAny(this.root, ".hint").textContent = term ? termText(this, term) : hintText(this, this.editMode);
  }

  tellLook() {
    if (this.player.playing || this.e.stale) return;
    const cell = this.pinned ? this.cell : null;
    this.looking.tell({ view: this.mode, channel: this.channel, out: this.out, cell });
  }

  // ---- pointer and keyboard

  // The pointer chooses a cell until one is pinned, and lights the term that is under it.
  /** @param {Panel} panel @param {number} r @param {number} c */
  hover(panel, r, c) {
    if (this.editMode) return;
    if (!this.pinned) this.point(panel, r, c);
    const isHere = (/** @type {import("./factors.js").FactorCell} */ cell) =>
      cell.panel === panel && cell.r === r && cell.c === c;
    const terms = [...this.sum.terms, ...this.mistaken.terms];
    this.light(terms.find((term) => cellsOf(this, term).some(isHere)) ?? null);
  }

  /** @param {Panel} panel @param {number} r @param {number} c */
  point(panel, r, c) {
    const cell = resultCell(this.e, this.mode, panel, [r, c]);
    if (cell) this.cell = cell;
  }

  /** @param {Panel} panel @param {number} r @param {number} c */
  click(panel, r, c) {
    this.player.play(false);
    if (this.editMode) return this.edit(panel, r, c);
    if (panel === "y" && this.mode !== "y" && this.e.upstream === "one" && !this.e.alone)
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
      this.player.play(false);
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

  /** @param {number} by */
  step(by) {
    const { outChannels } = this.e;
    if (this.mode === "db") return this.choose(null, (this.out + by + outChannels) % outChannels);
    const [rows, columns] = resultSizes(this.e)[this.mode];
    const [r, c] = this.cell;
    const place = (r * columns + c + by + rows * columns) % (rows * columns);
    this.cell = [Math.floor(place / columns), place % columns];
  }

  /** @param {Panel} panel @param {number} r @param {number} c */
  edit(panel, r, c) {
    const place = editedPlace(this, panel, [r, c]);
    if (!place) return;
    const { grid, section } = this.panels[PANELS.indexOf(panel)];
    const cell = grid.picture?.cell ?? 0;
    /** @param {number} by */
    const next = (by) => this.edit(panel, ...place.neighbour(by));
    const box = { frame: findAny(section, ".cells"), left: c * cell, top: r * cell, size: cell };
    this.editing.open({ ...box, ...place, next }, this.arrays);
  }
}
