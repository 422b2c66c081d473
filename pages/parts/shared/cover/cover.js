// @ts-check
// A grey patch that follows the pointer; the network is asked anew wherever it stops for a moment.

import { Sheet, frame, ready } from "../../web/canvas.js";
import { component } from "../../web/component.js";
import { element, find, findAny } from "../../web/elements.js";
import { arrowStep, clamp } from "../../web/keyboard.js";
import { percent } from "../../web/numbers.js";
import { answerText, probabilityBar } from "../../web/probability_bar.js";
import { unpack } from "../../web/unpack.js";

/** @typedef {import("../../web/keyboard.js").Cell} Cell */
/**
 * @typedef {object} Header
 * @property {string} id @property {Cell} at top and left of the answered patch
 * @property {number} patch pixels a side @property {number} grey
 * @property {string[]} classes @property {string[]} colours
 * @property {import("../../web/numbers.js").MaybeNumber} probability @property {number} uncovered
 */

const PATIENCE = 2500; // milliseconds after which a question counts as lost and is asked again

export default component((parent, trigger) => new Cover(findAny(parent, ".cover"), trigger));

class Cover {
  /** @type {Header | undefined} */
  header;
  /** @type {Sheet} */
  photo;
  /** @type {Sheet} */
  covered;
  /** @type {Cell} */
  at = [0, 0];
  waiting = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  patience;

  /** @param {HTMLElement} root @param {import("../../web/component.js").Trigger} trigger */
  constructor(root, trigger) {
    this.root = root;
    this.trigger = trigger;
    this.canvas = find(root, ".photo", HTMLCanvasElement);
    this.seen = find(root, ".seen", HTMLCanvasElement);
    this.said = findAny(root, ".said");
    this.canvas.onpointermove = (event) => this.follow(event);
    this.canvas.onpointerdown = (event) => this.follow(event);
    this.canvas.onkeydown = (event) => this.move(event);
    new ResizeObserver(() => this.header && this.paint(this.header)).observe(root);
  }

  /** @param {Uint8Array} packed */
  update(packed) {
    /** @type {import("../../web/unpack.js").Packed<Header>} */
    const { header, arrays } = unpack(packed);
    const other = this.header?.id !== header.id || this.header.patch !== header.patch;
    this.header = header;
    this.photo = Sheet.of(arrays.photo);
    this.covered = Sheet.of(arrays.seen);
    if (other) this.at = header.at;
    this.waiting = false;
    clearTimeout(this.patience);
    this.said.replaceChildren(...answerLines(header));
    this.paint(header);
    Object.assign(this.root.dataset, { at: header.at.join(","), probability: header.probability });
    this.ask();
  }

  /** @param {PointerEvent} event */
  follow(event) {
    if (!this.header) return;
    const box = this.canvas.getBoundingClientRect();
    const half = this.header.patch / 2;
    this.put(
      ((event.clientY - box.top) / box.height) * this.photo.height - half,
      ((event.clientX - box.left) / box.width) * this.photo.width - half,
    );
  }

  /** @param {KeyboardEvent} event */
  move(event) {
    const step = arrowStep(event);
    if (!step || !this.header) return;
    event.preventDefault();
    const stride = Math.max(1, Math.round(this.header.patch / 4));
    this.put(this.at[0] + step[0] * stride, this.at[1] + step[1] * stride);
  }

  /** @param {number} top @param {number} left */
  put(top, left) {
    if (!this.header) return;
    const half = this.header.patch / 2;
    /** @param {number} value */
    const inside = (value) =>
      clamp(Math.round(value), -Math.floor(half), this.photo.height - Math.ceil(half));
    this.at = [inside(top), inside(left)];
    this.paint(this.header);
    this.ask();
  }

  // One question at a time; when its answer comes, the newest place is asked for.
  ask() {
    if (!this.root.isConnected || this.waiting) return;
    if (this.at.join() === this.header?.at.join()) return;
    this.waiting = true;
    this.trigger("cover", this.at);
    clearTimeout(this.patience);
    this.patience = setTimeout(() => { this.waiting = false; this.ask(); }, PATIENCE);
  }

  /** @param {Header} header */
  paint({ grey, patch }) {
    const room = this.root.clientWidth;
    const across = room >= 860 ? 3 : 2;
    const side = Math.floor(Math.min(300, room >= 330 ? Math.max(150, (room - 14) / across - 7) : room));
    const pen = ready(this.canvas, side, side);
    const cell = side / this.photo.height;
    const [top, left] = this.at;
    this.photo.draw(pen, 0, 0, 0, side, side);
    pen.fillStyle = `rgb(${grey},${grey},${grey})`;
    pen.fillRect(left * cell, top * cell, patch * cell, patch * cell);
    frame(pen, left * cell, top * cell, patch * cell, patch * cell);
    this.covered.draw(ready(this.seen, side, side), 0, 0, 0, side, side);
  }
}

/** @param {Header} header */
function answerLines(header) {
  const { classes, probability, uncovered } = header;
  if (typeof probability === "string") return ["The answer is not a number."];
  const change = (probability - uncovered) * 100;
  return [
    answerText(probability, header),
    ...probabilityBar(probability, header, uncovered),
    element("div", "",
      `P(${classes[1]}) ${change < 0 ? "falls" : "rises"} by ${Math.abs(change).toFixed(1)} points`),
    element("small", "", `Uncovered it is ${percent(uncovered)}: the line in the bar.`),
  ];
}
