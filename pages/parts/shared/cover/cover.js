// @ts-check
// A grey patch that is put, moved and sized by hand; the network is asked anew wherever it stays.

import { Sheet, frame, ready } from "../../web/canvas.js";
import { component } from "../../web/component.js";
import { element, find, findAny } from "../../web/elements.js";
import { arrowStep } from "../../web/keyboard.js";
import { answerText, probabilityBar } from "../../web/probability_bar.js";
import { unpack } from "../../web/unpack.js";
import { CORNERS, centred, cornerNear, cornerOf, grown, holds, inside, pulled } from "./patch.js";

/** @typedef {import("./patch.js").Patch} Patch */
/** @typedef {import("./patch.js").Point} Point */
/**
 * @typedef {object} Header
 * @property {string} id @property {Patch} patch that was answered @property {number} grey
 * @property {string[]} classes @property {string[]} colours
 * @property {import("../../web/numbers.js").MaybeNumber} probability @property {number} uncovered
 */

const PATIENCE = 2500; // milliseconds after which a question counts as lost and is asked again
const LARGEST = 360; // CSS pixels a side of the photo
const SEEN = 96; // and of what the network gets
const HANDLE = 9; // CSS pixels a side
const REACH = { mouse: 11, pen: 14, touch: 24 }; // CSS pixels from a corner that still pull it
const CURSORS = [["nwse-resize", "nesw-resize"], ["nesw-resize", "nwse-resize"]];

export default component((parent, trigger) => new Cover(findAny(parent, ".cover"), trigger));

