// @ts-check
// The network as a text that can be typed into: it follows the blocks, but never over one's typing.

import { element, find, findAny } from "../../web/elements.js";

/** @typedef {import("./words.js").Network} Network */

const BETWEEN = 120; // ms between two messages to the server while somebody types

export class TextBox {
  /** @type {number | undefined} */
  timer;
  sentAt = 0;
  rewritten = -1;
  waiting = false;

  /** @param {HTMLElement} root @param {(text: string) => void} send */
  constructor(root, send) {
    this.send = send;
    this.area = find(root, "textarea", HTMLTextAreaElement);
    this.gutter = findAny(root, ".gutter");
    this.mistake = findAny(root, ".mistake");
    this.area.oninput = () => this.typed();
    this.area.onblur = () => this.flush();
  }

  get busy() {
    return this.timer !== undefined || this.waiting;
  }

  typed() {
    this.drawGutter();
    this.waiting = true;
    if (this.timer !== undefined) return;
    const wait = Math.max(0, this.sentAt + BETWEEN - Date.now());
    if (wait === 0) this.tell();
    else this.timer = window.setTimeout(() => this.tell(), wait);
  }

  tell() {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.sentAt = Date.now();
    this.send(this.area.value);
  }

  // Send what is still waiting for its turn.
  flush() {
    if (this.timer !== undefined) this.tell();
  }

  /** @param {Network} network @param {boolean} answered whether the server knows all that was typed */
  draw(network, answered) {
    if (answered && this.timer === undefined) this.waiting = false;
    const focused = this.area.matches(":focus");
    const followed = network.rewritten !== this.rewritten;
    this.rewritten = network.rewritten;
    if (!this.busy && (!focused || followed)) this.write(network.typed ?? network.text);
    this.network = network;
    this.drawGutter();
    this.drawMistake();
  }

  /** @param {string} text */
  write(text) {
    if (this.area.value === text) return;
    const { selectionStart } = this.area;
    this.area.value = text;
    if (this.area.matches(":focus")) this.area.setSelectionRange(selectionStart, selectionStart);
  }

  drawMistake() {
    const mistake = this.network?.mistake;
    const sentence = mistake ? `${mistake.sentence} The blocks show the last text that could be read.` : "";
    if (this.mistake.textContent !== sentence) this.mistake.textContent = sentence;
    this.area.setAttribute("aria-invalid", String(Boolean(mistake)));
  }

  // A number for each line: that of a line that is wrong, or of the chosen layer, is marked.
  drawGutter() {
    const lines = this.area.value.split("\n");
    this.area.rows = lines.length;
    while (this.gutter.children.length > lines.length) this.gutter.lastElementChild?.remove();
    while (this.gutter.children.length < lines.length) this.gutter.append(element("li", ""));
    const wrong = this.network?.mistake?.line ?? this.lineOf(lines, this.network?.problem?.place);
    const chosen = this.lineOf(lines, this.chosen ?? undefined);
    [...this.gutter.children].forEach((each, i) => {
      each.classList.toggle("wrong", i + 1 === wrong);
      each.classList.toggle("chosen", i + 1 === chosen);
    });
  }

  /** @type {number | null} the chosen layer's place */
  chosen = null;

  // The line of a layer, counted from 1: those that are empty or only a remark are none.
  /** @param {string[]} lines @param {number} [place] */
  lineOf(lines, place) {
    if (place === undefined) return undefined;
    const full = lines.flatMap((line, i) => (line.replace(/#.*/, "").trim() ? [i + 1] : []));
    return full[place];
  }
}
