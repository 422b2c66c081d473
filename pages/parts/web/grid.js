// @ts-check
// One channel of an array as a picture with crisp cells, with numbers in them where they fit.
// A grid knows nothing of convolutions: it paints cells and marks, and says which cell was meant.

import { cellUnder, penOf, pixelCanvas } from "./canvas.js";
import { roughNumber, shortNumber } from "./numbers.js";

/**
 * @typedef {object} Picture
 * @property {number} rows
 * @property {number} columns
 * @property {number} cell pixels a side of a cell
 * @property {(r: number, c: number) => number} value
 * @property {number} limit the value of the scale's end
 * @property {import("./colours.js").Scale} colour
 * @property {(r: number, c: number) => boolean} [hatched]
 * @property {(r: number, c: number) => boolean} [blank]
 * @property {(r: number, c: number) => boolean} [wrong]
 * @property {number[]} [counted] rows and columns without padding: they decide on numbers in cells
 * @property {number[]} [first] where the counted ones begin
 */
/** @typedef {"veil" | "tap" | "window" | "chosen" | "strong" | "lit"} MarkKind a veil hides what is skipped */
/** @typedef {{r: number, c: number, rows?: number, columns?: number, kind: MarkKind}} Mark */
/**
 * @typedef {object} Handlers
 * @property {(r: number, c: number) => void} hover
 * @property {(r: number, c: number) => void} click
 * @property {(event: KeyboardEvent) => boolean} key whether the key meant something
 * @property {() => void} [leave]
 */
/** @typedef {[x: number, y: number, width: number, height: number]} Box */

export const NUMBERS_UP_TO = 12; // cells a side
const CRISP = 8; // pixels a side of a cell from which on cells have gaps between them
const FRAME_WIDTHS = { veil: 0, tap: 1, window: 2, chosen: 2.5, strong: 1.5, lit: 2 };
const LIT = "#F0E442";
const WRONG = "#E0336F";
const SQUEEZED = 1.45; // times the room that a number may be wider before it is squeezed into it
const LEAST_WITH_NUMBERS = 18; // pixels of a cell: in smaller ones most numbers find no room
const CLEAR = 7; // pixels of a cell's width that a frame may take, and its number may not

// Whole pixels a cell where it is large enough, quarters of a pixel where it is not.
/** @param {number} size @param {number} least */
export function wholeCell(size, least) {
  return size >= 6 ? Math.floor(size) : Math.max(least, Math.floor(size * 4) / 4);
}

export class Grid {
  /** @type {Picture | undefined} */
  picture;

  /** @param {HTMLCanvasElement} canvas @param {Handlers} handlers */
  constructor(canvas, handlers) {
    this.canvas = canvas;
    this.base = document.createElement("canvas");
    this.numbers = document.createElement("canvas");
    this.listen(handlers);
  }

  /** @param {Picture} picture */
  show(picture) {
    this.picture = picture;
    const { rows, columns, cell } = picture;
    this.ratio = window.devicePixelRatio || 1;
    for (const canvas of [this.canvas, this.base, this.numbers]) {
      canvas.width = Math.round(columns * cell * this.ratio);
      canvas.height = Math.round(rows * cell * this.ratio);
    }
    this.canvas.style.width = `${columns * cell}px`;
    this.canvas.style.height = `${rows * cell}px`;
    paintBase(scaledPen(this.base, this.ratio), picture);
    writeNumbers(scaledPen(this.numbers, this.ratio), picture);
    this.mark([]);
  }

  /** @param {Mark[]} marks */
  mark(marks) {
    const { picture, ratio = 1 } = this;
    if (!picture) return;
    const pen = penOf(this.canvas);
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, this.canvas.width, this.canvas.height);
    pen.drawImage(this.base, 0, 0);
    scaledPen(this.canvas, ratio);
    for (const mark of marks) if (mark.kind !== "veil") drawMark(pen, mark, picture.cell);
    pen.drawImage(this.numbers, 0, 0, picture.columns * picture.cell, picture.rows * picture.cell);
    for (const mark of marks) if (mark.kind === "veil") drawMark(pen, mark, picture.cell);
  }

  /** @param {Handlers} handlers */
  listen({ hover, click, key, leave }) {
    /** @param {MouseEvent} event */
    const under = (event) => {
      const { rows, columns } = this.picture ?? { rows: 0, columns: 0 };
      return cellUnder(event, this.canvas, [rows, columns]);
    };
    this.canvas.addEventListener("pointermove", (event) => {
      const cell = under(event);
      if (cell) hover(...cell);
    });
    this.canvas.addEventListener("pointerleave", (event) => {
      if (event.pointerType === "mouse") leave?.();
    });
    this.canvas.addEventListener("click", (event) => {
      const cell = under(event);
      if (cell) click(...cell);
    });
    this.canvas.addEventListener("keydown", (event) => {
      if (key(event)) event.preventDefault();
    });
  }
}

/** @param {HTMLCanvasElement} canvas @param {number} ratio */
function scaledPen(canvas, ratio) {
  const pen = penOf(canvas);
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  return pen;
}

/** @param {CanvasRenderingContext2D} pen @param {Picture} picture */
function paintBase(pen, picture) {
  const { rows, columns, cell, hatched, blank, wrong } = picture;
  pen.clearRect(0, 0, columns * cell, rows * cell);
  if (cell < CRISP) paintPixels(pen, picture);
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++) {
      if (blank?.(r, c)) continue;
      if (hatched?.(r, c)) hatch(pen, r, c, cell);
      else if (cell >= CRISP) {
        pen.fillStyle = `rgb(${colourOf(picture, r, c)})`;
        pen.fillRect(c * cell, r * cell, cell - 1, cell - 1);
      }
      if (wrong?.(r, c)) markWrong(pen, r, c, cell);
    }
}

