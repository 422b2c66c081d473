// @ts-check
// The way of two drawings from grey, one of each class, under one slider that plays as a film.

import { Sheet, ready } from "../../web/canvas.js";
import { component } from "../../web/component.js";
import { find, findAny } from "../../web/elements.js";
import { clamp } from "../../web/keyboard.js";
import { answerText, probabilityBar } from "../../web/probability_bar.js";
import { unpack } from "../../web/unpack.js";

/**
 * @typedef {object} Header
 * @property {string} id @property {number[]} steps
 * @property {string[]} classes @property {string[]} colours
 */

const LARGEST = 320; // CSS pixels a side of a drawing
const GAP = 14;
const ORDER = [1, 0]; // class 1 stands first, as in the pictures of evidence

export default component((parent) => new ClassFilm(findAny(parent, ".class-film")));

class ClassFilm {
  /** @type {Header} */
  header;
  /** @type {Sheet} */
  sheet;
  /** @type {import("../../web/unpack.js").Values} */
  probabilities;
  frame = 0;
  playing = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  timer;

  /** @param {HTMLElement} root */
  constructor(root) {
    this.root = root;
    this.figures = [...root.querySelectorAll("figure")];
    this.canvases = this.figures.map((figure) => find(figure, "canvas", HTMLCanvasElement));
    this.words = findAny(root, ".words");
    this.slider = find(root, "input", HTMLInputElement);
    this.speed = find(root, "select", HTMLSelectElement);
    this.playButton = findAny(root, '[data-do="play"]');
    this.slider.oninput = () => this.jump(Number(this.slider.value));
    findAny(root, '[data-do="back"]').onclick = () => this.jump(this.frame - 1);
    findAny(root, '[data-do="on"]').onclick = () => this.jump(this.frame + 1);
    this.playButton.onclick = () => (this.playing ? this.jump(this.frame) : this.play());
    new ResizeObserver(() => this.header && this.paint()).observe(root);
  }

  /** @param {Uint8Array} packed */
  update(packed) {
    /** @type {import("../../web/unpack.js").Packed<Header>} */
    const { header, arrays } = unpack(packed);
    if (this.header?.id === header.id) return; // the same film: it stays where it is
    this.header = header;
    const [classes, count, height, width, colours] = arrays.frames.shape;
    const { values } = arrays.frames;
    this.sheet = new Sheet({ values, shape: [classes * count, height, width, colours] }, null);
    this.probabilities = arrays.probabilities.values;
    this.slider.max = String(count - 1);
    this.jump(count - 1);
  }

  get count() {
    return this.header.steps.length;
  }

  play() {
    this.playing = true;
    if (this.frame === this.count - 1) this.frame = 0;
    this.show();
    this.schedule();
  }

  schedule() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (!this.playing || !this.root.isConnected) return;
      this.frame += 1;
      this.playing = this.frame < this.count - 1;
      this.show();
      if (this.playing) this.schedule();
    }, Number(this.speed.value));
  }

  /** @param {number} frame */
  jump(frame) {
    this.playing = false;
    clearTimeout(this.timer);
    this.frame = clamp(frame, 0, this.count - 1);
    this.show();
  }

  show() {
    const { steps, classes } = this.header;
    const text = this.frame === 0 ? "The grey picture it begins with" : `After ${steps[this.frame]} steps up`;
    this.words.textContent = text;
    this.slider.value = String(this.frame);
    this.slider.setAttribute("aria-valuetext", text);
    this.playButton.textContent = this.playing ? "Pause" : "Play";
    ORDER.forEach((label, place) => {
      const probability = this.probabilities[label * this.count + this.frame];
      const title = `Towards ${classes[label]}`;
      findAny(this.figures[place], "figcaption").textContent = title;
      this.canvases[place].setAttribute("aria-label", `${title}: ${text}`);
      findAny(this.figures[place], ".said").replaceChildren(
        answerText(probability, this.header), ...probabilityBar(probability, this.header));
    });
    this.root.dataset.frame = String(this.frame);
    this.paint();
  }

  // One pixel less than there is: a width is rounded, and the two must stand side by side.
  paint() {
    const side = Math.floor(Math.min(LARGEST, (this.root.clientWidth - 1 - GAP) / 2));
    this.figures.forEach((figure) => { figure.style.width = `${side}px`; });
    ORDER.forEach((label, place) => {
      const pen = ready(this.canvases[place], side, side);
      this.sheet.draw(pen, label * this.count + this.frame, 0, 0, side, side);
    });
  }
}
