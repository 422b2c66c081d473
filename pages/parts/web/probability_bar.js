// @ts-check
// How sure the network is, as a bar in the two classes' colours. Python draws the same on Classify.

import { element } from "./elements.js";
import { percent } from "./numbers.js";

/** @typedef {{classes: string[], colours: string[]}} Classes */

// The class that P(class 1) speaks for, and how surely: "dog 81.2 %", in the class's colour.
/** @param {number} probability @param {Classes} classes @param {"div" | "b"} [tag] */
export function answerText(probability, { classes, colours }, tag = "div") {
  const one = probability >= 0.5 ? 1 : 0;
  const share = one ? probability : 1 - probability;
  const text = element(tag, "answer", `${classes[one]} ${percent(share)}`);
  text.style.color = colours[one];
  return text;
}

// The bar of P(class 1) and the names at its ends.
/** @param {number} probability @param {Classes} classes */
export function probabilityBar(probability, { classes, colours }) {
  const shares = [1 - probability, probability];
  const bar = element("div", "probability-bar", ...shares.map((share, label) => {
    const part = element("span", "");
    part.style.cssText = `width:${share * 100}%;background:${colours[label]}`;
    return part;
  }));
  bar.setAttribute("role", "img");
  bar.setAttribute("aria-label", `${classes[1]} ${(probability * 100).toFixed(1)} per cent`);
  const ends = shares.map((share, label) => element("span", "", `${classes[label]} ${percent(share)}`));
  return [bar, element("div", "probability-ends", ...ends)];
}
