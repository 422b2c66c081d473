// One convolution, followed by the pointer: which numbers meet, and what they add up to.
// Everything here happens in the browser; only edits and a chosen output go to the server.

const MODES = {
  y: { name: "Output", result: "y", x: "x", w: "weight", b: "bias", y: "y" },
  dx: { name: "dX", result: "x", x: "dx", w: "weight", b: "bias", y: "dy" },
  dw: { name: "dW", result: "w", x: "x", w: "dweight", b: "bias", y: "dy" },
  db: { name: "db", result: "b", x: "x", w: "weight", b: "dbias", y: "dy" },
};
const RESULT_ARRAYS = { y: "y", dx: "dx", dw: "dweight", db: "dbias" };
const TITLES = {
  x: "Input x",
  dx: "Gradient dX",
  weight: "Kernel w",
  dweight: "Gradient dW",
  bias: "Bias b",
  dbias: "Gradient db",
  y: "Output y",
  dy: "Upstream gradient dy",
};
const UNIT_ROUNDOFF = { float32: 2 ** -24, float64: 2 ** -53 };
const MOST_TERMS = 300;
const instances = new WeakMap();

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  let lab = instances.get(parentElement);
  if (!lab) {
    lab = new Lab(parentElement.querySelector(".lab"));
    instances.set(parentElement, lab);
  }
  lab.trigger = setTriggerValue;
  lab.update(data);
}

class Lab {
  constructor(root) {
    this.root = root;
    this.mode = "y";
    this.channel = 0; // of the input
    this.out = 0; // of the output
    this.cells = null; // the chosen cell of each mode; the middle ones at first
    this.pinned = false;
    this.editMode = false;
    this.grids = {};
    for (const section of root.querySelectorAll("[data-panel]")) this.addGrid(section);
    this.wiring = new Wiring(root.querySelector(".wiring"), (c, o) => this.choose(c, o));
    this.editing = new Editing(
      (edits) => this.trigger("edit", edits),
      () => this.paint(),
    );
    this.addControls();
    new ResizeObserver(() => this.e && this.paint()).observe(root);
  }

  addGrid(section) {
    const panel = section.dataset.panel;
    const grid = new Grid(section.querySelector("canvas"), {
      hover: (r, c) => this.pinned || this.editMode || this.point(panel, r, c),
      click: (r, c) => this.click(panel, r, c),
      key: (event) => this.key(event, panel),
    });
    this.grids[panel] = { grid, section, title: section.querySelector("h4") };
  }

  addControls() {
    const find = (selector) => this.root.querySelector(selector);
    this.modes = find(".modes");
    for (const mode of Object.keys(MODES)) {
      const button = document.createElement("button");
      button.type = "button";
      button.dataset.mode = mode;
      button.append(document.createElement("span"), document.createElement("small"));
      button.onclick = () => this.setMode(mode);
      this.modes.append(button);
    }
    this.playButton = find("[data-play]");
    this.playButton.onclick = () => this.play(!this.playing);
    for (const button of this.root.querySelectorAll("[data-step]"))
      button.onclick = () => {
        this.play(false);
        this.step(Number(button.dataset.step));
      };
    this.speed = find("input[type=range]");
    this.editButton = find("[data-edit]");
    this.editButton.onclick = () => this.setEditMode(!this.editMode);
  }

  update(bytes) {
    const { header, arrays } = unpack(bytes);
    this.e = header;
    this.arrays = arrays;
    this.scale = makeScale(header.colours);
    this.root.classList.toggle("stale", header.stale);
    this.editing.receive(header.acknowledged, arrays);
    if (this.mode === "db" && !header.bias) this.mode = "y";
    this.out = Math.min(this.out, header.outChannels - 1);
    this.keepChannelInGroup();
    this.keepCellsInside();
    this.paint();
    this.root.dataset.drawn = performance.now(); // the tests' stopwatch
  }

  keepChannelInGroup() {
    const { ins, outs } = groupSizes(this.e);
    const first = Math.floor(this.out / outs) * ins;
    if (this.channel < first || this.channel >= first + ins) this.channel = first;
  }

  keepCellsInside() {
    const sizes = { y: this.e.output, dx: this.e.size, dw: this.e.kernel, db: [1, 1] };
    const middle = (size) => size.map((count) => Math.floor((count - 1) / 2));
    this.cells ??= Object.fromEntries(Object.entries(sizes).map(([mode, size]) => [mode, middle(size)]));
    for (const [mode, size] of Object.entries(sizes))
      this.cells[mode] = this.cells[mode].map((k, axis) => Math.min(k, size[axis] - 1));
  }

