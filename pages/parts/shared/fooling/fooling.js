// @ts-check
// One gradient step with a slider: the pictures follow at once, the server hears where it rests.

import { pixelCanvas, ready } from "../../web/canvas.js";
import { component } from "../../web/component.js";
import { element, find, findAny } from "../../web/elements.js";
import { answerText, probabilityBar } from "../../web/probability_bar.js";
import { unpack } from "../../web/unpack.js";
import { changedBy, differenceOf, enlargedBy } from "./step.js";

/** @typedef {import("../../web/unpack.js").Values} Values */
/**
 * @typedef {object} Header
 * @property {string} id @property {number} steps @property {number | null} turning
 * @property {string[]} classes @property {string[]} colours
 */

const LARGEST = 300; // CSS pixels a side of a picture
const GAP = 14;
const REST = 250; // milliseconds after which a slider rests

export default component((parent, trigger) => new Fooling(findAny(parent, ".fooling"), trigger));

class Fooling {
  /** @type {Header} */
  header;
  /** @type {Values} */
  photo;
  /** @type {Values} */
  direction;
  /** @type {Values} */
  probabilities;
  side = 1;
  steps = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  later;

  /** @param {HTMLElement} root @param {import("../../web/component.js").Trigger} trigger */
  constructor(root, trigger) {
    this.root = root;
    this.trigger = trigger;
    this.figures = [...root.querySelectorAll("figure")];
    this.canvases = this.figures.map((figure) => find(figure, "canvas", HTMLCanvasElement));
    this.words = findAny(root, ".words");
    this.slider = find(root, "input", HTMLInputElement);
    this.turn = find(root, ".turn", HTMLButtonElement);
    this.slider.oninput = () => this.go(Number(this.slider.value));
    this.turn.onclick = () => this.go(this.header.turning ?? 0);
    new ResizeObserver(() => this.header && this.paint()).observe(root);
  }

  /** @param {Uint8Array} packed */
  update(packed) {
    /** @type {import("../../web/unpack.js").Packed<Header>} */
    const { header, arrays } = unpack(packed);
    if (this.header?.id !== header.id) this.steps = header.steps;
    this.header = header;
    this.photo = arrays.photo.values;
    this.direction = arrays.direction.values;
    this.probabilities = arrays.probabilities.values;
    this.side = arrays.photo.shape[0];
    this.slider.max = String(this.probabilities.length - 1);
    this.slider.setAttribute("aria-label", "Size of the step");
    this.turn.hidden = header.turning === null;
    this.turn.textContent = `Smallest that turns it: ${header.turning}`;
    this.show();
  }

  /** @param {number} steps */
  go(steps) {
    this.steps = steps;
    this.show();
    clearTimeout(this.later);
    this.later = setTimeout(() => this.trigger("steps", this.steps), REST);
  }

  show() {
    const { classes } = this.header;
    const { steps, probabilities } = this;
    const times = enlargedBy(steps);
    const size = steps === 0 ? "no change" : `each colour of each pixel moved by ${steps} of 255`;
    this.slider.value = String(steps);
    this.slider.setAttribute("aria-valuetext", size);
    this.words.textContent = `Size of the step: ${size}`;
    const captions = [
      ["The photo", "as the network sees it"],
      ["The changed photo", size],
      ["The difference alone", steps === 0 ? "mid-grey: none" : `${times} times as strong; mid-grey is none`],
    ];
    captions.forEach(([title, small], i) => {
      findAny(this.figures[i], "figcaption").replaceChildren(title, element("small", "", small));
      this.canvases[i].setAttribute("aria-label", `${title}: ${small}`);
    });
    [0, steps].forEach((place, i) => {
      const probability = probabilities[place];
      findAny(this.figures[i], ".said").replaceChildren(
        answerText(probability, this.header), ...probabilityBar(probability, this.header));
    });
    const turned = (probabilities[steps] >= 0.5) !== (probabilities[0] >= 0.5);
    Object.assign(this.root.dataset, {
      steps, probability: probabilities[steps], turned, named: classes[probabilities[steps] >= 0.5 ? 1 : 0],
    });
    this.paint();
  }

  paint() {
    const room = this.root.clientWidth - 1; // it is rounded, up perhaps
    const across = room >= 560 ? 3 : room >= 300 ? 2 : 1;
    const side = Math.floor(Math.min(LARGEST, (room - GAP * (across - 1)) / across));
    const changed = changedBy(this.photo, this.direction, this.steps);
    const pictures = [
      this.photo, changed, differenceOf(this.photo, changed, enlargedBy(this.steps)),
    ];
    this.figures.forEach((figure) => { figure.style.width = `${side}px`; });
    this.canvases.forEach((canvas, i) => {
      const pen = ready(canvas, side, side);
      pen.imageSmoothingEnabled = false;
      pen.drawImage(pictureOf(pictures[i], this.side), 0, 0, side, side);
    });
  }
}

/** @param {ArrayLike<number>} colours RGB of each pixel @param {number} side */
function pictureOf(colours, side) {
  return pixelCanvas(side, side, (pixels) => {
    for (let from = 0, to = 0; to < pixels.length; from += 3, to += 4) {
      for (let colour = 0; colour < 3; colour++) pixels[to + colour] = colours[from + colour];
      pixels[to + 3] = 255;
    }
  });
}
