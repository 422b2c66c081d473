// One channel of an array as a picture with crisp cells, with numbers in them where they fit.
// A grid knows nothing of convolutions: it paints cells and marks, and says which cell was meant.

const NUMBERS_UP_TO = 12; // cells a side

function channelsOf(colour) {
  return [1, 3, 5].map((place) => parseInt(colour.slice(place, place + 2), 16));
}

// The project's diverging scale as a table of 511 colours: the middle one is zero's alone.
// colour(value, limit) gives its place in the table; -limit is one end, +limit the other.
function makeScale({ low, neutral, high, missing }) {
  const [negative, middle, positive, none] = [low, neutral, high, missing].map(channelsOf);
  const table = new Uint8ClampedArray(4 * 512);
  for (let place = 0; place < 511; place++) {
    const share = (place - 255) / 255;
    const end = share < 0 ? negative : positive;
    for (let k = 0; k < 3; k++)
      table[4 * place + k] = Math.round(middle[k] + Math.abs(share) * (end[k] - middle[k]));
    table[4 * place + 3] = 255;
  }
  table.set([...none, 255], 4 * 511);
  const place = (value, limit) => {
    if (!Number.isFinite(value)) return 511;
    return 255 + Math.round(255 * Math.max(-1, Math.min(1, value / (limit || 1))));
  };
  return { table, packed: new Uint32Array(table.buffer), place };
}

function largestMagnitude(values) {
  let largest = 0;
  for (let k = 0; k < values.length; k++) {
    const size = Math.abs(values[k]);
    if (size > largest && size < Infinity) largest = size;
  }
  return largest;
}

class Grid {
  constructor(canvas, handlers) {
    this.canvas = canvas;
    this.base = document.createElement("canvas");
    this.handlers = handlers;
    this.listen();
  }

  // picture: {rows, columns, cell, value(r, c), limit, colour, hatched(r, c)?, blank(r, c)?,
  // counted?: rows and columns without padding, which decide whether there are numbers}
  show(picture) {
    this.picture = picture;
    const { rows, columns, cell } = picture;
    this.ratio = window.devicePixelRatio || 1;
    for (const canvas of [this.canvas, this.base]) {
      canvas.width = Math.round(columns * cell * this.ratio);
      canvas.height = Math.round(rows * cell * this.ratio);
    }
    this.canvas.style.width = `${columns * cell}px`;
    this.canvas.style.height = `${rows * cell}px`;
    this.paintBase();
    this.mark([]);
  }

  paintBase() {
    const { rows, columns, cell, value, hatched, blank, limit, colour } = this.picture;
    const pen = this.base.getContext("2d");
    pen.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    pen.clearRect(0, 0, columns * cell, rows * cell);
    if (cell < 8) this.paintPixels(pen);
    const few = Math.max(...(this.picture.counted ?? [rows, columns])) <= NUMBERS_UP_TO;
    const numbers = few && cell >= 15;
    const narrow = cell < 27;
    const size = Math.max(8, Math.min(13, Math.floor(cell * (narrow ? 0.42 : 0.37))));
    pen.font = `${size}px system-ui, sans-serif`;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    for (let r = 0; r < rows; r++)
      for (let c = 0; c < columns; c++) {
        if (blank?.(r, c)) continue;
        if (hatched?.(r, c)) {
          this.hatch(pen, r, c);
          continue;
        }
        if (cell < 8) continue;
        const from = 4 * colour.place(value(r, c), limit);
        const [red, green, blue] = colour.table.subarray(from, from + 3);
        pen.fillStyle = `rgb(${red},${green},${blue})`;
        pen.fillRect(c * cell, r * cell, cell - 1, cell - 1);
        if (numbers) {
          const light = 0.299 * red + 0.587 * green + 0.114 * blue > 140;
          pen.fillStyle = light ? "#111" : "#fff";
          pen.fillText(shortNumber(value(r, c), narrow), (c + 0.5) * cell, (r + 0.54) * cell, cell - 3);
        }
      }
  }

