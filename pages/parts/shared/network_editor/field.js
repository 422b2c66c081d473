// @ts-check
// One of a layer's values: a switch, or one number or two, perhaps with a word in their place.

import { element } from "../../web/elements.js";
import { Stepper } from "./stepper.js";
import { FIELD_HELP } from "./words.js";

/** @typedef {import("./words.js").Field} Field */

const PAIRS = ["pair", "border", "padding"];

// The word that may stand in the place of numbers, and what its switch is called.
/** @param {Field} field @returns {[word: string, name: string, instead: string] | null} */
function wordFor({ form, optional }) {
  if (form === "channels") return ["depthwise", "depthwise", "16"];
  if (form === "padding") return ["same", "same", "1"];
  return optional ? ["none", "as the kernel", "2"] : null;
}

export class FieldControl {
  apart = false;

  /** @param {Field} field @param {(value: string) => void} send */
  constructor(field, send) {
    this.field = field;
    this.send = send;
    this.word = wordFor(field);
    this.row = element("div", "field");
    this.row.dataset.field = field.name;
    this.row.title = FIELD_HELP[field.name] ?? "";
    const pair = PAIRS.includes(field.form);
    const names = pair ? [`${field.name}, height`, `${field.name}, width`] : [field.name];
    this.steppers = field.form === "switch" ? [] : names.map((name) => this.makeStepper(name));
    this.switch = field.form === "switch" ? this.makeSwitch("on", () => this.send(this.isOn ? "on" : "off")) : null;
    this.wordSwitch = this.word && this.makeSwitch(this.word[1], () => this.useWord());
    this.apartSwitch = pair ? this.makeSwitch("height and width apart", () => this.setApart()) : null;
    this.by = element("span", "by", "×");
    this.numbers = element("span", "numbers", ...this.steppers.flatMap((each, i) =>
      i ? [this.by, each.element] : [each.element]));
    this.row.append(element("span", "name", field.name), this.numbers);
    for (const made of [this.switch, this.wordSwitch, this.apartSwitch]) if (made) this.row.append(made.label);
  }

  /** @param {string} name */
  makeStepper(name) {
    const { form } = this.field;
    const least = ["border", "padding", "share", "number"].includes(form) ? 0 : 1;
    const step = form === "share" ? 0.1 : form === "number" ? 0.01 : 1;
    return new Stepper(name, { least, step }, () => this.send(this.text));
  }

  /** @param {string} name @param {() => void} act */
  makeSwitch(name, act) {
    const box = element("input", "");
    box.type = "checkbox";
    box.onchange = act;
    const label = element("label", "", box, ` ${name}`);
    box.setAttribute("aria-label", `${this.field.name} ${name}`);
    return { box, label };
  }

  get isOn() {
    return this.switch?.box.checked ?? false;
  }

  // The value as in the network's text.
  get text() {
    const texts = this.steppers.map((each) => each.text);
    return this.apart ? texts.join("x") : texts[0];
  }

  useWord() {
    if (!this.word || !this.wordSwitch) return;
    const [word, , instead] = this.word;
    for (const each of this.steppers) each.typed = null;
    this.send(this.wordSwitch.box.checked ? word : (this.lastNumbers ?? instead));
  }

  setApart() {
    this.apart = this.apartSwitch?.box.checked ?? false;
    const [high, wide] = this.steppers;
    if (wide.text !== high.text) {
      wide.typed = null;
      this.send(high.text);
    }
    this.arrange(false);
  }

  /** @param {string} value */
  show(value) {
    if (this.switch) {
      this.switch.box.checked = value === "on";
      return;
    }
    const isWord = value === this.word?.[0];
    if (!isWord) this.lastNumbers = value;
    const parts = isWord ? [] : value.split("x");
    if (parts.length > 1) this.apart = true;
    if (parts.length) this.steppers.forEach((each, i) => each.show(parts[i] ?? parts[0]));
    if (this.wordSwitch) this.wordSwitch.box.checked = isWord;
    this.arrange(isWord);
  }

  /** @param {boolean} isWord */
  arrange(isWord) {
    const apart = this.apart && !isWord;
    this.numbers.hidden = isWord;
    if (this.apartSwitch) {
      this.apartSwitch.box.checked = this.apart;
      this.apartSwitch.label.hidden = isWord;
      this.steppers[1].element.hidden = this.by.hidden = !apart;
    }
    const [first] = this.steppers;
    first.input.setAttribute("aria-label", apart ? `${this.field.name}, height` : this.field.name);
  }

  forget() {
    for (const each of this.steppers) each.forget();
  }
}
