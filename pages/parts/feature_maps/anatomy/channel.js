// One channel, large: its map, what one of its cells is the sum of, and what each input put in.
const MAP_SIDE = 190;
const PART = 44;

class Channel {
  constructor(place, { hover, pin, leave, open }) {
    this.place = place;
    this.hover = hover;
    this.pin = pin;
    this.leave = leave;
    this.open = open;
  }

  update(header, arrays, palette) {
    const hadFocus = this.map && this.map.matches(":focus");
    this.header = header;
    this.channel = header.channel;
    this.palette = palette;
    this.cursor = null;
    const blocks = element("div", "large");
    this.map = null;
    if (arrays.map) blocks.append(this.mapBlock(arrays.map));
    if (arrays.before) blocks.append(this.beforeBlock(arrays.before));
    if (this.channel.sum) {
      const block = this.sumBlock();
      if (arrays.kernels) block.append(this.kernelBlock(arrays.kernels));
      blocks.append(block);
    }
    if (!this.channel.sum && !arrays.map) blocks.append(this.valueBlock());
    this.place.replaceChildren(blocks);
    if (this.channel.parts) this.place.append(...this.partsBlock(arrays));
    if (hadFocus) this.map?.focus();
    if (this.map) this.paint();
  }

  mapBlock(map) {
    const [height, width] = map.shape;
    this.values = map.values;
    [this.rows, this.columns] = [height, width];
    const bytes = toBytes(map.values, this.channel.scale);
    this.sheet = new Sheet({ values: bytes, shape: [1, height, width] }, this.palette);
    this.cell = MAP_SIDE / Math.max(height, width);
    const canvas = element("canvas", "map");
    canvas.tabIndex = 0;
    canvas.setAttribute("role", "application");
    canvas.setAttribute("aria-label",
      `Map of channel ${this.channel.channel}. Arrow keys move from cell to cell, Enter takes one apart.`);
    canvas.onpointermove = (event) => this.point(this.under(event));
    canvas.onpointerleave = () => this.point(null);
    canvas.onclick = (event) => { const at = this.under(event); if (at) this.pin(at); };
    canvas.onkeydown = (event) => this.onKey(event);
    canvas.onblur = () => this.point(null);
    this.map = canvas;
    this.readout = element("p", "readout");
    this.readout.setAttribute("aria-live", "polite");
    const block = element("div", "", canvas, this.readout);
    if (this.channel.words) block.prepend(element("div", "words", this.channel.words));
    return block;
  }

  beforeBlock(before) {
    const [height, width] = before.shape;
    const scale = before.values.reduce((most, v) => Math.max(most, Math.abs(v) || 0), 0) || 1;
    const sheet = new Sheet(
      { values: toBytes(before.values, scale), shape: [1, height, width] }, this.palette);
    const canvas = element("canvas", "");
    const side = MAP_SIDE * 0.8;
    const pen = ready(canvas, side * Math.min(1, width / height), side * Math.min(1, height / width));
    sheet.draw(pen, 0, 0, 0, canvas.clientWidth || side, canvas.clientHeight || side);
    return element("div", "before",
      canvas,
      element("p", "readout",
        `What came in: the same channel of the layer before, on a scale of \u00b1${short(scale)}`));
  }

  valueBlock() {
    const { layers, grid } = this.header;
    const value = short(this.channel.value);
    const before = layers[grid.layer - 1];
    const says = layers[grid.layer].name.startsWith("Sigmoid") && before?.value !== null
      ? `P(${this.header.classes[1]}) = 1 / (1 + e^(${short(-before.value)})) = ${value}`
      : value;
    return element("div", "", element("h4", "", "Its value"), element("div", "value", says));
  }

  sumBlock() {
    const { terms, bias, rounding, total } = this.channel.sum;
    const [row, column] = this.channel.cell;
    const where = this.map ? `row ${row}, column ${column}` : `number ${this.channel.channel}`;
    const table = element("table", "");
    const line = (name, value, kind = "") => {
      const made = element("tr", kind, element("td", "", name), element("td", "", exact(value)));
      table.append(made);
    };
    const [before, colours] = this.inputNames();
    const called = (name) => (/^\d+$/.test(name) ? colours?.[name] ?? `${before} ${name}` : name);
    for (const [name, value] of terms) line(called(name), value);
    line("bias", bias);
    line("rounding in float32", rounding);
    line("= what the network got", total, "total");
    const block = element("div", "sum",
      element("h4", "", "The sum behind ", element("small", "", where)), table);
    return block;
  }

  inputNames() {
    const index = this.header.grid.layer;
    if (index === 0) return ["colour", ["red", "green", "blue"]];
    const before = this.header.layers[index - 1];
    return [before.shape.length === 3 || /^Flatten/.test(before.name) ? "channel" : "number", null];
  }

  weightName() {
    return /^Conv/.test(this.header.layers[this.header.grid.layer].name) ? "kernel" : "weights";
  }

