// @ts-check
// Axes, lines and legend of a chart.

import { circle, strokeLine } from "../../web/canvas.js";
import { element, svgElement } from "../../web/elements.js";
import { minus } from "../../web/numbers.js";
import { chartNumber } from "./scales.js";

/** @typedef {CanvasRenderingContext2D} Pen */
/**
 * @typedef {object} Series
 * @property {string} name @property {number[]} x @property {(number | null)[]} y null leaves a gap
 * @property {string} colour @property {number} width @property {number} opacity
 * @property {boolean} dashed @property {boolean} markers
 */
/**
 * @typedef {object} ChartData
 * @property {string} title @property {Series[]} series
 * @property {string} x_label @property {string} y_label
 * @property {import("./scales.js").Kind} y_format @property {"number" | "power"} x_format
 * @property {string} empty @property {number} height @property {number} rows @property {string} note
 * @property {import("./marks.js").Mark[]} marks
 * @property {number | null} y_limit what lies above is cut off while all x are shown
 * @property {boolean} y_log
 */
/** @typedef {Pick<ChartData, "height" | "x_label" | "y_label" | "x_format" | "y_format">} Axes */
/**
 * @typedef {object} Scale from values to pixels
 * @property {(value: number) => number} x @property {(value: number) => number} y
 * @property {import("./scales.js").Ticks} xTicks @property {import("./scales.js").Ticks} yTicks
 */

export const MARGIN = { left: 68, right: 14, top: 8, bottom: 38 };

/** @param {Series} series */
export function legendEntry(series) {
  const swatch = svgElement("svg", { width: 22, height: 8 });
  swatch.append(svgElement("line", {
    x1: 0, x2: 22, y1: 4, y2: 4,
    stroke: series.colour,
    "stroke-width": Math.max(2, series.width),
    opacity: series.opacity,
    ...(series.dashed ? { "stroke-dasharray": "5 3" } : {}),
  }));
  return element("span", "", swatch, series.name);
}

/**
 * @param {Pen} pen @param {Axes} data @param {Scale} scale
 * @param {number} width @param {string} text
 */
export function drawAxes(pen, data, scale, width, text) {
  const bottom = data.height - MARGIN.bottom, right = width - MARGIN.right;
  pen.fillStyle = pen.strokeStyle = text;
  pen.lineWidth = 1;
  pen.textBaseline = "middle";
  pen.textAlign = "right";
  for (const value of scale.yTicks.values) {
    const y = Math.round(scale.y(value)) + 0.5;
    pen.globalAlpha = 0.13;
    strokeLine(pen, MARGIN.left, y, right, y);
    pen.globalAlpha = 0.8;
    pen.fillText(chartNumber(value, data.y_format, scale.yTicks.step), MARGIN.left - 7, y);
  }
  pen.textAlign = "center";
  for (const value of scale.xTicks.values) {
    const x = Math.round(scale.x(value)) + 0.5;
    pen.globalAlpha = 0.4;
    strokeLine(pen, x, bottom, x, bottom + 4);
    pen.globalAlpha = 0.8;
    pen.fillText(xNumber(value, data), x, bottom + 13);
  }
  pen.globalAlpha = 0.4;
  strokeLine(pen, MARGIN.left, bottom + 0.5, right, bottom + 0.5);
  pen.globalAlpha = 0.8;
  pen.fillText(data.x_label, (MARGIN.left + right) / 2, data.height - 8);
  pen.save();
  pen.translate(10, (MARGIN.top + bottom) / 2);
  pen.rotate(-Math.PI / 2);
  pen.fillText(data.y_label, 0, 0);
  pen.restore();
  pen.globalAlpha = 1;
}

/** @param {number} value a tick of the x axis @param {Axes} data */
function xNumber(value, { x_format }) {
  return x_format === "power" ? chartNumber(value, "power", 1) : minus(String(+value.toFixed(6)));
}

/** @param {Pen} pen @param {Series} series @param {Scale} scale */
export function drawSeries(pen, series, scale) {
  pen.strokeStyle = pen.fillStyle = series.colour;
  pen.globalAlpha = series.opacity;
  pen.lineWidth = series.width;
  pen.lineJoin = "round";
  pen.setLineDash(series.dashed ? [6, 4] : []);
  pen.beginPath();
  /** @type {[number, number][]} */
  const points = [];
  let down = false;
  series.y.forEach((y, i) => {
    if (y !== null) {
      points.push([scale.x(series.x[i]), scale.y(y)]);
      const [px, py] = points[points.length - 1];
      if (down) pen.lineTo(px, py);
      else pen.moveTo(px, py);
    }
    down = y !== null;
  });
  pen.stroke();
  pen.setLineDash([]);
  if (series.markers || points.length === 1)
    for (const [x, y] of points) {
      circle(pen, x, y, 3.5);
      pen.fill();
    }
  pen.globalAlpha = 1;
}

// What is written in the canvas, where it can be read.
/** @param {HTMLElement} plot @param {ChartData} data @param {Scale} scale */
export function tellAxes(plot, data, { xTicks, yTicks }) {
  const { y_format, marks } = data;
  Object.assign(plot.dataset, {
    xTicks: xTicks.values.map((x) => xNumber(x, data)).join(" | "),
    yTicks: yTicks.values.map((y) => chartNumber(y, y_format, yTicks.step)).join(" | "),
    marks: marks.map((mark) => mark.label).join(" | "),
  });
}
