// @ts-check
// The learning rate of a run: what others set is shown at once, but never over what is being typed.

import { component } from "../../web/component.js";
import { find, findAny } from "../../web/elements.js";

export default component((parent, trigger) => new RateBox(parent, trigger));

class RateBox {
  rate = 0;
  /** @type {string | null} what was typed and is not yet the run's rate */
  typed = null;
  /** Whether that was sent: the next rate then is the answer to it, or to somebody after it. */
  sent = false;

  /** @param {HTMLElement} parent @param {import("../../web/component.js").Trigger} trigger */
  constructor(parent, trigger) {
    this.trigger = trigger;
    this.input = find(parent, "input", HTMLInputElement);
    this.less = find(parent, ".less", HTMLButtonElement);
    this.more = find(parent, ".more", HTMLButtonElement);
    this.now = findAny(parent, ".now");
    this.input.oninput = () => {
      this.sent = false;
      this.typed = this.input.value === shown(this.rate) ? null : this.input.value;
      this.draw();
    };
    this.input.onchange = () => this.send(this.input.value);
    this.input.onkeydown = (event) => {
      if (event.key === "Escape") this.takeBack();
    };
    this.less.onclick = () => this.send(shown(this.rate / 10));
    this.more.onclick = () => this.send(shown(this.rate * 10));
  }

  /** @param {{rate: number, disabled: boolean}} data */
  update({ rate, disabled }) {
    if (disabled || Number(this.typed) === rate || (this.sent && rate !== this.rate)) this.typed = null;
    this.rate = rate;
    for (const each of [this.input, this.less, this.more]) each.disabled = disabled;
    this.draw();
  }

  /** @param {string} text */
  send(text) {
    if (Number(text) === this.rate) return this.takeBack();
    this.typed = text;
    this.sent = true;
    this.draw();
    this.trigger("rate", text);
  }

  takeBack() {
    this.typed = null;
    this.draw();
  }

  draw() {
    const text = this.typed ?? shown(this.rate);
    if (this.input.value !== text) this.input.value = text;
    this.now.textContent = this.typed === null ? "" : `now ${shown(this.rate)}`;
  }
}

// Without the digits that a tenth leaves behind: 0.00005, 1e-7.
/** @param {number} rate */
function shown(rate) {
  return String(Number(rate.toPrecision(6)));
}
