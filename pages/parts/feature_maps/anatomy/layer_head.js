// @ts-check
// What is said above the chosen layer: its name, its figures, the scale of its colours.

import { ready } from "../../web/canvas.js";
import { button, element } from "../../web/elements.js";
import { clamp } from "../../web/keyboard.js";
import { percent, readNumber, shapeText } from "../../web/numbers.js";
import { wordsClass } from "./words.js";

/** @typedef {import("./header.js").Header} Header */

// The layer's name and shape, and the way to the neighbours of the chosen channel.
/** @param {Header} header @param {(change: object) => void} choose */
export function layerTitle({ grid, channel, layers }, choose) {
  const layer = layers[grid.layer];
  const title = element("div", "title", element("h3", "", layer.name));
  if (channel && !(grid.folded && grid.size === 1)) {
    const last = (grid.folded ? grid.size : grid.maps[0]) - 1;
    /** @param {number} to */
    const go = (to) => choose({ channel: clamp(to, 0, last), cell: channel.cell });
    const what = grid.folded ? "Number" : "Channel";
    title.append(
      button("\u2190 All", null, () => choose({ channel: null, cell: null }), "All channels"),
      button("\u2039", null, () => go(channel.channel - 1), `Previous ${what.toLowerCase()}`),
      element("b", "", `${what} ${channel.channel}`),
      button("\u203a", null, () => go(channel.channel + 1), `Next ${what.toLowerCase()}`),
    );
  }
  const shape = shapeText(layer.shape);
  const sees = `${shapeText(layer.field)} px`;
  title.append(element("span", "about", layer.shape.length === 3
    ? `${shape}, a cell sees ${sees}`
    : `${shape} number${grid.size === 1 ? "" : "s"}, from ${sees} of the photo`));
  return title;
}

/** @param {Header} header */
export function layerFigures({ grid, layers }) {
  const line = element("div", "figures");
  /** @param {string} name @param {string} value */
  const add = (name, value) => line.append(element("span", "", `${name} `, element("b", "", value)));
  add("mean", readNumber(grid.mean));
  add("spread", readNumber(grid.spread));
  add("zeros", percent(grid.zeros));
  line.append(histogram(grid));
  const { words } = layers[grid.layer];
  if (words) line.append(element("span", wordsClass(words), words));
  return line;
}

/** @param {import("./header.js").GridFacts} grid */
function histogram({ counts, edges, minimum, maximum }) {
  const canvas = element("canvas", "histogram");
  canvas.setAttribute("role", "img");
  const about = `All values of the layer, from ${readNumber(minimum)} to ${readNumber(maximum)}`;
  canvas.setAttribute("aria-label", `Histogram. ${about}`);
  canvas.title = `${about}. Bars on a square-root scale.`;
  const [wide, high] = [123, 28];
  const pen = ready(canvas, wide, high);
  const most = Math.max(1, ...counts);
  const bar = wide / counts.length;
  const [first, last] = edges.map(Number);
  counts.forEach((value, i) => {
    const middle = first + ((i + 0.5) / counts.length) * (last - first);
    pen.fillStyle = middle < 0 ? "#0072B2" : "#D55E00";
    const tall = value ? Math.max(1, Math.sqrt(value / most) * high) : 0;
    pen.fillRect(i * bar, high - tall, bar - 0.5, tall);
  });
  return canvas;
}

/**
 * @typedef {object} Choices
 * @property {(shared: boolean) => void} share one scale for all channels, or one each
 * @property {{shown: boolean, toggle: () => void} | null} kernels for a layer whose kernels can be drawn
 */

// What the colours mean, and what else they could mean.
/** @param {Header} header @param {import("./header.js").Arrays} arrays @param {Choices} choices */
export function scaleLegend({ grid, channel }, arrays, { share, kernels }) {
  const line = element("div", "figures");
  const scale = channel ? channel.scale : grid.shared ? arrays.scales.values[0] : null;
  if (scale !== undefined) {
    const [low, high] = scale === null ? ["\u2212", "+"] : [readNumber(-scale), readNumber(scale)];
    const bar = paletteBar(arrays.palette.values);
    line.append(element("span", "legend", low, bar, high, " \u00b7 zero is always this grey"));
  }
  if (!channel) {
    const made = element("span", "choices",
      button("One scale for all", grid.shared, () => share(true)),
      button("One each", !grid.shared, () => share(false)));
    if (kernels) made.append(button("Kernels", kernels.shown, kernels.toggle));
    line.append(made);
  }
  return line;
}

/** @param {import("./header.js").Palette} palette */
function paletteBar(palette) {
  const bar = element("canvas", "");
  const pen = ready(bar, 90, 10);
  for (let x = 0; x < 90; x++) {
    const at = 3 * Math.round(1 + (x / 89) * 254);
    pen.fillStyle = `rgb(${palette[at]},${palette[at + 1]},${palette[at + 2]})`;
    pen.fillRect(x, 0, 1, 10);
  }
  return bar;
}
