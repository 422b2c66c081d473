// @ts-check
// The map of photos: one point a photo, its class as colour, a wrong answer as a cross.

import { circle, ready, strokeLine } from "../../web/canvas.js";
import { component } from "../../web/component.js";
import { element, find, findAny, textColour } from "../../web/elements.js";
import { arrowStep, clamp } from "../../web/keyboard.js";
import { answerText } from "../../web/probability_bar.js";
import { unpack } from "../../web/unpack.js";

/** @typedef {CanvasRenderingContext2D} Pen */
/**
 * @typedef {object} Header lists have a place for each photo
 * @property {string} id @property {string[]} classes @property {string[]} colours
 * @property {string[]} axes @property {string} when the epoch of this map
 * @property {number | null} here the place of the chosen photo
 * @property {string[]} names @property {string[]} keys
 * @property {(number | null)[]} labels null: not a test photo
 * @property {boolean[]} wrong @property {number[]} probabilities
 * @property {number} thumb pixels a side of a photo on the sheet @property {number} across
 */

const MARGIN = 16;
const TITLES = 26; // beside and below the points, for the names of the axes
const THUMB = 190;
const NARROW_THUMB = 128;
const WIDE = 600;
const REACH = 30; // pixels around the pointer in which the nearest photo is meant

export default component((parent, trigger) => new PhotoMap(findAny(parent, ".photo-map"), trigger));

class PhotoMap {
  /** @type {Header} */
  header;
  /** @type {import("../../web/unpack.js").Values} */
  places;
  /** @type {ImageBitmap} the photos, small, as one picture */
  sheet;
  /** @type {number | null} the photo under the pointer */
  near = null;
  firstTap = false; // a finger has just come to a photo: it cannot point without a tap
  room = 0; // of the whole component
  wide = 0;
  high = 0;

  /** @param {HTMLElement} root @param {import("../../web/component.js").Trigger} trigger */
  constructor(root, trigger) {
    this.root = root;
    this.trigger = trigger;
    this.canvas = find(root, ".points", HTMLCanvasElement);
    this.thumb = find(root, ".thumb", HTMLCanvasElement);
    this.about = findAny(root, ".about");
    this.legend = findAny(root, ".legend");
    this.canvas.onpointerdown = (event) => this.onDown(event);
    this.canvas.onpointermove = (event) => this.point(event);
    this.canvas.onclick = (event) => { if (this.point(event) && !this.firstTap) this.open(); };
    this.canvas.onkeydown = (event) => this.onKey(event);
    new ResizeObserver(() => this.header && this.resize()).observe(root);
  }

  /** @param {Uint8Array} packed */
  async update(packed) {
    /** @type {import("../../web/unpack.js").Packed<Header>} */
    const { header, arrays } = unpack(packed);
    this.header = header;
    this.places = arrays.places.values;
    const number = header.names.length;
    const sheet = new Blob([arrays.sheet.values], { type: "image/jpeg" });
    this.sheet = await createImageBitmap(sheet);
    if (this.header !== header) return; // newer data came meanwhile
    this.canvas.setAttribute("aria-label",
      `Map of ${number} photos. Arrow keys go to the next photo in that direction, Enter opens it.`);
    if (this.near === null || this.near >= number) this.near = header.here;
    this.describe();
    this.paint();
    this.root.dataset.shown = header.id;
  }

  resize() {
    if (this.root.clientWidth === this.room) return;
    this.describe();
    this.paint();
  }

  // ---- the map

  paint() {
    const { axes, here, names } = this.header;
    const room = this.room = this.root.clientWidth;
    this.wide = room >= WIDE ? room - 230 : room;
    const most = clamp(window.innerHeight - 370, 430, 760);
    this.high = Math.round(Math.min(most, Math.max(this.wide * 0.6, 300)));
    const pen = ready(this.canvas, this.wide - 2, this.high);
    this.paintAxes(pen, axes);
    const points = this.points();
    const last = new Set([here, this.near].filter((i) => i !== null));
    for (const i of names.keys()) if (!last.has(i)) this.mark(pen, i, points[i]);
    for (const i of last) this.mark(pen, i, points[i]);
  }

