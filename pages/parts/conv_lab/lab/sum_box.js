// @ts-check
// A sum in a box that scrolls: its terms one after the other, of which one can be lit.

import { element, findAny } from "../../web/elements.js";
import { factor } from "../../web/numbers.js";
import { at } from "../../web/unpack.js";
import { placesOf } from "./mistakes.js";

/** @typedef {import("./modes.js").Shown} Shown */
/** @typedef {import("./modes.js").Mode} Mode */
/** @typedef {import("./sums.js").Term} Term */

const MOST_TERMS = 300;

/** @param {Term[]} terms */
const sumOf = (terms, start = 0) => terms.reduce((sum, { left, right }) => sum + left * right, start);

export class SumBox {
  /** @type {Term[]} in the order in which they are written */
  terms = [];
  /** @type {HTMLElement[]} */
  pieces = [];
  lit = -1;

  /** @param {HTMLElement} place @param {(term: Term | null) => void} light */
  constructor(place, light) {
    this.place = place;
    this.box = findAny(place, "[tabindex]");
    this.more = findAny(place, ".goes-on");
    this.onLight = light;
    this.box.onscroll = () => this.showMore();
    this.box.onpointerover = (event) => this.over(event);
    this.box.onpointerleave = (event) => event.pointerType === "mouse" && light(null);
    this.box.onclick = (event) => this.over(event);
    this.box.onblur = () => light(null);
    this.box.onkeydown = (event) => {
      if (this.key(event)) event.preventDefault();
    };
  }

  /** @param {Event} event */
  over(event) {
    const piece = event.target instanceof HTMLElement && event.target.closest("[data-term]");
    if (piece instanceof HTMLElement) this.onLight(this.terms[this.pieces.indexOf(piece)]);
  }

  /** @param {KeyboardEvent} event */
  key({ key }) {
    const last = this.pieces.length - 1;
    const next = { ArrowRight: this.lit + 1, ArrowLeft: this.lit - 1, Home: 0, End: last }[key];
    if (next === undefined) {
      if (key === "Escape") this.onLight(null);
      return key === "Escape";
    }
    if (last >= 0) this.onLight(this.terms[Math.max(0, Math.min(last, next))]);
    return true;
  }

  // Write a sum, from its start; `others` are the terms of the sum that it is compared with.
  /** @param {Shown} shown @param {Term[]} terms @param {Term[]} [others] */
  show(shown, terms, others) {
    const { e, arrays, mode } = shown;
    const known = others && new Set(others.map(placesOf));
    const bias = mode === "y" && e.bias ? at(arrays.bias, shown.out) : null;
    /** @type {(Node | string)[]} */
    const written = [element("span", "total", `${factor(sumOf(terms, bias ?? 0))} = `)];
    if (bias !== null) written.push(element("span", "bias", `${factor(bias)} (bias)`));
    [this.terms, this.pieces, this.lit] = [[], [], -1];
    const parts = partsOf(shown, terms);
    const named = parts.length > 1 || (others && e.channels > 1 && mode === "y");
    for (const [part, all] of parts) {
      const plus = () => (written.length > 1 ? " + " : "");
      if (named) {
        const word = mode === "dx" ? "output channel" : "channel";
        written.push(element("span", "part", `${plus()}${word} ${part}: `));
      }
      const room = MOST_TERMS - this.terms.length;
      all.slice(0, room).forEach((term, k) => {
        const piece = termPiece(mode, term, !!known && !known.has(placesOf(term)));
        written.push(named && k === 0 ? "" : plus(), piece);
        this.terms.push(term);
        this.pieces.push(piece);
      });
      const hidden = all.slice(room);
      if (hidden.length) {
        const text = ` + ${hidden.length} more terms that add up to ${factor(sumOf(hidden))}`;
        written.push(element("span", "part", text));
      }
    }
    if (!terms.length) written.push(element("span", "part", emptySum(!!others)));
    const before = this.box.textContent;
    this.box.replaceChildren(...written);
    // The same sum may be drawn again when something else has changed: whoever reads on stays there.
    if (this.box.textContent !== before) this.box.scrollTop = 0;
    this.showMore();
  }

  showMore() {
    const { scrollHeight, scrollTop, clientHeight } = this.box;
    this.more.hidden = scrollHeight - scrollTop - clientHeight < 6;
    this.more.textContent = `${this.terms.length} terms, the sum goes on \u2193`;
  }

  // Light the term at the same places, if this sum has it.
  /** @param {Term | null} term */
  light(term) {
    this.pieces[this.lit]?.classList.remove("lit");
    const places = term && placesOf(term);
    this.lit = this.terms.findIndex((each) => placesOf(each) === places);
    const piece = this.pieces[this.lit];
    if (!piece) return;
    piece.classList.add("lit");
    const [inner, outer] = [piece.getBoundingClientRect(), this.box.getBoundingClientRect()];
    if (inner.top < outer.top) this.box.scrollTop -= outer.top - inner.top;
    if (inner.bottom > outer.bottom - 18) this.box.scrollTop += inner.bottom - outer.bottom + 18;
  }
}

/** @param {boolean} mistaken */
const emptySum = (mistaken) =>
  mistaken ? "0, because the mistake adds nothing here" : "0, because no window touched this cell";

// The terms of each channel that adds to the sum, the shown channel's first.
/** @param {Shown} shown @param {Term[]} terms @returns {[channel: number, terms: Term[]][]} */
function partsOf({ mode, channel, out }, terms) {
  /** @type {Map<number, Term[]>} */
  const parts = new Map();
  for (const term of terms) {
    const part = mode === "dw" ? term.rightAt[0] : term.leftAt[0];
    const known = parts.get(part);
    if (known) known.push(term);
    else parts.set(part, [term]);
  }
  const first = mode === "dx" ? out : channel;
  return [...parts].sort(([a], [b]) => Number(b === first) - Number(a === first) || a - b);
}

/** @param {Mode} mode @param {Term} term @param {boolean} differs from the other sum's */
function termPiece(mode, { left, right, padding }, differs) {
  /** @param {number} value */
  const wrap = (value) => (value < 0 ? `(${factor(value)})` : factor(value));
  const text = mode === "db" ? wrap(left) : `${wrap(left)}\u00b7${wrap(right)}`;
  const span = element("span", `${padding ? "padding" : ""} ${differs ? "differs" : ""}`.trim(), text);
  span.dataset.term = "";
  if (padding) span.title = "A zero of the padding";
  return span;
}
