// All channels of one layer on one canvas; the pointer, a finger or the arrow keys read them.
const GRID_HEIGHT = 285;
const GAP = 3;

class Grid {
  constructor(canvas, readout, { hover, open }) {
    this.canvas = canvas;
    this.readout = readout;
    this.hover = hover; // (channel, row, column) or null
    this.open = open;
    this.cursor = null;
    canvas.addEventListener("pointermove", (event) => this.point(this.under(event)));
    canvas.addEventListener("pointerleave", () => this.point(null));
    canvas.addEventListener("click", (event) => this.press(this.under(event)));
    canvas.addEventListener("keydown", (event) => this.onKey(event));
    canvas.addEventListener("blur", () => this.point(null));
  }

  update(grid, arrays, palette, kernels) {
    this.grid = grid;
    this.kernels = kernels;
    this.array = arrays.grid;
    this.scales = arrays.scales.values;
    this.sheet = kernels ? new Sheet(arrays.kernels, null) : new Sheet(arrays.grid, palette);
    this.cursor = null;
    this.layOut();
  }

  layOut() {
    const { count, height, width } = this.sheet;
    const room = Math.max(120, this.canvas.parentElement.clientWidth);
    let best = 1, side = 0;
    for (let columns = 1; columns <= count; columns++) {
      const rows = Math.ceil(count / columns);
      const wide = (room + GAP) / columns - GAP;
      const high = ((GRID_HEIGHT + GAP) / rows - GAP) * (width / height);
      if (Math.min(wide, high) > side) [best, side] = [columns, Math.min(wide, high)];
    }
    this.columns = best;
    this.wide = Math.max(6, Math.min(side, 300));
    this.high = this.wide * (height / width);
    this.paint();
  }

  place(channel) {
    const x = (channel % this.columns) * (this.wide + GAP);
    return [x, Math.floor(channel / this.columns) * (this.high + GAP)];
  }

  paint() {
    const { count } = this.sheet;
    const rows = Math.ceil(count / this.columns);
    const pen = ready(
      this.canvas,
      Math.ceil(this.columns * (this.wide + GAP)), Math.ceil(rows * (this.high + GAP)),
    );
    const text = getComputedStyle(this.canvas).color;
    for (let channel = 0; channel < count; channel++) {
      const [x, y] = this.place(channel);
      this.sheet.draw(pen, channel, x, y, this.wide, this.high);
      const words = this.kernels ? "" : this.grid.words[channel];
      if (words) this.label(pen, words, x, y);
    }
    pen.fillStyle = text;
    if (this.cursor) {
      const [x, y] = this.place(this.grid.folded ? 0 : this.cursor[0]);
      if (this.grid.folded) {
        const cell = this.wide / this.sheet.width;
        frame(pen, x + this.cursor[2] * cell, y + this.cursor[1] * cell, cell, cell);
      } else frame(pen, x + 1, y + 1, this.wide - 2, this.high - 2);
    }
  }

  // A channel that is no picture says so: "dead", "constant", "NaN".
  label(pen, words, x, y) {
    const word = words.startsWith("not finite") ? "NaN" : words.split(" ")[0].replace(":", "");
    let size = Math.min(12, this.high / 2.2);
    pen.font = `600 ${size}px system-ui, sans-serif`;
    size = Math.max(6, Math.min(size, (size * (this.wide - 4)) / pen.measureText(word).width));
    pen.font = `600 ${size}px system-ui, sans-serif`;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.fillStyle = "rgba(255,255,255,0.8)";
    const half = pen.measureText(word).width / 2 + 2;
    pen.fillRect(x + this.wide / 2 - half, y + this.high / 2 - size * 0.7, 2 * half, size * 1.4);
    pen.fillStyle = "#1b2430";
    pen.fillText(word, x + this.wide / 2, y + this.high / 2 + 0.5);
    pen.textAlign = "left";
  }

  under(event) {
    const box = this.canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    const column = Math.floor(x / (this.wide + GAP)), row = Math.floor(y / (this.high + GAP));
    const channel = row * this.columns + column;
    if (column >= this.columns || column < 0 || row < 0 || channel >= this.sheet.count) return null;
    const inX = x - column * (this.wide + GAP), inY = y - row * (this.high + GAP);
    if (inX >= this.wide || inY >= this.high) return null;
    return [
      channel,
      Math.floor((inY / this.high) * this.sheet.height),
      Math.floor((inX / this.wide) * this.sheet.width),
    ];
  }

  point(at) {
    this.cursor = at && this.isThere(at) ? at : null;
    this.paint();
    this.tell();
  }

  isThere([, row, column]) {
    return !this.grid.folded || row * this.sheet.width + column < this.grid.size;
  }

  tell() {
    if (!this.cursor) {
      this.readout.textContent = this.hint();
      this.hover(null);
      return;
    }
    const [channel, row, column] = this.cursor;
    if (this.kernels) {
      this.readout.textContent = `Kernel ${channel}, its weights as a colour picture: grey is zero`;
      this.hover(null);
      return;
    }
    const value = this.value(channel, row, column);
    if (this.grid.folded) {
      this.readout.textContent = `Number ${row * this.sheet.width + column}: about ${short(value)}`;
      this.hover(0, 0);
      return;
    }
    const words = this.grid.words[channel];
    const [r, c] = [this.cell(row), this.cell(column)];
    this.readout.textContent =
      `Channel ${channel}, row ${r}, column ${c}: ${words ?? `about ${short(value)}`}`;
    this.hover(r, c);
  }

  hint() {
    if (this.kernels) return "Each picture is one kernel. Click it for the map that it makes.";
    const step = this.grid.step > 1 ? ` Every ${this.grid.step}nd cell is drawn.` : "";
    return `Point at a cell to see what it sees of the photo; click to open its channel.${step}`;
  }

  cell(shown) { return shown * this.grid.step + Math.floor(this.grid.step / 2); }

  value(channel, row, column) {
    const byte = this.array.values[(channel * this.sheet.height + row) * this.sheet.width + column];
    return byte === 0 ? "not finite" : ((byte - 128) / 127) * this.scales[channel];
  }

  press(at) {
    if (!at || !this.isThere(at)) return;
    const [channel, row, column] = at;
    if (this.grid.folded) this.open(row * this.sheet.width + column, null);
    else this.open(channel, this.kernels ? null : [this.cell(row), this.cell(column)]);
  }

  onKey(event) {
    const [sideways, down] = {
      ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1],
    }[event.key] ?? [0, 0];
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      this.press(this.cursor ?? [0, 0, 0]);
    } else if (sideways || down) {
      event.preventDefault();
      const { height, width, count } = this.sheet;
      const [channel, row, column] = this.cursor ?? [0, Math.floor(height / 2), Math.floor(width / 2)];
      const clamp = (value, most) => Math.max(0, Math.min(most, value));
      if (this.grid.folded) {
        this.point([0, clamp(row + down, height - 1), clamp(column + sideways, width - 1)]);
      } else {
        const next = this.cursor ? channel + sideways + down * this.columns : 0;
        this.point([next >= 0 && next < count ? next : channel, row, column]);
      }
    }
  }
}
