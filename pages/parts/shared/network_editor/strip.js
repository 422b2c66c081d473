// @ts-check
// The network from left to right, or on a narrow screen from top to bottom: blocks that are chosen,
// added, moved and removed by pointer, finger and keyboard.

import { element } from "../../web/elements.js";
import { clamp } from "../../web/keyboard.js";
import { shapeText } from "../../web/numbers.js";
import { Block, endBlock } from "./block.js";
import { Drag } from "./drag.js";

/** @typedef {import("./words.js").Network} Network */
/**
 * @typedef {object} Acts
 * @property {(place: number) => void} choose opens a block's numbers, or closes them
 * @property {(place: number, plus: HTMLElement) => void} add asks which layer comes before `place`
 * @property {(place: number) => void} remove
 * @property {(place: number, to: number, drag?: string) => void} move
 */

/** @type {Record<string, number>} */
const STEPS = { ArrowLeft: -1, ArrowUp: -1, ArrowRight: 1, ArrowDown: 1, Home: -Infinity, End: Infinity };

export class Strip {
  /** @type {Block[]} */
  blocks = [];
  current = 0; // the block that has the focus when somebody comes by Tab
  list = element("div", "blocks");
  lastPlus = element("button", "plus last", element("span", "", "+"));
  photo = endBlock("photo", "photo", [3, 224, 224], "");
  answer = endBlock("answer", "answer", [1], "cat or dog");
  grouping = "";

  /** @param {HTMLElement} root @param {Acts} acts */
  constructor(root, acts) {
    this.root = root;
    this.acts = acts;
    root.append(this.list);
    this.lastPlus.type = "button";
    this.lastPlus.tabIndex = -1;
    this.lastPlus.title = "Add a layer here";
    this.lastPlus.setAttribute("aria-label", "add a layer at the end");
    this.lastPlus.onclick = () => acts.add(this.blocks.length, this.lastPlus);
    this.drag = new Drag(this.list, () => this.blocks.map((block) => block.button), acts.move);
  }

  /** @param {Network} network @param {number | null} chosen */
  draw(network, chosen) {
    const { layers } = network;
    while (this.blocks.length > layers.length) this.blocks.pop();
    while (this.blocks.length < layers.length) this.blocks.push(this.makeBlock(this.blocks.length));
    this.current = clamp(this.current, 0, Math.max(0, layers.length - 1));
    this.blocks.forEach((block, place) => block.draw(network, place, chosen, this.current));
    const side = network.image_size;
    this.photo.querySelector(".shape")?.replaceChildren(shapeText([3, side, side]));
    this.answer.classList.toggle("wrong", network.problem?.place === layers.length);
    // Without a block there is no other way to the first one by keyboard.
    this.lastPlus.tabIndex = layers.length ? -1 : 0;
    this.group(layers.map((layer, place) => layer.slice && place > 0));
    this.drag.drawn();
  }

  // Layers that leave the shape as it is hang on the one before them.
  /** @param {boolean[]} hangs */
  group(hangs) {
    const grouping = hangs.map(Number).join("");
    if (grouping === this.grouping && this.list.children.length) return;
    const focused = this.blocks.find((block) => block.button.matches(":focus"));
    this.grouping = grouping;
    /** @type {HTMLElement[]} */
    const groups = [];
    this.blocks.forEach(({ plus, button }, place) => {
      if (!hangs[place]) groups.push(element("div", "group"));
      groups.at(-1)?.append(plus, button);
    });
    this.list.replaceChildren(this.photo, ...groups, element("div", "group", this.lastPlus, this.answer));
    focused?.button.focus();
  }

  /** @param {number} place */
  makeBlock(place) {
    const block = new Block();
    block.button.onclick = () => {
      if (this.drag.justEnded()) return;
      this.current = place;
      this.acts.choose(place);
    };
    block.button.onfocus = () => this.makeCurrent(place);
    block.button.onkeydown = (event) => this.key(event, place);
    block.button.onpointerdown = (event) => this.drag.start(event, place);
    block.plus.onclick = () => this.acts.add(place, block.plus);
    return block;
  }

  /** @param {number} place */
  makeCurrent(place) {
    this.current = place;
    this.blocks.forEach((block, i) => (block.button.tabIndex = i === place ? 0 : -1));
  }

  /** @param {number} place */
  focus(place) {
    const last = this.blocks.length - 1;
    (this.blocks[clamp(place, 0, last)]?.button ?? this.lastPlus).focus();
  }

  /** @param {KeyboardEvent} event @param {number} place */
  key(event, place) {
    const { key, altKey, ctrlKey, metaKey } = event;
    if (ctrlKey || metaKey) return;
    if (key in STEPS) {
      const to = clamp(place + STEPS[key], 0, this.blocks.length - 1);
      if (altKey && to !== place) this.acts.move(place, to);
      this.focus(to);
    } else if (key === "Delete" || key === "Backspace") this.acts.remove(place);
    else if (key === "+" || key === "Insert") this.acts.add(place + 1, this.plusBefore(place + 1));
    else return;
    event.preventDefault();
  }

  /** @param {number} place */
  plusBefore(place) {
    return this.blocks[place]?.plus ?? this.lastPlus;
  }
}