  // The names of the axes, outside of where points can lie.
  /** @param {Pen} pen @param {string[]} axes */
  paintAxes(pen, [across, up]) {
    const text = textColour(this.canvas);
    const [left, bottom] = [TITLES, this.high - TITLES];
    pen.strokeStyle = pen.fillStyle = text;
    pen.globalAlpha = 0.25;
    strokeLine(pen, left, 0, left, bottom);
    strokeLine(pen, left, bottom, this.wide, bottom);
    pen.globalAlpha = 0.8;
    pen.font = `12px ${getComputedStyle(this.canvas).fontFamily}`;
    pen.textAlign = "right";
    pen.fillText(across, this.wide - 12, this.high - 9);
    pen.textAlign = "center";
    pen.save();
    pen.translate(17, bottom / 2);
    pen.rotate(-Math.PI / 2);
    pen.fillText(up, 0, 0);
    pen.restore();
    pen.globalAlpha = 1;
    pen.textAlign = "left";
    pen.font = `600 ${pen.font}`;
    pen.fillText(this.header.when, left, this.high - 9);
  }

  // Where each photo stands on the canvas.
  points() {
    const [across, up] = [0, 1].map((axis) => rangeOf(this.places.filter((_, i) => i % 2 === axis)));
    const [wide, high] = [this.wide - TITLES - 2 * MARGIN, this.high - TITLES - 2 * MARGIN];
    return this.header.names.map((_, i) => [
      TITLES + MARGIN + across(this.places[2 * i]) * wide,
      MARGIN + (1 - up(this.places[2 * i + 1])) * high,
    ]);
  }

  // Colours are drawn at full strength: thinned they would not be seen on a dark page.
  /** @param {Pen} pen @param {number} index @param {number[]} point */
  mark(pen, index, [x, y]) {
    const { labels, wrong, colours, here } = this.header;
    const label = labels[index], text = textColour(this.canvas);
    if (index === this.near || index === here) ring(pen, x, y, 10, index === this.near ? 2.5 : 1.5, text);
    const colour = label === null ? text : colours[label];
    if (wrong[index]) cross(pen, x, y, colour);
    else if (label === null) diamond(pen, x, y, colour);
    else dot(pen, x, y, colour, this.ground());
  }

  // The colour of the page, which parts dots that lie over each other.
  ground() {
    return getComputedStyle(this.canvas).getPropertyValue("--st-background-color");
  }

  // ---- choosing a photo

  /** @param {PointerEvent} event */
  onDown(event) {
    const before = this.near;
    this.point(event);
    this.firstTap = event.pointerType === "touch" && this.near !== before;
    if (this.firstTap) this.about.append(element("small", "", "Tap it again to open it in all layers."));
  }

  // Go to the photo under the pointer; return whether there is one.
  /** @param {MouseEvent} event */
  point(event) {
    const box = this.canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    return this.goNearest(([px, py]) => (px - x) ** 2 + (py - y) ** 2, REACH ** 2);
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const step = arrowStep(event);
    if (event.key === "Enter") this.open();
    else if (step) {
      const [down, right] = step;
      const [x, y] = this.points()[this.near ?? 0];
      this.goNearest(([px, py]) => {
        const ahead = (px - x) * right + (py - y) * down;
        const aside = Math.abs((px - x) * down) + Math.abs((py - y) * right);
        return ahead > 0.5 && aside <= 2 * ahead ? ahead + 2 * aside : Infinity;
      }, Infinity);
    } else return;
    event.preventDefault();
  }

  // Go to the photo at the least distance, if one is nearer than `limit`; return whether one is.
  /** @param {(point: number[]) => number} distance @param {number} limit */
  goNearest(distance, limit) {
    const distances = this.points().map(distance);
    const best = distances.indexOf(Math.min(...distances));
    if (best < 0 || !(distances[best] < limit)) return false;
    if (best !== this.near) {
      this.near = best;
      this.describe();
      this.paint();
    }
    return true;
  }