  // Thousands of small cells: one pixel each, enlarged without smoothing.
  paintPixels(pen) {
    const { rows, columns, cell, value, hatched, blank, limit, colour } = this.picture;
    const small = document.createElement("canvas");
    small.width = columns;
    small.height = rows;
    const smallPen = small.getContext("2d");
    const pixels = smallPen.createImageData(columns, rows);
    const packed = new Uint32Array(pixels.data.buffer);
    for (let r = 0; r < rows; r++)
      for (let c = 0; c < columns; c++)
        if (!hatched?.(r, c) && !blank?.(r, c))
          packed[r * columns + c] = colour.packed[colour.place(value(r, c), limit)];
    smallPen.putImageData(pixels, 0, 0);
    pen.imageSmoothingEnabled = false;
    pen.drawImage(small, 0, 0, columns * cell, rows * cell);
  }

  hatch(pen, r, c) {
    const { cell } = this.picture;
    const [x, y, size] = [c * cell, r * cell, cell - (cell >= 8 ? 1 : 0)];
    pen.save();
    pen.beginPath();
    pen.rect(x, y, size, size);
    pen.clip();
    pen.fillStyle = "rgba(128,128,128,0.12)";
    pen.fillRect(x, y, size, size);
    pen.strokeStyle = "rgba(128,128,128,0.65)";
    pen.lineWidth = 1;
    pen.beginPath();
    const step = Math.max(3, Math.min(6, cell / 3));
    for (let k = -size; k < size; k += step) {
      pen.moveTo(x + k, y + size);
      pen.lineTo(x + k + size, y);
    }
    pen.stroke();
    pen.restore();
  }

  // marks: {r, c, rows, columns, kind}; kinds: veil (skipped), tap, window, chosen, strong
  mark(marks) {
    if (!this.picture) return;
    const pen = this.canvas.getContext("2d");
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, this.canvas.width, this.canvas.height);
    pen.drawImage(this.base, 0, 0);
    pen.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    for (const mark of marks) this.drawMark(pen, mark);
  }

  drawMark(pen, { r, c, rows = 1, columns = 1, kind }) {
    const { cell } = this.picture;
    const gap = cell >= 8 ? 1 : 0;
    const box = [c * cell, r * cell, columns * cell - gap, rows * cell - gap];
    if (kind === "veil") {
      pen.fillStyle = "rgba(90,90,90,0.72)";
      pen.fillRect(...box);
      return;
    }
    const width = { tap: 1, window: 2, chosen: 2.5, strong: 1.5 }[kind];
    if (kind === "tap" && cell < 7) {
      pen.fillStyle = "rgba(0,0,0,0.45)";
      pen.fillRect(...box);
      return;
    }
    this.frame(pen, box, width);
  }

  // A dark line on the cells' edges with a light one inside it: seen on every colour and theme,
  // and the number in the cell stays readable.
  frame(pen, [x, y, w, h], width) {
    const half = width / 2;
    pen.lineWidth = width;
    pen.strokeStyle = "#000000";
    pen.strokeRect(x + half - 0.5, y + half - 0.5, w - width + 1, h - width + 1);
    if (Math.min(w, h) < 4 * width) return;
    pen.lineWidth = 1;
    pen.strokeStyle = "#ffffff";
    pen.strokeRect(x + width, y + width, w - 2 * width, h - 2 * width);
  }

  cellUnder(event) {
    const box = this.canvas.getBoundingClientRect();
    const { rows, columns } = this.picture;
    const r = Math.floor(((event.clientY - box.top) / box.height) * rows);
    const c = Math.floor(((event.clientX - box.left) / box.width) * columns);
    return r >= 0 && r < rows && c >= 0 && c < columns ? [r, c] : null;
  }

  listen() {
    const { hover, click, key } = this.handlers;
    this.canvas.addEventListener("pointermove", (event) => {
      const cell = this.cellUnder(event);
      if (cell) hover(...cell);
    });
    this.canvas.addEventListener("click", (event) => {
      const cell = this.cellUnder(event);
      if (cell) click(...cell, event);
    });
    this.canvas.addEventListener("keydown", (event) => {
      if (key(event)) event.preventDefault();
    });
  }
}
