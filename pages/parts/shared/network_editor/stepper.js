// @ts-check
// A number with a button for less and one for more; what is typed is never overwritten.

import { button, element } from "../../web/elements.js";

export class Stepper {
  /** @type {string | null} what was typed and is not yet the layer's */
  typed = null;
  value = "";

  /**
   * @param {string} name for a screen reader
   * @param {{least: number, step: number}} range
   * @param {() => void} changed
   */
  constructor(name, range, changed) {
    this.range = range;
    this.changed = changed;
    this.input = element("input", "");
    this.input.type = "text";
    this.input.inputMode = range.step < 1 ? "decimal" : "numeric";
    this.input.autocomplete = "off";
    this.input.setAttribute("aria-label", name);
    this.less = button("−", null, () => this.step(-1), `less ${name}`);
    this.more = button("+", null, () => this.step(1), `more ${name}`);
    this.less.tabIndex = this.more.tabIndex = -1; // arrow keys in the box do the same
    this.element = element("span", "stepper", this.less, this.input, this.more);
    this.input.oninput = () => {
      this.typed = this.input.value.trim();
      if (this.typed) changed();
    };
    this.input.onblur = () => {
      if (this.typed === "") this.forget();
    };
    this.input.onkeydown = (event) => this.key(event);
  }

  // What it says: what was typed, or the layer's value.
  get text() {
    return this.typed ?? this.value;
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    const by = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    this.step(by * (event.shiftKey ? 10 : 1));
  }

  /** @param {number} by */
  step(by) {
    const now = Number(this.text);
    const { least, step } = this.range;
    const next = Math.max(least, (Number.isFinite(now) ? now : Number(this.value)) + by * step);
    this.typed = String(Number(next.toPrecision(6)));
    this.input.value = this.typed;
    this.less.disabled = next <= least;
    this.changed();
  }

  /** @param {string} value */
  show(value) {
    this.value = value;
    if (this.typed !== null && Number(this.typed) === Number(value)) this.typed = null;
    if (this.typed === null && !this.says(value)) this.input.value = value;
    this.less.disabled = Number(this.text) <= this.range.least;
  }

  // 0.10 may stay while somebody types on, although the layer says 0.1.
  /** @param {string} value */
  says(value) {
    return this.input.value === value || (this.input.matches(":focus") && this.input.value !== ""
      && Number(this.input.value) === Number(value));
  }

  forget() {
    this.typed = null;
    this.input.value = this.value;
  }
}
