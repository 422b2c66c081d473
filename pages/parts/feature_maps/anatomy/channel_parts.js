// @ts-check
// What each input of a channel put into it: its map, its weights and the part they make.

import { Sheet, ready } from "../../web/canvas.js";
import { toBytes } from "../../web/colours.js";
import { element, textColour } from "../../web/elements.js";
import { percent, readNumber } from "../../web/numbers.js";
import { largestMagnitude } from "../../web/unpack.js";
import { partSide } from "./sizes.js";

/** @typedef {import("./header.js").Header} Header */
/** @typedef {import("./header.js").Parts} Parts */

const PART_GAP = 12;

// What an input of the chosen layer is called; a colour photo's have names.
/** @param {Header} header @returns {{kind: string, colours: string[] | null}} */
export function inputNames({ grid, layers }) {
  const before = layers[grid.layer - 1];
  const flat = before && /^Flatten/.test(before.name);
  if (!before || (flat && grid.layer === 1)) return { kind: "colour", colours: ["red", "green", "blue"] };
  const channels = before.shape.length === 3 || flat;
  return { kind: channels ? "channel" : "number", colours: null };
}

/** @param {Header} header @param {Parts} parts @param {import("./header.js").Arrays} arrays */
export function partsBlock(header, parts, arrays) {
  const number = parts.names.length;
  const { kind, colours } = inputNames(header);
  const palette = arrays.palette.values;
  const sheets = [new Sheet(arrays.inputs, palette)];
  if (arrays.weights) {
    const { values, shape } = arrays.weights;
    const bytes = toBytes(values, largestMagnitude(values) || 1);
    sheets.push(new Sheet({ values: bytes, shape }, palette));
  }
  sheets.push(new Sheet(arrays.parts, palette));
  const weights = /^Conv/.test(header.layers[header.grid.layer].name) ? "kernel" : "weights";
  const made = arrays.weights ? `input \u00d7 ${weights} = part` : "input, scaled = part";
  const title = element("h4", "",
    number === 1 ? "What its input put in " : `What each of its ${number} inputs put in `,
    element("small", "", `${made}; parts on one scale, \u00b1${readNumber(parts.scale)}`));
  const canvas = element("canvas", "");
  canvas.setAttribute("role", "img");
  const block = element("div", "parts", canvas);
  const labels = parts.names.map((name, i) =>
    `${colours ? colours[name] : `${kind} ${name}`} \u00b7 ${percent(parts.shares[i], 0)}`);
  canvas.setAttribute("aria-label", labels.join(", "));
  requestAnimationFrame(() => paintParts(canvas, Math.max(200, block.clientWidth - 8), sheets, labels));
  return [title, block];
}

/** @param {HTMLCanvasElement} canvas @param {number} room @param {Sheet[]} sheets @param {string[]} labels */
function paintParts(canvas, room, sheets, labels) {
  const side = partSide(room);
  const item = sheets.length * (side + PART_GAP) + 6;
  const columns = Math.max(1, Math.floor(room / item));
  const high = side + 22;
  const pen = ready(canvas, columns * item, Math.ceil(labels.length / columns) * high);
  const font = getComputedStyle(canvas).fontFamily;
  pen.textBaseline = "middle";
  pen.fillStyle = textColour(canvas);
  labels.forEach((label, index) => {
    const x = (index % columns) * item, y = Math.floor(index / columns) * high;
    pen.font = `11px ${font}`;
    pen.fillText(label, x, y + 8);
    pen.font = `13px ${font}`;
    sheets.forEach((sheet, k) => {
      const at = x + k * (side + PART_GAP);
      const most = Math.max(sheet.width, sheet.height);
      sheet.draw(pen, index, at, y + 16, (side * sheet.width) / most, (side * sheet.height) / most);
      const sign = k === sheets.length - 1 ? "" : k === sheets.length - 2 ? "=" : "\u00d7";
      pen.fillText(sign, at + side + 2, y + 16 + side / 2);
    });
  });
}
