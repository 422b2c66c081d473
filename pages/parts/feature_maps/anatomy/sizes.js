// @ts-check
// How large the parts are drawn. A screen 800 pixels high shows all of them without scrolling; a
// higher one gives its room to the maps. On a phone they lie below each other, and a finger must
// be able to meet what can be pressed.

import { clamp } from "../../web/keyboard.js";

const LAPTOP = 800;
const PHONE = 700;

// Whether the whole page is one narrow column; two photos side by side are narrow, but no phone.
export const onPhone = () => window.innerWidth < PHONE;

// Pixels that this screen has more than the smallest one for which a view fits.
const extra = () => clamp(window.innerHeight - LAPTOP, 0, 360);

// The strip of all layers, which scrolls where they need more, and the least and most for a row. On a
// phone the page scrolls anyway.
export const stripSizes = () =>
  onPhone() ? { room: Infinity, least: 28, most: 28 } : { room: 540 + extra(), least: 15, most: 34 };

// The channels of a layer: the height in which they should fit, and the least side of one.
export const gridSizes = () => ({ height: 285 + extra() * 0.8, least: onPhone() ? 44 : 24 });

// One channel's map, in `room` pixels.
/** @param {boolean} wide @param {number} room */
export const mapSide = (wide, room) =>
  wide ? clamp(190 + extra() * 0.7, 190, Math.max(190, room * 0.5)) : clamp(room, 190, 330);

// The photo beside the strip, and one of the small pictures of what an input put in.
/** @param {number} room */
export const photoSide = (room) => (room >= 1300 ? 208 : 152);

/** @param {number} room */
export const partSide = (room) => (room >= 700 ? 64 : 44);
