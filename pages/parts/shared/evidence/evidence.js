// @ts-check
// Evidence for either class over the photo: two pictures on one scale, as opaque as one likes.

import { Sheet, cellUnder, frame, pixelCanvas, ready } from "../../web/canvas.js";
import { channelsOf } from "../../web/colours.js";
import { component } from "../../web/component.js";
import { element, find, findAny } from "../../web/elements.js";
import { arrowStep, clamp, moved } from "../../web/keyboard.js";
import { readNumber } from "../../web/numbers.js";
import { unpack } from "../../web/unpack.js";

/** @typedef {import("../../web/keyboard.js").Cell} Cell */
/**
 * @typedef {object} Header
 * @property {string} id @property {string} photo the photo's name
 * @property {string[]} classes @property {string[]} colours @property {string[]} names
 * @property {number} scale the value of full colour @property {string} unit
 */

export default component((parent) => new Evidence(findAny(parent, ".evidence")));

class Evidence {
  /** @type {Header} */
  header;
  /** @type {Sheet} */
  photo;
  /** @type {import("../../web/unpack.js").Values} */
  values;
  /** @type {Cell} */
  size = [1, 1];
  /** @type {HTMLCanvasElement[]} for class 1 and class 0 */
  overlays = [];
  /** @type {Cell | null} */
  cursor = null;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.figures = [...root.querySelectorAll("figure")];
    this.canvases = this.figures.map((figure) => find(figure, "canvas", HTMLCanvasElement));
    this.readout = findAny(root, ".readout");
    this.opacity = find(root, "input", HTMLInputElement);
    this.opacity.oninput = () => this.paint();
    this.canvases.forEach((canvas, i) => {
      canvas.onpointermove = (event) => this.tell(cellUnder(event, canvas, this.size));
      canvas.onpointerleave = () => this.tell(null);
      if (i) canvas.onkeydown = (event) => this.move(event);
    });
    new ResizeObserver(() => this.header && this.paint()).observe(root);
  }

  /** @param {Uint8Array} packed */
  update(packed) {
    /** @type {import("../../web/unpack.js").Packed<Header>} */
    const { header, arrays } = unpack(packed);
    this.header = header;
    this.photo = Sheet.of(arrays.photo);
    this.values = arrays.values.values;
    this.size = [arrays.values.shape[0], arrays.values.shape[1]];
    this.overlays = [1, 0].map((label) => this.overlay(label));
    const { classes, scale, unit, names } = header;
    const captions = [
      ["The photo", header.photo],
      [`For ${classes[1]}`, names[1]],
      [`For ${classes[0]}`, names[0]],
    ];
    captions.forEach(([title, small], i) => {
      findAny(this.figures[i], "figcaption").replaceChildren(title, " ", element("small", "", small));
      this.canvases[i].setAttribute("aria-label", `${title}: ${small}`);
    });
    findAny(this.root, ".legend").textContent = `full colour: ${readNumber(scale)} ${unit}`;
    this.root.dataset.shown = header.id;
    this.tell(null);
    this.paint();
  }

  // The class's colour, the more opaque the stronger; bare where it says nothing for this class.
  /** @param {number} label */
  overlay(label) {
    const colour = channelsOf(this.header.colours[label]);
    return pixelCanvas(this.size[1], this.size[0], (pixels) => {
      for (let i = 0; i < this.values.length; i++) {
        const value = label ? this.values[i] : -this.values[i];
        const strength = Number.isFinite(value) ? clamp(value / this.header.scale, 0, 1) : 0;
        pixels.set([...colour, Math.round(255 * strength)], 4 * i);
      }
    });
  }

  paint() {
    const room = this.root.clientWidth;
    const across = room >= 560 ? 3 : room >= 330 ? 2 : 1;
    const side = Math.floor(Math.min(300, (room - 14 * (across - 1)) / across));
    const opacity = Number(this.opacity.value) / 100;
    this.figures.forEach((figure) => { figure.style.width = `${side}px`; });
    this.canvases.forEach((canvas, i) => {
      const pen = ready(canvas, side, side);
      this.photo.draw(pen, 0, 0, 0, side, side);
      if (i === 0) return;
      pen.fillStyle = `rgba(255,255,255,${0.55 * opacity})`;
      pen.fillRect(0, 0, side, side);
      pen.globalAlpha = opacity;
      pen.imageSmoothingEnabled = false;
      pen.drawImage(this.overlays[i - 1], 0, 0, side, side);
      pen.globalAlpha = 1;
      if (this.cursor) {
        const cell = side / this.size[1];
        frame(pen, this.cursor[1] * cell - 2, this.cursor[0] * cell - 2, 5, 5);
      }
    });
  }

  /** @param {Cell | null} cell */
  tell(cell) {
    if (!cell) {
      this.readout.textContent = "";
      return;
    }
    const value = this.values[cell[0] * this.size[1] + cell[1]];
    const { classes, unit } = this.header;
    const meaning = !Number.isFinite(value) ? "nothing is said about this place"
      : value === 0 ? "0: for neither"
        : `${readNumber(Math.abs(value))} ${unit} for ${classes[value > 0 ? 1 : 0]}`;
    this.readout.textContent = `Row ${cell[0]}, column ${cell[1]} of the photo: ${meaning}`;
  }

  /** @param {KeyboardEvent} event */
  move(event) {
    const step = arrowStep(event);
    if (!step) return;
    event.preventDefault();
    const [rows, columns] = this.size;
    const stride = Math.max(1, Math.round(rows / 56));
    const from = this.cursor ?? /** @type {Cell} */ ([Math.floor(rows / 2), Math.floor(columns / 2)]);
    this.cursor = moved(from, [step[0] * stride, step[1] * stride], this.size);
    this.paint();
    this.tell(this.cursor);
  }
}
