// @ts-check
// One layer as a block, with the plus before it.

import { element } from "../../web/elements.js";
import { shapeText } from "../../web/numbers.js";
import { blockSize } from "./sizes.js";
import { blockName } from "./words.js";

/** @typedef {import("./words.js").Network} Network */

export class Block {
  head = element("span", "head");
  box = element("span", "box");
  shape = element("span", "shape");
  button = element("button", "block", this.head, element("span", "area", this.box), this.shape);
  plus = element("button", "plus", element("span", "", "+"));
  drawn = "";

  constructor() {
    this.button.type = this.plus.type = "button";
    this.plus.tabIndex = -1;
  }

  /** @param {Network} network @param {number} place @param {number | null} chosen @param {number} current */
  draw(network, place, chosen, current) {
    const layer = network.layers[place];
    const classes = {
      slice: layer.slice, chosen: place === chosen, wrong: place === network.problem?.place, pale: !layer.shape,
    };
    for (const [name, on] of Object.entries(classes)) this.button.classList.toggle(name, on);
    this.button.tabIndex = place === current ? 0 : -1;
    this.button.setAttribute("aria-expanded", String(place === chosen));
    const name = blockName(network, place);
    if (this.drawn === name) return;
    this.drawn = name;
    this.button.setAttribute("aria-label", name);
    this.button.dataset.word = layer.word;
    this.button.title = layer.line;
    this.plus.setAttribute("aria-label", `add a layer before layer ${place + 1}, ${layer.word}`);
    this.plus.title = "Add a layer here";
    this.head.replaceChildren(
      element("b", "", layer.heading), ...layer.numbers.map((text) => element("span", "", text)));
    this.shape.textContent = layer.shape ? shapeText(layer.shape) : "";
    const { width, height } = blockSize(layer.shape);
    this.box.style.width = layer.slice ? "" : `${width}px`;
    this.box.style.height = `${height}px`;
  }
}

// The photo at the beginning and the answer at the end: they cannot be changed.
/** @param {string} className @param {string} name @param {readonly number[]} shape @param {string} text */
export function endBlock(className, name, shape, text) {
  const box = element("span", "box");
  const { width, height } = blockSize(shape);
  box.style.width = `${width}px`;
  box.style.height = `${height}px`;
  const head = element("span", "head", element("b", "", name));
  return element("div", `end ${className}`, head, element("span", "area", box), element("span", "shape", text));
}