  kernelBlock(array) {
    const canvas = element("canvas", "");
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", "The kernel as a colour picture");
    new Sheet(array, null).draw(ready(canvas, 88, 88), this.channel.channel, 0, 0, 88, 88);
    return element("div", "kernel",
      element("h4", "", "Its kernel ", element("small", "", "as a picture, zero is grey")), canvas);
  }

  partsBlock(arrays) {
    const { parts } = this.channel;
    const number = parts.names.length;
    const [kind, colours] = this.inputNames();
    const sheets = [new Sheet(arrays.inputs, this.palette)];
    if (arrays.weights) {
      this.weightScale = arrays.weights.values.reduce((most, v) => Math.max(most, Math.abs(v) || 0), 0) || 1;
      const bytes = toBytes(arrays.weights.values, this.weightScale);
      sheets.push(new Sheet({ values: bytes, shape: arrays.weights.shape }, this.palette));
    }
    sheets.push(new Sheet(arrays.parts, this.palette));
    const product = arrays.weights ? `input \u00d7 ${this.weightName()} = part` : "input, scaled = part";
    const title = element("h4", "",
      number === 1 ? "What its input put in " : `What each of its ${number} inputs put in `,
      element("small", "", `${product}; parts on one scale, \u00b1${short(parts.scale)}`));
    const canvas = element("canvas", "");
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", parts.names.slice(0, 12)
      .map((name, i) => `${kind} ${name}: ${(parts.shares[i] * 100).toFixed(0)} per cent`).join(", "));
    const block = element("div", "parts", canvas);
    requestAnimationFrame(() => this.paintParts(canvas, block, sheets, parts, kind, colours));
    return [title, block];
  }

  paintParts(canvas, block, sheets, parts, kind, colours) {
    const room = Math.max(200, block.clientWidth - 8);
    const item = sheets.length * (PART + 12) + 6;
    const columns = Math.max(1, Math.floor(room / item));
    const high = PART + 22;
    const rows = Math.ceil(parts.names.length / columns);
    const pen = ready(canvas, columns * item, rows * high);
    const { color: text, fontFamily: font } = getComputedStyle(canvas);
    pen.textBaseline = "middle";
    parts.names.forEach((name, index) => {
      const x = (index % columns) * item, y = Math.floor(index / columns) * high;
      pen.fillStyle = text;
      pen.font = `11px ${font}`;
      const label = colours ? colours[name] : `${kind} ${name}`;
      pen.fillText(`${label} \u00b7 ${(parts.shares[index] * 100).toFixed(0)} %`, x, y + 8);
      sheets.forEach((sheet, k) => {
        const at = x + k * (PART + 12);
        const [wide, tall] = fit(sheet, PART);
        sheet.draw(pen, index, at, y + 16, wide, tall);
        pen.font = `13px ${font}`;
        const sign = k === sheets.length - 1 ? "" : k === sheets.length - 2 ? "=" : "\u00d7";
        pen.fillText(sign, at + PART + 2, y + 16 + PART / 2);
      });
    });
  }

  paint() {
    const pen = ready(this.map, this.columns * this.cell, this.rows * this.cell);
    this.sheet.draw(pen, 0, 0, 0, this.columns * this.cell, this.rows * this.cell);
    const mark = (row, column) => {
      const side = Math.max(this.cell, 5);
      frame(pen, (column + 0.5) * this.cell - side / 2, (row + 0.5) * this.cell - side / 2, side, side);
    };
    mark(...this.channel.cell);
    if (this.cursor) mark(...this.cursor);
    const [row, column] = this.cursor ?? this.channel.cell;
    const value = this.values[row * this.columns + column];
    this.readout.textContent = `Row ${row}, column ${column}: ${short(value)}`;
    this.hover(row, column);
  }

  under(event) {
    const box = this.map.getBoundingClientRect();
    const row = Math.floor((event.clientY - box.top) / this.cell);
    const column = Math.floor((event.clientX - box.left) / this.cell);
    return row >= 0 && row < this.rows && column >= 0 && column < this.columns ? [row, column] : null;
  }

  point(at) {
    this.cursor = at;
    this.paint();
  }

  onKey(event) {
    const step = {
      ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0],
    }[event.key];
    if (step) {
      const [row, column] = this.cursor ?? this.channel.cell;
      const clamp = (value, most) => Math.max(0, Math.min(most, value));
      this.point([clamp(row + step[0], this.rows - 1), clamp(column + step[1], this.columns - 1)]);
    } else if (event.key === "Enter" || event.key === " ") this.pin(this.cursor ?? this.channel.cell);
    else if (event.key === "Escape") this.leave();
    else return;
    event.preventDefault();
  }
}

// The same rounding as core.pictures.tiles.to_bytes: zero is 128, what is not finite is 0.
function toBytes(values, scale) {
  const bytes = new Uint8Array(values.length);
  values.forEach((value, i) => {
    if (!Number.isFinite(value)) return;
    bytes[i] = Math.round(Math.max(-127, Math.min(127, (value * 127) / scale))) + 128;
  });
  return bytes;
}

function fit(sheet, side) {
  const most = Math.max(sheet.width, sheet.height);
  return [(side * sheet.width) / most, (side * sheet.height) / most];
}