  choose(channel, out) {
    const { ins, outs } = groupSizes(this.e);
    if (channel !== null) {
      this.channel = channel;
      const group = Math.floor(channel / ins);
      if (Math.floor(this.out / outs) !== group) this.out = group * outs;
    } else {
      this.out = out;
      this.keepChannelInGroup();
    }
    this.paint();
  }

  setMode(mode) {
    this.mode = mode;
    this.pinned = false;
    if (this.editMode && mode !== "y") this.setEditMode(false);
    this.paint();
  }

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

  // ---- pictures

  // Pixels a cell, so that the picture fits; small arrays may grow taller to show their numbers.
  cellSize(rows, columns, counted, width) {
    const readable = Math.max(...counted) <= NUMBERS_UP_TO ? 22 * rows : 0;
    const height = Math.max(this.narrow ? 360 : 296, readable);
    const size = Math.min(width / columns, height / rows, 40);
    return size >= 6 ? Math.floor(size) : Math.max(2, Math.floor(size * 4) / 4);
  }

  paint() {
    const { e, grids } = this;
    const width = this.root.clientWidth;
    this.narrow = width < 600;
    const names = MODES[this.mode];
    const { ins } = groupSizes(e);
    const shown = (name) => this.arrays[name];
    const [top, left] = e.padding;
    const padded = [e.size[0] + 2 * top, e.size[1] + 2 * left];
    const cell = this.cellSize(...padded, e.size, this.narrow ? width - 4 : (width - 236) / 2);
    this.show("x", names.x, `channel ${this.channel}`, {
      rows: padded[0],
      columns: padded[1],
      counted: e.size,
      cell,
      value: (r, c) => at(shown(names.x), this.channel, r - top, c - left),
      hatched: (r, c) => !isInside(e, r - top, c - left),
    });
    this.show("w", names.w, `input ${this.channel} \u2192 output ${this.out}`, {
      rows: e.kernel[0],
      columns: e.kernel[1],
      cell: Math.floor(Math.min(32, 172 / Math.max(...e.kernel))),
      value: (r, c) => at(shown(names.w), this.out, this.channel % ins, r, c),
    });
    this.show("b", names.b, `channel ${this.out}`, {
      rows: 1,
      columns: 1,
      cell: 36,
      value: () => (e.bias ? at(shown(names.b), this.out) : 0),
      hatched: () => !e.bias,
    });
    const besideKernel = this.narrow ? width - 130 : (width - 236) / 2;
    this.show("y", names.y, `channel ${this.out}`, {
      rows: e.output[0],
      columns: e.output[1],
      cell: this.cellSize(...e.output, e.output, besideKernel),
      value: (r, c) => at(shown(names.y), this.out, r, c),
    });
    for (const [panel, { section }] of Object.entries(grids))
      section.classList.toggle("result", panel === names.result);
    grids.b.section.style.display = e.bias ? "" : "none";
    this.wiring.show(e, this.channel, this.out);
    this.paintModes();
    this.select();
  }

  show(panel, array, channel, picture) {
    const { grid, title } = this.grids[panel];
    const whole = this.arrays[array];
    const small = document.createElement("small");
    small.textContent = channel;
    title.replaceChildren(`${TITLES[array]} `, small);
    grid.canvas.setAttribute(
      "aria-label",
      `${TITLES[array]}, ${channel}, ${picture.rows} by ${picture.columns}. ` +
        "Arrow keys move, Enter pins.",
    );
    const limit = whole ? largestMagnitude(whole.values) : 1;
    grid.show({ ...picture, limit, colour: this.scale });
  }

  paintModes() {
    for (const button of this.modes.children) {
      const { mode } = button.dataset;
      const verdict = this.e.verdicts[RESULT_ARRAYS[mode]];
      button.hidden = !verdict;
      button.setAttribute("aria-pressed", String(mode === this.mode));
      if (!verdict) continue;
      const [name, note] = button.children;
      name.textContent = MODES[mode].name;
      note.className = verdict.within ? "" : "wrong";
      note.textContent = `${verdict.within ? "\u2713" : "\u2717"} ${errorNumber(verdict.largest)}`;
      button.title =
        `Largest difference between NumPy and torch: ${errorNumber(verdict.largest)}. ` +
        `Rounding to ${this.e.dtype} can explain up to ${errorNumber(verdict.allowed)}.`;
    }
  }

