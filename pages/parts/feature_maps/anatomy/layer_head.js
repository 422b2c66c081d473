// @ts-check
// What is said above the chosen layer: its name, its figures, the scale of its colours.

import { ready } from "../../web/canvas.js";
import { button, element } from "../../web/elements.js";
import { clamp } from "../../web/keyboard.js";
import { percent, readNumber, shapeText } from "../../web/numbers.js";
import { wordsClass } from "./words.js";

/** @typedef {import("./header.js").Header} Header */

// The layer's name and shape, and the way to the neighbours of the chosen channel.
/**
 * @param {Header} header @param {number | null} asked the channel that was asked for last
 * @param {(change: object) => void} choose @param {() => void} up to the layers
 */
export function layerTitle({ grid, channel, layers }, asked, choose, up) {
  const layer = layers[grid.layer];
  const title = element("div", "title", element("h3", "", layer.name));
  const back = button("\u2191 Layers", null, up, "Up to all layers");
  back.className = "up";
  title.append(back);
  if (channel && !(grid.folded && grid.size === 1)) {
    const last = (grid.folded ? grid.size : grid.maps[0]) - 1;
    // Quick presses count on from each other, not from what has been answered so far.
    let now = asked ?? channel.channel;
    /** @param {number} by */
    const go = (by) => choose({ channel: now = clamp(now + by, 0, last), cell: channel.cell });
    const what = grid.folded ? "Number" : "Channel";
    title.append(
      button("\u2190 All", null, () => choose({ channel: null, cell: null }), "All channels"),
      button("\u2039", null, () => go(-1), `Previous ${what.toLowerCase()}`),
      element("b", "", `${what} ${channel.channel}`),
      button("\u203a", null, () => go(1), `Next ${what.toLowerCase()}`),
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
export function layerFigures({ grid, layers, channel }) {
  const line = element("div", "figures");
  if (channel) line.append(element("span", "", "The whole layer:"));
  /** @param {string} name @param {string} value */
  const add = (name, value) => line.append(element("span", "", `${name} `, element("b", "", value)));
  add("mean", readNumber(grid.mean));
  add("spread", readNumber(grid.spread));
  add("zeros", percent(grid.zeros));
  if (grid.moved !== null && grid.moved !== undefined) {
    add("weights moved", typeof grid.moved === "string" ? grid.moved : percent(grid.moved, 0));
    line.lastElementChild?.setAttribute("title",
      "How far the weights have come since the untrained network, as a share of their size then");
  }
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

/** @typedef {"maps" | "kernels" | "changes"} Shown pictures of maps, kernels, or their change */
/**
 * @typedef {object} Choices
 * @property {Shown} shown
 * @property {(shared: boolean) => void} share one scale for all channels, or one each
 * @property {(pictures: Shown) => void} show
 */

// What the colours mean, and what else could be shown.
/** @param {Header} header @param {import("./header.js").Arrays} arrays @param {Choices} choices */
export function scaleLegend({ grid, channel }, arrays, { shown, share, show }) {
  const line = element("div", "figures");
  const bar = () => paletteBar(arrays.palette.values);
  if (channel) {
    if (channel.scale !== undefined) line.append(legend(channel.scale, bar()));
    return line;
  }
  if (arrays.kernels) {
    const kinds = element("span", "choices",
      button("Maps", shown === "maps", () => show("maps")),
      button("Kernels", shown === "kernels", () => show("kernels")));
    if (arrays.changes)
      kinds.append(button("Change of kernels", shown === "changes", () => show("changes")));
    line.append(kinds);
  }
  if (shown === "kernels") line.append(legend(grid.kernelScale ?? 1, greyBar()));
  else if (shown === "changes") line.append(legend(grid.changeScale ?? 0, bar()));
  else {
    line.append(legend(grid.shared ? arrays.scales.values[0] : null, bar()),
      element("span", "choices",
        button("One scale for all", grid.shared, () => share(true)),
        button("One each", !grid.shared, () => share(false))));
  }
  return line;
}

// What pictures of kernels are, and what to look for in them; what maps cannot show by themselves.
/** @param {Header} header @param {Shown} shown */
export function explained({ grid: { layer, changeScale }, layers }, shown) {
  if (shown === "maps") {
    if (!layers[layer].name.startsWith("Dropout")) return "";
    return element("p", "explained", "Dropout leaves numbers out while the network is trained. "
      + "Here it answers, so that all of them pass: what goes out is what came in.");
  }
  if (shown === "kernels")
    return element("p", "explained", "Each picture is one kernel: how much red, green and blue it "
      + "wants in each place. Look for stripes, which find edges, and for patches of one colour.");
  if (!changeScale)
    return element("p", "explained", "This is the untrained network: no kernel has changed yet.");
  return element("p", "explained", "From left to right the red, green and blue weights of each "
    + "kernel, minus what they were untrained. Look for stripes, an edge that training strengthened, "
    + "and for three parts that differ, a colour; specks without order are noise.");
}

// A scale from -scale to +scale; null: every channel has its own.
/** @param {number | null} scale @param {HTMLElement} bar */
function legend(scale, bar) {
  const [low, high] = scale === null ? ["\u2212", "+"] : [readNumber(-scale), readNumber(scale)];
  return element("span", "legend", low, bar, high, " \u00b7 zero is always this grey");
}

// Of kernels as colour pictures: a weight is more or less of its colour than mid-grey has.
function greyBar() {
  const bar = element("canvas", "");
  const pen = ready(bar, 90, 10);
  for (let x = 0; x < 90; x++) {
    const level = Math.round(1 + (x / 89) * 254);
    pen.fillStyle = `rgb(${level},${level},${level})`;
    pen.fillRect(x, 0, 1, 10);
  }
  return bar;
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