  open() {
    if (this.near !== null) this.trigger("open", this.header.keys[this.near]);
  }

  // ---- what stands beside the map

  describe() {
    const { header, near } = this;
    this.legend.replaceChildren(...this.legendLines());
    const side = this.root.clientWidth >= WIDE ? THUMB : NARROW_THUMB;
    const pen = ready(this.thumb, side, side);
    if (near === null) {
      this.about.textContent = "Point at a photo to see it; click to open it in all layers.";
      return;
    }
    const { thumb, across } = header;
    const [left, top] = [(near % across) * thumb, Math.floor(near / across) * thumb];
    pen.imageSmoothingEnabled = false;
    pen.drawImage(this.sheet, left, top, thumb, thumb, 0, 0, side, side);
    const label = header.labels[near];
    const truth = label === null ? "not a test photo"
      : header.wrong[near] ? `wrong: it is a ${header.classes[label]}` : "right";
    this.about.replaceChildren(
      answerText(header.probabilities[near], header, "b"),
      element("div", "", truth),
      element("small", "", header.names[near]),
    );
    this.root.dataset.near = header.keys[near];
  }

  legendLines() {
    /** @param {(pen: Pen) => void} draw @param {string} words */
    const line = (draw, words) => {
      const canvas = element("canvas", "");
      draw(ready(canvas, 16, 16));
      return element("li", "", canvas, words);
    };
    const { classes, colours, here } = this.header;
    const text = textColour(this.canvas);
    const lines = [1, 0].map((label) =>
      line((pen) => dot(pen, 8, 8, colours[label], this.ground()), `is a ${classes[label]}, answered rightly`));
    lines.push(line((pen) => cross(pen, 8, 8, text), "answered wrongly, in the colour of what it is"));
    if (here !== null)
      lines.push(line((pen) => ring(pen, 8, 8, 6.5, 1.5, text), "the photo chosen above"));
    return lines;
  }
}

// A function from values to 0..1 between the least and the largest of them.
/** @param {ArrayLike<number>} values */
function rangeOf(values) {
  const all = Array.from(values);
  const low = Math.min(...all), high = Math.max(...all);
  return (/** @type {number} */ value) => (high > low ? (value - low) / (high - low) : (value - low + 1) / 2);
}

/** @param {Pen} pen @param {number} x @param {number} y @param {string} colour @param {string} edge */
function dot(pen, x, y, colour, edge) {
  pen.fillStyle = colour;
  circle(pen, x, y, 4.5);
  pen.fill();
  ring(pen, x, y, 4.5, 0.75, edge);
}

/** @param {Pen} pen @param {number} x @param {number} y @param {string} colour */
function cross(pen, x, y, colour) {
  pen.strokeStyle = colour;
  pen.lineWidth = 2;
  pen.beginPath();
  pen.moveTo(x - 4.5, y - 4.5);
  pen.lineTo(x + 4.5, y + 4.5);
  pen.moveTo(x + 4.5, y - 4.5);
  pen.lineTo(x - 4.5, y + 4.5);
  pen.stroke();
}

/** @param {Pen} pen @param {number} x @param {number} y @param {string} colour */
function diamond(pen, x, y, colour) {
  pen.fillStyle = colour;
  pen.beginPath();
  pen.moveTo(x, y - 7);
  pen.lineTo(x + 7, y);
  pen.lineTo(x, y + 7);
  pen.lineTo(x - 7, y);
  pen.fill();
}

/**
 * @param {Pen} pen @param {number} x @param {number} y
 * @param {number} radius @param {number} width @param {string} colour
 */
function ring(pen, x, y, radius, width, colour) {
  pen.strokeStyle = colour;
  pen.lineWidth = width;
  circle(pen, x, y, radius);
  pen.stroke();
}