  // ---- what the pointer means

  point(panel, r, c) {
    const cell = this.meant(panel, r, c);
    if (!cell) return;
    this.cells[this.mode] = cell;
    this.select();
  }

  // The result's cell that a panel's cell stands for; on the way there and back a window's middle.
  meant(panel, r, c) {
    const { e, mode } = this;
    const [top, left] = e.padding;
    if (mode === "dw") return panel === "w" ? [r, c] : null;
    if (mode === "db") return [0, 0];
    const middle = [0, 1].map((axis) => (e.dilation[axis] * (e.kernel[axis] - 1)) / 2);
    const within = (k, size) => Math.max(0, Math.min(size - 1, Math.round(k)));
    if (mode === "y") {
      if (panel === "y") return [r, c];
      if (panel !== "x") return null;
      return [r, c].map((k, axis) => within((k - middle[axis]) / e.stride[axis], e.output[axis]));
    }
    if (panel === "x") return isInside(e, r - top, c - left) ? [r - top, c - left] : null;
    if (panel !== "y") return null;
    return [r, c].map((k, axis) =>
      within(k * e.stride[axis] + middle[axis] - e.padding[axis], e.size[axis]),
    );
  }

  click(panel, r, c) {
    this.play(false);
    if (this.editMode) return this.edit(panel, r, c);
    if (panel === "y" && this.mode !== "y" && this.e.upstream === "one")
      return this.trigger("choose", [this.out, r, c]);
    const backward = { x: "dx", w: "dw", b: "db" }[panel];
    if (this.mode !== "y" && backward && backward !== this.mode) this.setMode(backward);
    const cell = this.meant(panel, r, c);
    if (!cell) return;
    const same = this.pinned && String(cell) === String(this.cells[this.mode]);
    this.pinned = !same;
    this.cells[this.mode] = cell;
    this.select();
  }

  key(event, panel) {
    const moves = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    if (event.key in moves) {
      this.play(false);
      const size = this.resultSize();
      this.cells[this.mode] = this.cells[this.mode].map((k, axis) =>
        Math.max(0, Math.min(size[axis] - 1, k + moves[event.key][axis])),
      );
      this.select();
    } else if (event.key === "Enter" || event.key === " ") {
      if (this.editMode) this.edit(panel, ...(panel === "x" ? this.e.padding : [0, 0]));
      else this.pinned = !this.pinned;
      this.select();
    } else if (event.key === "Escape") {
      this.pinned = false;
      this.select();
    } else return false;
    return true;
  }

  resultSize() {
    return { y: this.e.output, dx: this.e.size, dw: this.e.kernel, db: [1, 1] }[this.mode];
  }

  // ---- playing

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

  step(by) {
    const [rows, columns] = this.resultSize();
    if (this.mode === "db") return this.choose(null, (this.out + by + this.e.outChannels) % this.e.outChannels);
    const [r, c] = this.cells[this.mode];
    const place = (r * columns + c + by + rows * columns) % (rows * columns);
    this.cells[this.mode] = [Math.floor(place / columns), place % columns];
    this.select();
  }

  // ---- editing

  edit(panel, r, c) {
    const array = { x: "x", w: "weight", b: "bias" }[panel];
    const { e } = this;
    if (!array || (array === "bias" && !e.bias)) return;
    const [top, left] = panel === "x" ? e.padding : [0, 0];
    if (panel === "x" && !isInside(e, r - top, c - left)) return;
    const { ins } = groupSizes(e);
    const index = {
      x: [this.channel, r - top, c - left],
      w: [this.out, this.channel % ins, r, c],
      b: [this.out],
    }[panel];
    const { grid } = this.grids[panel];
    const { cell } = grid.picture;
    const size = { x: e.size, w: e.kernel, b: [1, 1] }[panel];
    const next = (by) => {
      const count = size[0] * size[1];
      const place = ((r - top) * size[1] + (c - left) + by + count) % count;
      this.edit(panel, Math.floor(place / size[1]) + top, (place % size[1]) + left);
    };
    this.editing.open(
      {
        frame: grid.canvas.parentElement,
        left: c * cell,
        top: r * cell,
        size: cell,
        value: at(this.arrays[array], ...index),
        array,
        index,
        next,
      },
      this.arrays,
    );
  }
}
