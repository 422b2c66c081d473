// @ts-check
// What is marked in a chart: where something was changed, the best point, and what lies above it.

import { circle, strokeLine } from "../../web/canvas.js";
import { MARGIN } from "./drawing.js";
import { chartNumber } from "./scales.js";

/** @typedef {import("./drawing.js").ChartData} ChartData */
/** @typedef {import("./drawing.js").Scale} Scale */
/**
 * @typedef {object} Mark a line from top to bottom, or with `y` a ring around a point
 * @property {number} x @property {string} label @property {number | null} y
 */
/** @typedef {{text: string, paper: string}} Ink colours of text and of what is behind it */

const LINE_HEIGHT = 15;

// The words of the ring in the legend, in an entry that is always there.
/** @param {HTMLElement} entry @param {Mark[]} marks */
export function showRing(entry, marks) {
  const ring = marks.find((mark) => mark.y !== null);
  entry.hidden = !ring;
  if (ring && entry.lastChild instanceof Text) entry.lastChild.data = ring.label;
}

// Labels that would cover each other, or what `drawCut` wrote, stand in rows.
/** @param {CanvasRenderingContext2D} pen @param {ChartData} data @param {Scale} scale @param {number[]} taken @param {number} width @param {Ink} ink */
export function drawMarks(pen, data, scale, [taken, till], width, ink) {
  const bottom = data.height - MARGIN.bottom;
  /** @type {number[]} where the newest label of each row ends */
  const ends = [];
  pen.strokeStyle = ink.text;
  for (const { x, y, label } of data.marks) {
    const at = scale.x(x);
    if (at < MARGIN.left - 1 || at > width - MARGIN.right + 1) continue;
    pen.lineWidth = 1.5;
    if (y !== null) {
      circle(pen, at, scale.y(y), 6.5);
      pen.stroke(); // its label stands in the legend, where no line runs through it
      continue;
    }
    pen.setLineDash([2, 3]);
    strokeLine(pen, at, MARGIN.top, at, bottom);
    pen.setLineDash([]);
    const [from, to] = span(pen, label, at, width);
    let place = from < till && to > taken ? 1 : 0;
    while (ends[place] >= from) place += 1;
    if (MARGIN.top + (place + 1) * LINE_HEIGHT > bottom - 20) continue; // the line alone must do
    ends[place] = to;
    write(pen, label, at, MARGIN.top + 8 + place * LINE_HEIGHT, width, ink);
  }
}

// Triangles along the top for what lies above the chart, with the value of the highest. Returns how
// many, and from where to where that value is written.
/** @param {CanvasRenderingContext2D} pen @param {ChartData} data @param {Scale} scale @param {number} top @param {number} width @param {Ink} ink */
export function drawCut(pen, data, scale, top, width, ink) {
  let highest = top, at = 0, count = 0, taken = [0, 0];
  for (const series of data.series)
    series.y.forEach((y, i) => {
      const x = scale.x(series.x[i]);
      if (y === null || y <= top || x < MARGIN.left - 1 || x > width - MARGIN.right + 1) return;
      pen.fillStyle = series.colour;
      pen.beginPath();
      pen.moveTo(x, 1);
      pen.lineTo(x + 5, 9);
      pen.lineTo(x - 5, 9);
      pen.fill();
      count += 1;
      if (y > highest) [highest, at] = [y, x];
    });
  const step = data.y_format === "number" ? 0 : undefined; // three digits, as 62.5
  if (count) taken = write(pen, `\u2191 ${chartNumber(highest, data.y_format, step)}`, at + 6, 9, width, ink);
  return { count, taken };
}

// Where a label stands: beside its place, on the side that has room.
/** @param {CanvasRenderingContext2D} pen @param {string} label @param {number} at @param {number} width */
function span(pen, label, at, width) {
  const long = pen.measureText(label).width + 8;
  const from = at + 4 + long > width ? at - 4 - long : at + 4;
  return [Math.max(MARGIN.left, from), Math.max(MARGIN.left, from) + long];
}

/** @param {CanvasRenderingContext2D} pen @param {string} label @param {number} at @param {number} y @param {number} width @param {Ink} ink */
function write(pen, label, at, y, width, ink) {
  const [from, to] = span(pen, label, at, width);
  pen.textAlign = "left";
  pen.textBaseline = "middle";
  pen.globalAlpha = 0.85;
  pen.fillStyle = ink.paper;
  pen.fillRect(from, y - LINE_HEIGHT / 2, to - from, LINE_HEIGHT);
  pen.globalAlpha = 1;
  pen.fillStyle = ink.text;
  pen.fillText(label, from + 4, y + 0.5);
  return [from, to];
}
