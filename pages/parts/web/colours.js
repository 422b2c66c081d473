// @ts-check
// Values as colours: the diverging scale with zero in the middle, and maps as bytes.

/** @typedef {{low: string, neutral: string, high: string, missing: string}} ScaleColours as #rrggbb */
/**
 * @typedef {object} Scale
 * @property {Uint8ClampedArray} table RGBA of each place
 * @property {Uint32Array} packed the same, a number each
 * @property {(value: number, limit: number) => number} place
 */

/** @param {string} colour as #rrggbb */
export function channelsOf(colour) {
  return [1, 3, 5].map((place) => parseInt(colour.slice(place, place + 2), 16));
}

// The project's diverging scale as a table of 511 colours: the middle one is zero's alone.
// place(value, limit) is a value's place in the table; -limit is one end, +limit the other.
/** @param {ScaleColours} colours @returns {Scale} */
export function makeScale({ low, neutral, high, missing }) {
  const [negative, middle, positive, none] = [low, neutral, high, missing].map(channelsOf);
  const table = new Uint8ClampedArray(4 * 512);
  for (let place = 0; place < 511; place++) {
    const share = (place - 255) / 255;
    const end = share < 0 ? negative : positive;
    for (let k = 0; k < 3; k++)
      table[4 * place + k] = Math.round(middle[k] + Math.abs(share) * (end[k] - middle[k]));
    table[4 * place + 3] = 255;
  }
  table.set([...none, 255], 4 * 511);
  /** @param {number} value @param {number} limit */
  const place = (value, limit) => {
    if (!Number.isFinite(value)) return 511;
    return 255 + Math.round(255 * Math.max(-1, Math.min(1, value / (limit || 1))));
  };
  return { table, packed: new Uint32Array(table.buffer), place };
}

// The rounding by which Python makes maps: zero is 128, what is not finite is 0.
/** @param {import("./unpack.js").Values} values @param {number} scale */
export function toBytes(values, scale) {
  const bytes = new Uint8Array(values.length);
  values.forEach((value, i) => {
    if (!Number.isFinite(value)) return;
    bytes[i] = Math.round(Math.max(-127, Math.min(127, (value * 127) / scale))) + 128;
  });
  return bytes;
}
