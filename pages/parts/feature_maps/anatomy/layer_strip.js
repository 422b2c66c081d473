// @ts-check
// The strip: every layer a row that can be pressed, with its facts and as many of its maps as fit.

import { Sheet, ready } from "../../web/canvas.js";
import { button, element, find, textColour } from "../../web/elements.js";
import { arrowStep, clamp } from "../../web/keyboard.js";
import { readNumber, shapeText, shortCount } from "../../web/numbers.js";
import { stripSizes } from "./sizes.js";
import { tone } from "./words.js";

/** @typedef {import("./header.js").Layer} Layer */

export class LayerStrip {
  /** @type {HTMLButtonElement[]} */
  rows = [];
  /** @type {Layer[]} */
  layers = [];
  /** @type {Sheet[]} */
  sheets = [];
  chosen = 0;
  names = "";

  /** @param {HTMLElement} place @param {(layer: number, pressed: boolean) => void} choose */
  constructor(place, choose) {
    this.place = place;
    this.choose = choose;
    this.place.addEventListener("keydown", (event) => this.move(event));
  }

  /** @param {Layer[]} layers @param {import("./header.js").Arrays} arrays @param {number} chosen */
  update(layers, arrays, chosen) {
    const names = JSON.stringify(layers.map((layer) => [layer.name, layer.shape]));
    if (names !== this.names) {
      this.names = names;
      this.build(layers);
    }
    this.layers = layers;
    this.sheets = layers.map((_, index) => new Sheet(arrays[`strip${index}`], arrays.palette.values));
    const moves = this.chosen !== chosen;
    this.chosen = chosen;
    this.paint();
    if (moves) this.bringIntoView();
  }

  // Of many layers the strip shows some, and scrolls: what is chosen stays beside it.
  bringIntoView() {
    const row = this.rows[this.chosen], { place } = this;
    const [above, below] = [row.offsetTop - row.offsetHeight, row.offsetTop + 2 * row.offsetHeight];
    place.scrollTop = clamp(place.scrollTop, below - place.clientHeight, above - this.rows[0].offsetTop);
  }

  /** @param {Layer[]} layers */
  build(layers) {
    const head = element("div", "layer head",
      element("span", "", "layer"), element("span", "", "shape"),
      element("span", "figure", "weights"), element("span", "figure", "sees"),
      element("span", "", "maps"));
    this.rows = layers.map((layer, index) => {
      const row = button("", false, () => this.choose(index, true));
      row.className = "layer";
      if (index && /^(Conv|Flatten|Linear|Adaptive)/.test(layer.name)) row.classList.add("new-block");
      row.append(
        element("span", "name", layer.name),
        element("span", "shape", shapeText(layer.shape)),
        element("span", "figure", layer.parameters ? shortCount(layer.parameters) : ""),
        element("span", "figure", String(Math.max(...layer.field))),
        element("span", "pictures", element("canvas", "")),
      );
      return row;
    });
    this.place.replaceChildren(head, ...this.rows);
  }

  paint() {
    const { room, least, most } = stripSizes();
    const high = clamp(Math.floor(room / this.rows.length), least, most);
    const long = high * this.rows.length > room;
    this.place.classList.toggle("long", long);
    this.place.style.maxHeight = long ? `${room}px` : "";
    this.rows.forEach((row, index) => {
      const layer = this.layers[index];
      const pressed = index === this.chosen;
      row.setAttribute("aria-pressed", String(pressed));
      row.tabIndex = pressed ? 0 : -1;
      row.style.height = `${high}px`;
      const sees = Math.max(...layer.field);
      const words = layer.words ? `, ${layer.words}` : "";
      row.setAttribute("aria-label",
        `${layer.name}, ${layer.shape.join(" by ")}, sees ${sees} pixels${words}`);
      row.title = `${layer.name}: ${layer.parameters.toLocaleString("en")} weights, a cell sees `
        + `${shapeText(layer.field)} pixels${words}`;
      paintRow(find(row, "canvas", HTMLCanvasElement), layer, this.sheets[index], high - 2);
    });
  }

  /** @param {KeyboardEvent} event */
  move(event) {
    const [down] = arrowStep(event) ?? [0];
    if (!down) return;
    event.preventDefault();
    const focused = this.rows.findIndex((row) => row.matches(":focus"));
    const next = clamp(focused + down, 0, this.rows.length - 1);
    this.rows[next].focus();
    this.choose(next, false);
  }
}

/** @param {HTMLCanvasElement} canvas @param {Layer} layer @param {Sheet} sheet @param {number} high */
function paintRow(canvas, layer, sheet, high) {
  const room = Math.max(40, canvas.parentElement?.clientWidth ?? 0);
  const pen = ready(canvas, room, high);
  pen.font = `600 ${Math.min(13, high - 4)}px ${getComputedStyle(canvas).fontFamily}`;
  pen.textBaseline = "middle";
  pen.fillStyle = textColour(canvas);
  if (layer.value !== null) {
    sheet.draw(pen, 0, 0, 0, high, high);
    pen.fillText(readNumber(layer.value), high + 6, high / 2 + 1);
    return;
  }
  if (layer.shape.length === 1) {
    const wide = Math.min(room, sheet.width * Math.max(1, Math.floor(high / sheet.height)));
    sheet.draw(pen, 0, 0, 0, wide, high);
    return;
  }
  const wide = high * (sheet.width / sheet.height);
  const all = layer.shape[0] <= Math.floor((room + 2) / (wide + 2));
  const label = layer.words ? shortWords(layer.words) : all ? "" : "\u2026";
  const kept = label ? pen.measureText(label).width + 6 : 0;
  const shown = Math.min(sheet.count, Math.floor((room - kept + 2) / (wide + 2)));
  for (let map = 0; map < shown; map++) sheet.draw(pen, map, map * (wide + 2), 0, wide, high);
  if (label) {
    if (layer.words) pen.fillStyle = getComputedStyle(canvas).getPropertyValue(tone(layer.words));
    pen.fillText(label, shown * (wide + 2) + 3, high / 2 + 1);
  }
}

// "3 of 16 dead, 1 of 16 constant" shorter: "3 dead, 1 constant"
/** @param {string} words */
function shortWords(words) {
  if (words.includes("NaN")) return "NaN";
  return words.split(", ").map((part) => part.replace(/ of [\d,]+/, "")).join(", ");
}
