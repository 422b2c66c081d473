// @ts-check
// One slider over the kept epochs. It plays as a film: the next epoch is asked for when the one
// before is on screen, so a slow machine shows every epoch, only slower.

import { component } from "../../web/component.js";
import { element, find, findAny } from "../../web/elements.js";
import { clamp } from "../../web/keyboard.js";

/** @typedef {ReturnType<typeof setTimeout>} Timer */

export default component((parent, trigger) => new Scrubber(findAny(parent, ".scrubber"), trigger));

class Scrubber {
  /** @type {number[]} */
  epochs = [];
  note = "";
  // Places in `epochs`: on screen, where the slider stands, and asked for but not yet on screen.
  shown = 0;
  wanted = 0;
  /** @type {number | undefined} */
  asked;
  playing = false;
  /** @type {Timer | undefined} */
  timer;
  /** @type {Timer | undefined} */
  later;

  /** @param {HTMLElement} root @param {import("../../web/component.js").Trigger} trigger */
  constructor(root, trigger) {
    this.root = root;
    this.trigger = trigger;
    this.words = findAny(root, ".words");
    this.slider = find(root, "input", HTMLInputElement);
    this.speed = find(root, "select", HTMLSelectElement);
    this.playButton = findAny(root, '[data-do="play"]');
    this.slider.oninput = () => this.jump(Number(this.slider.value));
    findAny(root, '[data-do="back"]').onclick = () => this.jump(this.wanted - 1);
    findAny(root, '[data-do="on"]').onclick = () => this.jump(this.wanted + 1);
    this.playButton.onclick = () => (this.playing ? this.pause() : this.play());
  }

  /** @param {{epochs: number[], epoch: number, note: string, waits: boolean}} data */
  update({ epochs, epoch, note, waits }) {
    this.epochs = epochs;
    this.shown = Math.max(0, epochs.indexOf(epoch));
    this.note = note;
    this.slider.max = String(epochs.length - 1);
    if (this.asked === undefined || this.asked === this.shown) {
      this.asked = undefined;
      this.wanted = this.shown;
    }
    this.slider.value = String(this.wanted);
    this.say();
    if (this.playing && this.asked === undefined && !waits) this.schedule();
  }

  say() {
    const epoch = this.epochs[this.wanted];
    const text = epoch === 0 ? "Untrained" : `After epoch ${epoch}`;
    this.words.replaceChildren(text, element("small", "", ` ${this.note}`));
    this.slider.setAttribute("aria-label", "Epoch");
    this.slider.setAttribute("aria-valuetext", text);
    this.playButton.textContent = this.playing ? "Pause" : "Play";
    this.root.dataset.shown = String(this.epochs[this.shown]);
  }

  /** @param {number} index */
  jump(index) {
    this.pause();
    this.ask(index);
  }

  /** @param {number} index */
  ask(index) {
    const next = clamp(index, 0, this.epochs.length - 1);
    if (next === this.wanted && next === this.shown) return;
    this.wanted = next;
    this.slider.value = String(next);
    this.say();
    // While one epoch is on its way only the newest wish is remembered.
    clearTimeout(this.later);
    this.later = setTimeout(() => {
      this.asked = this.wanted;
      this.trigger("epoch", this.epochs[this.wanted]);
    }, 40);
  }

  play() {
    this.playing = true;
    if (this.wanted === this.epochs.length - 1) this.ask(0);
    else this.schedule();
    this.say();
  }

  pause() {
    this.playing = false;
    clearTimeout(this.timer);
    if (this.epochs.length) this.say();
  }

  schedule() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (!this.playing || !this.root.isConnected) return;
      if (this.wanted >= this.epochs.length - 1) this.pause();
      else this.ask(this.wanted + 1);
    }, Number(this.speed.value));
  }
}
