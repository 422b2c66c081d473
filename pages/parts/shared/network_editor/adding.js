// @ts-check
// The small menu of kinds of layer, at the plus that opened it.

import { button, element } from "../../web/elements.js";
import { clamp } from "../../web/keyboard.js";

/** @typedef {import("./words.js").Kind} Kind */

export class AddMenu {
  menu = element("div", "menu");
  place = 0;
  /** @type {HTMLElement | null} what had the focus before */
  before = null;

  /** @param {HTMLElement} root @param {(place: number, kind: string) => void} add */
  constructor(root, add) {
    this.root = root;
    this.add = add;
    this.menu.hidden = true;
    this.menu.setAttribute("role", "menu");
    this.menu.setAttribute("aria-label", "Which layer");
    this.menu.onkeydown = (event) => this.key(event);
    this.menu.addEventListener("focusout", (event) => {
      const to = event.relatedTarget;
      if (!(to instanceof Node && this.menu.contains(to))) this.close();
    });
    root.append(this.menu);
  }

  /** @param {Kind[]} kinds @param {number} place @param {HTMLElement} plus @param {HTMLElement} before */
  open(kinds, place, plus, before) {
    this.place = place;
    this.before = before;
    if (this.menu.children.length !== kinds.length)
      this.menu.replaceChildren(...kinds.map(({ word }) => this.item(word)));
    this.menu.hidden = false;
    const [frame, at] = [this.root.getBoundingClientRect(), plus.getBoundingClientRect()];
    const left = at.left + at.width / 2 - frame.left - this.menu.offsetWidth / 2;
    this.menu.style.left = `${clamp(left, 0, Math.max(0, frame.width - this.menu.offsetWidth))}px`;
    this.menu.style.top = `${at.bottom - frame.top + 4}px`;
    this.items[0].focus();
    this.menu.scrollIntoView({ block: "nearest" });
  }

  /** @param {string} word */
  item(word) {
    const made = button(word, null, () => {
      const place = this.place;
      this.close();
      this.add(place, word);
    });
    made.setAttribute("role", "menuitem");
    made.tabIndex = -1;
    return made;
  }

  get items() {
    return /** @type {HTMLButtonElement[]} */ ([...this.menu.children]);
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const now = this.items.findIndex((item) => item.matches(":focus"));
    const by = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (by) this.items[(now + by + this.items.length) % this.items.length].focus();
    else if (event.key === "Escape") this.before?.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  close() {
    this.menu.hidden = true;
  }
}
