// @ts-check
// P(class 1) of the last seconds as a line that moves to the left; for whoever asked the system for
// less motion it stands still and grows to the right, and begins anew when it is at the end.

import { circle, ready, strokeLine } from "../../web/canvas.js";
import { textColour } from "../../web/elements.js";
import { percent } from "../../web/numbers.js";
import { MARGIN, drawAxes } from "../../shared/line_chart/drawing.js";

/** @typedef {{at: number, probability: number, counts: boolean}} Point at: seconds */
/** @typedef {{classes: string[], colours: string[], threshold: number}} Meaning */

export const SECONDS = 20;
const HEIGHT = 190; // CSS pixels
const GAP = 2; // seconds without an answer that break the line
const TICKS = [0, 5, 10, 15, 20];

// The moment in seconds at which the chart begins.
/** @param {number} now @param {boolean} calm */
export function beginning(now, calm) {
  return calm ? Math.floor(now / SECONDS) * SECONDS : now - SECONDS;
}

// What is seen of the points at a moment, in pieces that a line may run through.
/** @param {Point[]} points @param {number} now @param {boolean} calm */
export function pieces(points, now, calm) {
  const from = beginning(now, calm);
  /** @type {Point[][]} */
  const found = [];
  let last = -Infinity;
  for (const point of points) {
    if (point.at < from || point.at > now) continue;
    if (point.at - last > GAP) found.push([]);
    found[found.length - 1].push(point);
    last = point.at;
  }
  return found;
}

// The chart in words, for a screen reader.
/** @param {Point[]} points @param {string} name of class 1 */
export function inWords(points, name) {
  const what = `P(${name}) of the last ${SECONDS} seconds`;
  const last = points.at(-1);
  if (!last) return `${what}: no answer yet.`;
  const all = points.map((point) => point.probability);
  return `${what}: between ${percent(Math.min(...all), 0)} and ${percent(Math.max(...all), 0)}, ` +
    `${percent(last.probability, 0)} last.`;
}

export class MovingLine {
  /** @type {Point[]} */
  points = [];
  /** @type {Meaning | undefined} */
  meaning;
  now = 0;

  /** @param {HTMLElement} plot @param {HTMLCanvasElement} canvas */
  constructor(plot, canvas) {
    this.plot = plot;
    this.canvas = canvas;
    this.stillness = matchMedia("(prefers-reduced-motion: reduce)");
    const again = () => this.draw(this.now);
    new ResizeObserver(again).observe(plot);
    this.stillness.addEventListener("change", again);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  }

  clear() {
    this.points = [];
    this.now = 0;
  }

  /** @param {Point} point */
  add(point) {
    this.points = [...this.points.filter((each) => each.at >= point.at - SECONDS), point];
  }

  /** @param {number} now in seconds since the line began */
  draw(now) {
    this.now = now;
    const { meaning, plot } = this, width = plot.clientWidth;
    if (!meaning || !width) return;
    const calm = this.stillness.matches, from = beginning(now, calm);
    const pen = ready(this.canvas, width, HEIGHT);
    this.canvas.style.width = "100%"; // the plot's width need not be a whole number
    const text = textColour(plot);
    pen.font = `12px ${getComputedStyle(plot).fontFamily}`;
    const wide = width - MARGIN.left - MARGIN.right, high = HEIGHT - MARGIN.top - MARGIN.bottom;
    const x = (/** @type {number} */ at) => MARGIN.left + ((at - from) / SECONDS) * wide;
    const y = (/** @type {number} */ share) => MARGIN.top + (1 - share) * high;
    const y_label = `P(${meaning.classes[1]})`;
    const x_label = calm ? `seconds; after ${SECONDS} the line begins anew` : "seconds ago";
    drawBand(pen, meaning.threshold, y, MARGIN.left, wide, text);
    drawAxes(pen, { height: HEIGHT, y_format: "percent", x_format: "number", y_label, x_label }, {
      x: (tick) => x(calm ? from + tick : from + SECONDS - tick), y,
      xTicks: { values: TICKS, step: 5 }, yTicks: { values: [0, 0.25, 0.5, 0.75, 1], step: 0.25 },
    }, width, text);
    const shown = pieces(this.points, now, calm);
    for (const piece of shown) drawPiece(pen, piece, x, y, text, meaning.colours);
    const points = String(shown.reduce((count, piece) => count + piece.length, 0));
    Object.assign(plot.dataset, { points, axes: `${y_label} | ${x_label}` });
  }
}

// Between these certainties the answer does not count.
/**
 * @param {CanvasRenderingContext2D} pen @param {number} threshold @param {(share: number) => number} y
 * @param {number} left @param {number} wide @param {string} text
 */
function drawBand(pen, threshold, y, left, wide, text) {
  const top = y(threshold), bottom = y(1 - threshold);
  pen.fillStyle = text;
  pen.globalAlpha = 0.07;
  pen.fillRect(left, top, wide, bottom - top);
  pen.globalAlpha = 0.7;
  pen.textAlign = "left";
  pen.textBaseline = "middle";
  if (bottom - top > 14) pen.fillText("not sure", left + 6, top + 9);
  pen.globalAlpha = 1;
}

// Full points count, rings do not.
/**
 * @param {CanvasRenderingContext2D} pen @param {Point[]} piece
 * @param {(at: number) => number} x @param {(share: number) => number} y
 * @param {string} text @param {string[]} colours
 */
function drawPiece(pen, piece, x, y, text, colours) {
  pen.lineWidth = 2;
  pen.strokeStyle = text;
  pen.globalAlpha = 0.45;
  piece.slice(1).forEach((point, i) =>
    strokeLine(pen, x(piece[i].at), y(piece[i].probability), x(point.at), y(point.probability)));
  pen.globalAlpha = 1;
  pen.lineWidth = 1.5;
  for (const { at, probability, counts } of piece) {
    pen.strokeStyle = pen.fillStyle = colours[probability >= 0.5 ? 1 : 0];
    circle(pen, x(at), y(probability), 3);
    if (counts) pen.fill();
    else pen.stroke();
  }
}
