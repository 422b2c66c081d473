// @ts-check
// Drawing on canvases: sharp on every screen, cells never smoothed.

/** @typedef {import("./keyboard.js").Cell} Cell */

/** @param {HTMLCanvasElement} canvas */
export function penOf(canvas) {
  const pen = canvas.getContext("2d");
  if (!pen) throw new Error("This browser cannot draw on a canvas.");
  return pen;
}

// Make a canvas ready to be drawn on in CSS pixels.
/** @param {HTMLCanvasElement} canvas @param {number} width @param {number} height */
export function ready(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  const wide = Math.max(1, Math.round(width * ratio)), high = Math.max(1, Math.round(height * ratio));
  if (canvas.width !== wide || canvas.height !== high) {
    canvas.width = wide;
    canvas.height = high;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
  }
  const pen = penOf(canvas);
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  return pen;
}

// A frame that is seen on every colour: dark outside, light inside.
/**
 * @param {CanvasRenderingContext2D} pen
 * @param {number} x @param {number} y @param {number} width @param {number} height
 */
export function frame(pen, x, y, width, height) {
  pen.lineWidth = 3;
  pen.strokeStyle = "#000";
  pen.strokeRect(x, y, width, height);
  pen.lineWidth = 1.2;
  pen.strokeStyle = "#fff";
  pen.strokeRect(x, y, width, height);
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {number} x0 @param {number} y0 @param {number} x1 @param {number} y1
 */
export function strokeLine(pen, x0, y0, x1, y1) {
  pen.beginPath();
  pen.moveTo(x0, y0);
  pen.lineTo(x1, y1);
  pen.stroke();
}

/**
 * @param {CanvasRenderingContext2D} pen
 * @param {number} x @param {number} y @param {number} radius
 */
export function circle(pen, x, y, radius) {
  pen.beginPath();
  pen.arc(x, y, radius, 0, 2 * Math.PI);
}

// A small canvas with one pixel for each number, to be enlarged without smoothing.
/** @param {number} columns @param {number} rows @param {(pixels: Uint8ClampedArray) => void} fill */
export function pixelCanvas(columns, rows, fill) {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [columns, rows];
  const pen = penOf(canvas);
  const picture = pen.createImageData(columns, rows);
  fill(picture.data);
  pen.putImageData(picture, 0, 0);
  return canvas;
}

// The cell of a grid of `rows` x `columns`, drawn over the whole element, that lies under a pointer.
/** @param {MouseEvent} event @param {HTMLElement} node @param {Cell} size @returns {Cell | null} */
export function cellUnder(event, node, [rows, columns]) {
  const box = node.getBoundingClientRect();
  const row = Math.floor(((event.clientY - box.top) / box.height) * rows);
  const column = Math.floor(((event.clientX - box.left) / box.width) * columns);
  return row >= 0 && row < rows && column >= 0 && column < columns ? [row, column] : null;
}

// Maps that came as bytes, kept as one picture below each other and drawn from there.
export class Sheet {
  // palette: 256 RGB colours for an array (count, height, width),
  // or null when the bytes are RGB pictures already: (count, height, width, 3).
  /** @param {import("./unpack.js").PackedArray} array @param {ArrayLike<number> | null} palette */
  constructor(array, palette) {
    const [count, height, width] = array.shape;
    this.count = count;
    this.height = height;
    this.width = width;
    const colours = palette ?? array.values;
    this.canvas = pixelCanvas(this.width, this.count * this.height, (pixels) => {
      for (let i = 0, to = 0; to < pixels.length; i++, to += 4) {
        const from = 3 * (palette ? array.values[i] : i);
        pixels[to] = colours[from];
        pixels[to + 1] = colours[from + 1];
        pixels[to + 2] = colours[from + 2];
        pixels[to + 3] = 255;
      }
    });
  }

  // The sheet of one RGB picture (height, width, 3).
  /** @param {import("./unpack.js").PackedArray} picture */
  static of({ values, shape }) {
    return new Sheet({ values, shape: [1, ...shape] }, null);
  }

  /**
   * @param {CanvasRenderingContext2D} pen @param {number} index
   * @param {number} x @param {number} y @param {number} width @param {number} height
   */
  draw(pen, index, x, y, width, height) {
    pen.imageSmoothingEnabled = false;
    pen.drawImage(
      this.canvas, 0, index * this.height, this.width, this.height, x, y, width, height,
    );
  }
}
