// @ts-check
// A place without size that the page scrolls to when what stands there is new and off the screen.

import { findAny } from "../../web/elements.js";

/** @typedef {{newest: string, arrived: boolean}} Data */

/** @type {WeakMap<HTMLElement, string>} parent element -> what it has shown */
const shown = new WeakMap();

/** @param {{data: Data, parentElement: HTMLElement}} update */
export default function ({ data, parentElement }) {
  const place = findAny(parentElement, ".here");
  const before = shown.get(parentElement);
  shown.set(parentElement, data.newest);
  if (before === undefined ? !data.arrived : before === data.newest) return;
  requestAnimationFrame(() => {
    const { top } = place.getBoundingClientRect();
    if (top >= 0 && top < innerHeight / 2) return;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    place.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
  });
}
