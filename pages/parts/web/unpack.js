// @ts-check
// Read what Python packed: a JSON header and typed arrays.

/** @typedef {Float32Array<ArrayBuffer> | Float64Array<ArrayBuffer> | Int32Array<ArrayBuffer> | Uint8Array<ArrayBuffer>} Values */
/** @typedef {{shape: number[], values: Values}} PackedArray */
/** @typedef {Record<string, PackedArray>} Arrays */
/**
 * @template Header
 * @typedef {{header: Header, arrays: Arrays}} Packed
 */

const ARRAY_TYPES = { float32: Float32Array, float64: Float64Array, int32: Int32Array, uint8: Uint8Array };

/**
 * @template Header
 * @param {Uint8Array} bytes
 * @returns {Packed<Header>}
 */
export function unpack(bytes) {
  const own = bytes.slice(); // typed arrays need a buffer that starts at a multiple of 8
  const length = new DataView(own.buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(own.subarray(4, 4 + length)));
  const start = Math.ceil((4 + length) / 8) * 8;
  /** @type {Arrays} */
  const arrays = {};
  for (const [name, { dtype, shape, offset }] of Object.entries(header.arrays)) {
    const count = product(shape);
    const ArrayType = ARRAY_TYPES[/** @type {keyof typeof ARRAY_TYPES} */ (dtype)];
    arrays[name] = { shape, values: new ArrayType(own.buffer, start + offset, count) };
  }
  return { header, arrays };
}

/** @param {number[]} sizes */
export function product(sizes) {
  return sizes.reduce((whole, size) => whole * size, 1);
}

// The place of an index in an array's values.
/** @param {number[]} shape @param {number[]} index */
export function flatIndex(shape, index) {
  let flat = 0; // a loop, because hovering asks for thousands
  for (let axis = 0; axis < index.length; axis++) flat = flat * shape[axis] + index[axis];
  return flat;
}

// The index of a place in an array's values.
/** @param {number[]} shape @param {number} flat */
export function indexOf(shape, flat) {
  const index = [];
  for (const size of shape.toReversed()) {
    index.unshift(flat % size);
    flat = Math.floor(flat / size);
  }
  return index;
}

/** @param {PackedArray} array @param {...number} index */
export function at(array, ...index) {
  return array.values[flatIndex(array.shape, index)];
}

// The largest finite magnitude: the end of a scale with zero in the middle.
/** @param {Values} values */
export function largestMagnitude(values) {
  let largest = 0;
  for (let k = 0; k < values.length; k++) {
    const size = Math.abs(values[k]);
    if (size > largest && size < Infinity) largest = size;
  }
  return largest;
}
