// @ts-check
// The chosen layer: its values to change, what it gives and costs, and what can be done with it.

import { button, element } from "../../web/elements.js";
import { FieldControl } from "./field.js";
import { factsOf } from "./words.js";

/** @typedef {import("./words.js").Network} Network */
/**
 * @typedef {object} LayerActs
 * @property {(place: number, name: string, value: string) => void} change
 * @property {(place: number, to: number) => void} move
 * @property {(place: number, opener: HTMLElement) => void} addAfter
 * @property {(place: number) => void} remove
 * @property {() => void} close
 */

export class Inspector {
  /** @type {FieldControl[]} */
  fields = [];
  place = 0;
  built = "";
  title = element("h4", "");
  facts = element("dl", "facts");
  complaint = element("p", "mistake");
  form = element("div", "fields");

  /** @param {HTMLElement} root @param {LayerActs} acts */
  constructor(root, acts) {
    this.root = root;
    this.acts = acts;
    this.empty = element("p", "empty", "Choose a block to change its numbers.");
    this.earlier = button("Move earlier", null, () => acts.move(this.place, this.place - 1));
    this.later = button("Move later", null, () => acts.move(this.place, this.place + 1));
    const after = button("Add after it", null, () => acts.addAfter(this.place, after));
    const remove = button("Remove", null, () => {});
    remove.onclick = (event) => { // the second click of a double click would meet the next layer
      if (event.detail < 2) acts.remove(this.place);
    };
    this.doings = element("div", "doings", this.earlier, this.later, after, remove);
    this.complaint.setAttribute("role", "status");
    const close = button("×", null, acts.close, "Close the chosen layer");
    close.className = "close";
    this.head = element("div", "chosen-head", this.title, close);
    root.append(this.empty, this.head, this.form, this.complaint, this.facts, this.doings);
    root.onkeydown = (event) => {
      if (event.key === "Escape") acts.close();
    };
  }

  // `changed` tells whether a value was changed here and the server has not seen it yet: an answer
  // to something before must not put it back.
  /** @param {Network} network @param {number | null} place @param {(name: string) => boolean} changed */
  draw(network, place, changed) {
    const layer = place === null ? null : network.layers[place];
    this.empty.hidden = layer !== null;
    for (const each of [this.head, this.form, this.complaint, this.facts, this.doings]) each.hidden = !layer;
    if (place === null || !layer) {
      this.built = "";
      return;
    }
    this.place = place;
    this.build(network, place, layer.word);
    this.title.textContent = `Layer ${place + 1} of ${network.layers.length}: ${layer.word}`;
    for (const each of this.fields)
      if (!changed(each.field.name)) each.show(layer.values[each.field.name]);
    if (this.complaint.textContent !== network.complaint) this.complaint.textContent = network.complaint;
    this.facts.replaceChildren(...factsOf(layer).map(([name, value, help]) => {
      const fact = element("div", "", element("dt", "", name), element("dd", "", value));
      fact.title = help;
      return fact;
    }));
    this.earlier.disabled = place === 0;
    this.later.disabled = place === network.layers.length - 1;
  }

  // The same boxes as long as it is the same layer, so that the focus stays.
  /** @param {Network} network @param {number} place @param {string} word */
  build(network, place, word) {
    if (this.built === `${place} ${word}`) return;
    this.built = `${place} ${word}`;
    const kind = network.kinds.find((each) => each.word === word);
    this.fields = (kind?.fields ?? []).map((field) =>
      new FieldControl(field, (value) => this.acts.change(this.place, field.name, value)));
    this.form.replaceChildren(...this.fields.map((each) => each.row));
    if (!this.fields.length) this.form.append(element("p", "empty", "It has no numbers to choose."));
  }

  // Drop what was typed and cannot be, because something else was done since.
  forget() {
    for (const each of this.fields) each.forget();
  }

  focus() {
    const first = this.form.querySelector("input:not([hidden])") ?? this.doings.querySelector("button:enabled");
    if (first instanceof HTMLElement) first.focus();
  }
}