class Cover {
  /** @type {Header | undefined} */
  header;
  /** @type {Sheet} */
  photo;
  /** @type {Sheet} */
  covered;
  /** @type {Patch} */
  patch = [0, 0, 1, 1];
  /** @type {((point: Point) => Patch) | null} what a held pointer does with the patch */
  hold = null;
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
    this.canvas.onpointerdown = (event) => this.grip(event);
    this.canvas.onpointermove = (event) => this.follow(event);
    this.canvas.onpointerup = () => { this.hold = null; };
    this.canvas.onpointercancel = () => { this.hold = null; };
    this.canvas.onkeydown = (event) => this.press(event);
    new ResizeObserver(() => this.header && this.paint(this.header)).observe(root);
  }

  /** @param {Uint8Array} packed */
  update(packed) {
    /** @type {import("../../web/unpack.js").Packed<Header>} */
    const { header, arrays } = unpack(packed);
    if (this.header?.id !== header.id) this.patch = header.patch;
    this.header = header;
    this.photo = Sheet.of(arrays.photo);
    this.covered = Sheet.of(arrays.seen);
    this.waiting = false;
    clearTimeout(this.patience);
    this.said.replaceChildren(...answers(header));
    this.paint(header);
    Object.assign(this.root.dataset, { at: header.patch.join(","), probability: header.probability });
    this.ask();
  }

  get size() {
    return this.photo.height;
  }

  /** @param {PointerEvent} event @returns {Point} */
  pointUnder(event) {
    const box = this.canvas.getBoundingClientRect();
    return [
      ((event.clientY - box.top) / box.height) * this.size,
      ((event.clientX - box.left) / box.width) * this.size,
    ];
  }

  /** @param {PointerEvent} event */
  cornerUnder(event) {
    const reach = REACH[/** @type {keyof typeof REACH} */ (event.pointerType)] ?? REACH.mouse;
    const scale = this.size / this.canvas.clientWidth;
    return cornerNear(this.patch, this.pointUnder(event), reach * scale);
  }

  // A corner is pulled, the patch dragged by where it is held; a click beside it brings it there.
  /** @param {PointerEvent} event */
  grip(event) {
    if (!this.header || event.button !== 0) return;
    this.canvas.setPointerCapture(event.pointerId);
    const point = this.pointUnder(event), corner = this.cornerUnder(event);
    if (!corner && !holds(this.patch, point)) this.put(centred(this.patch, point, this.size));
    const held = this.patch;
    this.hold = corner
      ? (to) => pulled(held, corner, to, this.size)
      : ([y, x]) => inside([held[0] + y - point[0], held[1] + x - point[1], held[2], held[3]], this.size);
  }

  /** @param {PointerEvent} event */
  follow(event) {
    if (!this.header) return;
    if (this.hold) {
      this.put(this.hold(this.pointUnder(event)));
      return;
    }
    const corner = this.cornerUnder(event);
    this.canvas.style.cursor = corner ? CURSORS[corner[0]][corner[1]]
      : holds(this.patch, this.pointUnder(event)) ? "move" : "crosshair";
  }

  /** @param {KeyboardEvent} event */
  press(event) {
    if (!this.header) return;
    const stride = Math.max(2, 2 * Math.round(this.size / 48));
    const [top, left, height, width] = this.patch;
    const step = arrowStep(event);
    const larger = "+=".includes(event.key) ? 1 : "-_".includes(event.key) ? -1 : 0;
    if (!step && !larger) return;
    event.preventDefault();
    if (!step) this.put(grown(this.patch, larger * stride, larger * stride, this.size));
    else if (event.shiftKey) this.put(grown(this.patch, step[0] * stride, step[1] * stride, this.size));
    else this.put(inside([top + step[0] * stride, left + step[1] * stride, height, width], this.size));
  }

  /** @param {Patch} patch */
  put(patch) {
    if (!this.header) return;
    this.patch = patch;
    this.paint(this.header);
    this.ask();
  }

  // One question at a time; when its answer comes, the newest patch is asked for.
  ask() {
    if (!this.root.isConnected || this.waiting) return;
    if (this.patch.join() === this.header?.patch.join()) return;
    this.waiting = true;
    this.trigger("cover", this.patch);
    clearTimeout(this.patience);
    this.patience = setTimeout(() => { this.waiting = false; this.ask(); }, PATIENCE);
  }

  /** @param {Header} header */
  paint({ grey }) {
    const room = this.root.clientWidth;
    const side = Math.floor(Math.min(LARGEST, room >= 480 ? room - 240 : room));
    if (this.canvas.parentElement) this.canvas.parentElement.style.width = `${side}px`;
    const pen = ready(this.canvas, side, side);
    const cell = side / this.size;
    const [y, x, tall, wide] = this.patch.map((pixels) => pixels * cell);
    this.photo.draw(pen, 0, 0, 0, side, side);
    pen.fillStyle = `rgb(${grey},${grey},${grey})`;
    pen.fillRect(x, y, wide, tall);
    frame(pen, x, y, wide, tall);
    for (const corner of CORNERS) {
      const [down, right] = cornerOf([y, x, tall, wide], corner);
      drawHandle(pen, right, down);
    }
    this.covered.draw(ready(this.seen, SEEN, SEEN), 0, 0, 0, SEEN, SEEN);
  }
}

/** @param {CanvasRenderingContext2D} pen @param {number} x @param {number} y */
function drawHandle(pen, x, y) {
  pen.fillStyle = "#fff";
  pen.fillRect(x - HANDLE / 2, y - HANDLE / 2, HANDLE, HANDLE);
  pen.lineWidth = 1.5;
  pen.strokeStyle = "#000";
  pen.strokeRect(x - HANDLE / 2, y - HANDLE / 2, HANDLE, HANDLE);
}

// Both answers, one below the other, and how far they are apart.
/** @param {Header} header */
function answers(header) {
  const { classes, probability, uncovered } = header;
  if (typeof probability === "string") return ["The answer is not a number."];
  const change = (probability - uncovered) * 100;
  const moved = `P(${classes[1]}) ${change < 0 ? "falls" : "rises"} by ${Math.abs(change).toFixed(1)} points.`;
  return [
    answer("Without the patch", uncovered, header),
    answer("With the patch", probability, header),
    element("div", "change", Math.abs(change) < 0.05 ? `P(${classes[1]}) stays as it was.` : moved),
  ];
}

/** @param {string} title @param {number} probability @param {Header} header */
function answer(title, probability, header) {
  return element("section", "", element("small", "", title), answerText(probability, header),
    ...probabilityBar(probability, header));
}