// The numbers in the cells, on a sheet of their own that lies over the frames.
/** @param {CanvasRenderingContext2D} pen @param {Picture} picture */
function writeNumbers(pen, picture) {
  const { rows, columns, cell, value, hatched, blank } = picture;
  pen.clearRect(0, 0, columns * cell, rows * cell);
  if (Math.max(...(picture.counted ?? [rows, columns])) > NUMBERS_UP_TO) return;
  if (cell < LEAST_WITH_NUMBERS) return;
  const narrow = cell < 27;
  const size = Math.max(8, Math.min(13, Math.floor(cell * (narrow ? 0.42 : 0.37))));
  pen.font = `${size}px system-ui, sans-serif`;
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++) {
      if (blank?.(r, c) || hatched?.(r, c)) continue;
      const [red, green, blue] = colourOf(picture, r, c);
      pen.fillStyle = 0.299 * red + 0.587 * green + 0.114 * blue > 140 ? "#111" : "#fff";
      const text = readable(pen, value(r, c), narrow, cell - CLEAR);
      pen.fillText(text, (c + 0.5) * cell - 0.5, (r + 0.54) * cell, cell - CLEAR);
    }
}

// A number as it can be read in so many pixels: squeezed any further it loses its decimal point.
/** @param {CanvasRenderingContext2D} pen @param {number} value @param {boolean} narrow @param {number} room */
function readable(pen, value, narrow, room) {
  const texts = [shortNumber(value, narrow), roughNumber(value)];
  return texts.find((text) => pen.measureText(text).width <= SQUEEZED * room) ?? "";
}

/** @param {Picture} picture @param {number} r @param {number} c */
function colourOf({ value, limit, colour }, r, c) {
  const from = 4 * colour.place(value(r, c), limit);
  return colour.table.subarray(from, from + 3);
}

// A corner that is turned down: seen beside a number, and on cells that are too small for one.
/** @param {CanvasRenderingContext2D} pen @param {number} r @param {number} c @param {number} cell */
function markWrong(pen, r, c, cell) {
  const size = Math.max(3, Math.min(9, 0.4 * cell));
  const [right, top] = [(c + 1) * cell - (cell >= CRISP ? 1 : 0), r * cell];
  pen.fillStyle = WRONG;
  pen.beginPath();
  pen.moveTo(right - size, top);
  pen.lineTo(right, top);
  pen.lineTo(right, top + size);
  pen.fill();
  pen.strokeStyle = "#ffffff";
  pen.lineWidth = 1;
  pen.beginPath();
  pen.moveTo(right - size, top);
  pen.lineTo(right, top + size);
  if (cell >= CRISP) pen.stroke();
}

// Thousands of small cells: one pixel each, enlarged without smoothing.
/** @param {CanvasRenderingContext2D} pen @param {Picture} picture */
function paintPixels(pen, { rows, columns, cell, value, hatched, blank, limit, colour }) {
  const small = pixelCanvas(columns, rows, (pixels) => {
    const packed = new Uint32Array(pixels.buffer);
    for (let r = 0; r < rows; r++)
      for (let c = 0; c < columns; c++)
        if (!hatched?.(r, c) && !blank?.(r, c))
          packed[r * columns + c] = colour.packed[colour.place(value(r, c), limit)];
  });
  pen.imageSmoothingEnabled = false;
  pen.drawImage(small, 0, 0, columns * cell, rows * cell);
}

/** @param {CanvasRenderingContext2D} pen @param {number} r @param {number} c @param {number} cell */
function hatch(pen, r, c, cell) {
  const [x, y, size] = [c * cell, r * cell, cell - (cell >= CRISP ? 1 : 0)];
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

/** @param {CanvasRenderingContext2D} pen @param {Mark} mark @param {number} cell */
function drawMark(pen, { r, c, rows = 1, columns = 1, kind }, cell) {
  const gap = cell >= CRISP ? 1 : 0;
  /** @type {Box} */
  const box = [c * cell, r * cell, columns * cell - gap, rows * cell - gap];
  const tint = kind === "veil" ? "rgba(90,90,90,0.72)" : kind === "tap" && cell < 7 && "rgba(0,0,0,0.45)";
  if (tint) {
    pen.fillStyle = tint;
    pen.fillRect(...box);
  } else frameCells(pen, box, FRAME_WIDTHS[kind], kind === "lit" ? LIT : "#ffffff");
}

// A dark line on the cells' edges with a light one inside it: seen on every colour and theme.
/** @param {CanvasRenderingContext2D} pen @param {Box} box @param {number} width @param {string} light */
function frameCells(pen, [x, y, w, h], width, light) {
  const half = width / 2;
  pen.lineWidth = width;
  pen.strokeStyle = "#000000";
  pen.strokeRect(x + half - 0.5, y + half - 0.5, w - width + 1, h - width + 1);
  if (Math.min(w, h) < 4 * width && light === "#ffffff") return;
  pen.lineWidth = light === "#ffffff" ? 1 : 2;
  pen.strokeStyle = light;
  pen.strokeRect(x + width, y + width, w - 2 * width, h - 2 * width);
}
