// Arrays from NumPy and torch and their difference, one row each; the pointer reads all three.
const strips = new WeakMap();

export default function (component) {
  const { data, parentElement } = component;
  let view = strips.get(parentElement);
  if (!view) {
    view = new Strips(parentElement.querySelector(".strips"));
    strips.set(parentElement, view);
  }
  view.update(data);
}

class Strips {
  constructor(root) {
    this.root = root;
    this.rows = [];
    new ResizeObserver(() => this.packed && this.paint()).observe(root);
  }

  update(bytes) {
    this.packed = unpack(bytes);
    const { strips: wanted } = this.packed.header;
    while (this.rows.length > wanted.length) this.rows.pop().element.remove();
    while (this.rows.length < wanted.length) this.rows.push(new Strip(this.root));
    clearTimeout(this.timer); // what stands above these pictures is painted first
    this.timer = setTimeout(() => {
      this.paint();
      this.root.dataset.drawn = performance.now();
    });
  }

  paint() {
    const { header, arrays } = this.packed;
    const scale = makeScale(header.colours);
    header.strips.forEach((strip, k) =>
      this.rows[k].show(strip, arrays[`${k}_numpy`], arrays[`${k}_torch`], scale, this.root.clientWidth),
    );
  }
}

class Strip {
  constructor(root) {
    this.element = document.createElement("div");
    this.element.className = "strip";
    this.header = document.createElement("header");
    this.readout = document.createElement("div");
    this.readout.className = "readout";
    const three = document.createElement("div");
    three.className = "three";
    this.figures = ["NumPy", "torch", "difference"].map((name) => this.addFigure(three, name));
    this.element.append(this.header, three, this.readout);
    root.append(this.element);
    this.cell = [0, 0];
  }

  addFigure(three, name) {
    const figure = document.createElement("figure");
    const caption = document.createElement("figcaption");
    const canvas = document.createElement("canvas");
    canvas.tabIndex = 0;
    canvas.setAttribute("role", "img");
    figure.append(caption, canvas);
    three.append(figure);
    const move = (r, c) => this.read(r, c);
    const grid = new Grid(canvas, { hover: move, click: move, key: (event) => this.key(event) });
    return { name, caption, canvas, grid };
  }

  show(strip, ours, theirs, scale, width) {
    this.strip = strip;
    this.dtype = strip.dtype;
    this.layout(ours.shape);
    const difference = Float64Array.from(ours.values, (value, k) => value - theirs.values[k]);
    this.arrays = [ours.values, theirs.values, difference];
    const shared = Math.max(largestMagnitude(ours.values), largestMagnitude(theirs.values));
    const limits = [shared, shared, largestMagnitude(difference)];
    const narrow = width < 600;
    const size = Math.min((width / 3 - (narrow ? 6 : 12)) / this.columns, 240 / this.rows, 34);
    const cell = size >= 6 ? Math.floor(size) : Math.max(1, Math.floor(size * 4) / 4);
    this.showHeader();
    this.figures.forEach(({ name, caption, canvas, grid }, k) => {
      const text = document.createElement("b");
      text.textContent = name;
      const range = limits[k] === 0 ? "0 everywhere" : `\u00b1${shortLimit(limits[k])}`;
      const scaleNote = k < 2 ? ", same scale" : limits[k] ? ", own scale" : "";
      caption.replaceChildren(text, ` ${range}${scaleNote}`);
      canvas.setAttribute("aria-label", `${strip.title}, ${name}; arrow keys read the values`);
      grid.show({
        rows: this.rows,
        columns: this.columns,
        cell,
        limit: limits[k],
        colour: scale,
        value: (r, c) => this.arrays[k][this.flat(r, c)],
        blank: (r, c) => this.flat(r, c) < 0,
      });
    });
    this.clear();
  }

  // Leading axes become tiles: rows of channels, as square as they come, one cell apart.
  layout(shape) {
    const [height, width] = shape.length > 1 ? shape.slice(-2) : [1, shape[0] ?? 1];
    const leading = shape.slice(0, Math.max(0, shape.length - 2));
    this.shape = shape;
    this.tile = [height, width];
    this.tiles = leading.reduce((product, size) => product * size, 1);
    this.across =
      leading.length === 2 ? leading[1] : Math.ceil(Math.sqrt((this.tiles * height) / width)) || 1;
    this.across = Math.min(this.across, this.tiles);
    const down = Math.ceil(this.tiles / this.across);
    this.rows = down * (height + 1) - 1;
    this.columns = this.across * (width + 1) - 1;
  }

  flat(r, c) {
    const [height, width] = this.tile;
    const [i, j] = [r % (height + 1), c % (width + 1)];
    const across = Math.floor(c / (width + 1));
    const tile = Math.floor(r / (height + 1)) * this.across + across;
    if (i === height || j === width || tile >= this.tiles) return -1;
    return (tile * height + i) * width + j;
  }

  showHeader() {
    const { title, shape, verdict, within } = this.strip;
    const name = document.createElement("strong");
    name.textContent = title;
    const size = document.createElement("small");
    size.textContent = shape;
    const note = document.createElement("small");
    note.className = within ? "" : "wrong";
    note.dataset.within = within;
    note.textContent = `${within ? "\u2713" : "\u2717"} ${verdict}`;
    this.header.replaceChildren(name, size, note);
  }

  clear() {
    if (this.rows * this.columns === 1) return this.read(0, 0, false);
    this.readout.textContent = "Point at a cell to read its three values.";
  }

  read(r, c, marked = true) {
    const flat = this.flat(r, c);
    if (flat < 0) return;
    this.cell = [r, c];
    if (marked) for (const { grid } of this.figures) grid.mark([{ r, c, kind: "chosen" }]);
    const [ours, theirs, difference] = this.arrays.map((values) => values[flat]);
    const place = document.createElement("b");
    place.textContent = this.shape.length ? `[${this.indexOf(flat).join(", ")}]` : "";
    this.readout.replaceChildren(
      place,
      `  NumPy ${fullNumber(ours, this.dtype)}   torch ${fullNumber(theirs, this.dtype)}` +
        `   difference ${errorNumber(difference)}`,
    );
  }

  indexOf(flat) {
    const index = [];
    for (let axis = this.shape.length - 1; axis >= 0; axis--) {
      index.unshift(flat % this.shape[axis]);
      flat = Math.floor(flat / this.shape[axis]);
    }
    return index;
  }

  key(event) {
    const moves = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    const move = moves[event.key];
    if (!move) return false;
    let [r, c] = this.cell;
    do [r, c] = [r + move[0], c + move[1]];
    while (this.flat(r, c) < 0 && r >= 0 && c >= 0 && r < this.rows && c < this.columns);
    if (r >= 0 && c >= 0 && r < this.rows && c < this.columns) this.read(r, c);
    return true;
  }
}

function shortLimit(limit) {
  return limit >= 0.01 && limit < 1000 ? String(Number(limit.toPrecision(3))) : errorNumber(limit);
}
