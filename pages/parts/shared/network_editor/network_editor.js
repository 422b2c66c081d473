// @ts-check
// The network's editor: draws what the server says of the network, and reports what somebody does.

import { component } from "../../web/component.js";
import { button, element, find, findAny } from "../../web/elements.js";
import { AddMenu } from "./adding.js";
import { Gestures } from "./gestures.js";
import { Inspector } from "./inspector.js";
import { Strip } from "./strip.js";
import { TextBox } from "./text_box.js";
import { totalsOf } from "./words.js";

/** @typedef {import("./words.js").Network} Network */
/** @typedef {import("./gestures.js").Gesture} Gesture */

const NARROW = 560; // pixels, below which the blocks are a list from top to bottom

export default component((parent, trigger) => new NetworkEditor(findAny(parent, ".network-editor"), trigger));

class NetworkEditor {
  /** @type {Network} */
  network;
  /** @type {number | null} the place of the layer whose numbers are open */
  chosen = null;
  /** @type {number | null} the block that has the focus when the answer is there */
  focusNext = null;

  /** @param {HTMLElement} root @param {import("../../web/component.js").Trigger} trigger */
  constructor(root, trigger) {
    this.root = root;
    this.gestures = new Gestures((pending) => trigger("gestures", pending));
    this.strip = new Strip(findAny(root, ".strip"), {
      choose: (place) => this.choose(place),
      add: (place, plus) => this.askWhich(place, plus),
      remove: (place) => this.remove(place),
      move: (place, to, drag) => this.move(place, to, drag),
    });
    this.inspectorRoot = findAny(root, ".inspector");
    this.beside = findAny(root, ".beside");
    this.inspector = new Inspector(this.inspectorRoot, {
      change: (place, name, value) =>
        this.gestures.send({ do: "change", place, name, value }, `change ${place} ${name}`),
      move: (place, to) => this.move(place, to),
      addAfter: (place, opener) => this.askWhich(place + 1, opener),
      remove: (place) => this.remove(place),
      close: () => this.close(),
    });
    this.text = new TextBox(findAny(root, ".text"), (text) => this.gestures.send({ do: "type", text }, "type"));
    this.menu = new AddMenu(root, (place, kind) => this.add(place, kind));
    this.undo = find(root, "[data-undo]", HTMLButtonElement);
    this.redo = find(root, "[data-redo]", HTMLButtonElement);
    this.undo.onclick = () => this.do({ do: "undo" });
    this.redo.onclick = () => this.do({ do: "redo" });
    this.problem = findAny(root, ".problem");
    this.totals = findAny(root, ".totals");
    root.addEventListener("keydown", (event) => this.key(event));
    new ResizeObserver(() => this.network && this.arrange()).observe(root);
  }

  /** @param {{networks: Network[], acknowledged: number}} data one network */
  update({ networks: [network], acknowledged }) {
    this.network = network;
    this.gestures.receive(acknowledged);
    this.draw();
    this.root.dataset.drawn = String(performance.now()); // the tests' stopwatch
  }

  draw() {
    const { network } = this;
    const count = network.layers.length;
    if (this.chosen !== null && this.chosen >= count && !this.gestures.pending.length)
      this.chosen = count ? count - 1 : null;
    this.text.chosen = this.chosen;
    this.strip.draw(network, this.chosen);
    const { pending } = this.gestures;
    this.inspector.draw(network, this.chosen, (name) =>
      pending.some((gesture) => gesture.do === "change" && gesture.place === this.chosen && gesture.name === name));
    this.text.draw(network, !pending.some((gesture) => gesture.do === "type"));
    this.drawTotals();
    this.drawProblem();
    this.undo.disabled = !network.can_undo;
    this.redo.disabled = !network.can_redo;
    this.arrange();
    if (this.focusNext !== null && !this.gestures.pending.length) {
      this.strip.focus(this.focusNext);
      this.focusNext = null;
    }
  }

  drawTotals() {
    this.totals.replaceChildren(...totalsOf(this.network).map(([name, value, help]) => {
      const total = element("div", "", element("dt", "", name), element("dd", "", value));
      total.title = help;
      return total;
    }));
  }

  // The sentence and its ways out; left alone while it says the same, so that the focus stays. It
  // always has its line, so that nothing below it jumps.
  drawProblem() {
    const { problem, mistake, image_size } = this.network;
    const said = JSON.stringify([problem, image_size]);
    this.root.classList.toggle("unreadable", Boolean(mistake));
    if (mistake || this.problem.dataset.said === said) return;
    this.problem.dataset.said = said;
    if (!problem) {
      const fine = `It can be trained on photos of ${image_size} x ${image_size} pixels.`;
      this.problem.replaceChildren(element("p", "fine", fine));
      return;
    }
    const ways = problem.ways.map(({ label, text }) => button(label, null, () => this.do({ do: "use", text })));
    this.problem.replaceChildren(element("p", "", problem.sentence), element("div", "ways", ...ways));
  }

  // On a narrow screen the numbers open under their block.
  arrange() {
    const narrow = this.root.clientWidth < NARROW;
    this.root.classList.toggle("narrow", narrow);
    const block = this.chosen === null ? null : this.strip.blocks[this.chosen]?.button;
    const inList = narrow && block;
    if (inList && block.nextElementSibling !== this.inspectorRoot) block.after(this.inspectorRoot);
    else if (!inList && this.inspectorRoot.parentElement !== this.beside) this.beside.append(this.inspectorRoot);
    this.beside.hidden = narrow;
  }

  /** @param {Gesture} gesture */
  do(gesture) {
    this.text.flush();
    this.inspector.forget();
    this.gestures.send(gesture);
  }

  /** @param {number} place */
  choose(place) {
    if (this.chosen === place) return this.close();
    this.chosen = place;
    this.draw();
    if (!this.root.classList.contains("narrow")) this.inspector.focus();
  }

  close() {
    const place = this.chosen;
    this.chosen = null;
    this.draw();
    if (place !== null) this.strip.focus(place);
  }

  /** @param {number} place @param {HTMLElement} opener */
  askWhich(place, opener) {
    const before = opener.classList.contains("plus") ? this.strip.blocks[this.strip.current]?.button : opener;
    this.menu.open(this.network.kinds, place, opener, before ?? opener);
  }

  /** @param {number} place @param {string} kind */
  add(place, kind) {
    this.do({ do: "insert", place, kind });
    this.chosen = this.focusNext = place;
  }

  /** @param {number} place */
  remove(place) {
    this.do({ do: "remove", place });
    if (this.chosen !== null && this.chosen > place) this.chosen -= 1;
    this.focusNext = place;
  }

  /** @param {number} place @param {number} to @param {string} [drag] */
  move(place, to, drag) {
    this.do({ do: "move", place, to, ...(drag ? { gesture: drag } : {}) });
    if (this.chosen === place) this.chosen = to;
    if (!drag && this.strip.blocks[place]?.button.matches(":focus")) this.focusNext = to;
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (event.key.toLowerCase() !== "z" || !(event.ctrlKey || event.metaKey) || event.altKey) return;
    event.preventDefault();
    this.do({ do: event.shiftKey ? "redo" : "undo" });
  }
}
