// @ts-check
// An array of any number of axes as one grid of cells.

import { product } from "./unpack.js";

// Leading axes become tiles: rows of channels, as square as they come, one cell apart.
export class Tiling {
  // `turned`: of two leading axes the first goes to the right and the second down.
  /** @param {number[]} shape @param {boolean} [turned] */
  constructor(shape, turned = false) {
    const [height, width] = shape.length > 1 ? shape.slice(-2) : [1, shape[0] ?? 1];
    const leading = shape.slice(0, Math.max(0, shape.length - 2));
    this.shape = shape;
    this.height = height;
    this.width = width;
    this.tiles = product(leading);
    this.turned = turned && leading.length === 2;
    const across = this.turned
      ? leading[0]
      : leading.length === 2
        ? leading[1]
        : Math.ceil(Math.sqrt((this.tiles * height) / width)) || 1;
    this.across = Math.min(across, this.tiles);
    this.down = Math.ceil(this.tiles / this.across);
    this.rows = this.down * (height + 1) - 1;
    this.columns = this.across * (width + 1) - 1;
  }

  // The place in the values of a cell of the picture, or -1 between tiles.
  /** @param {number} r @param {number} c */
  flat(r, c) {
    const { height, width } = this;
    const [i, j] = [r % (height + 1), c % (width + 1)];
    const [below, beside] = [Math.floor(r / (height + 1)), Math.floor(c / (width + 1))];
    const tile = this.turned ? beside * this.down + below : below * this.across + beside;
    if (i === height || j === width || tile >= this.tiles) return -1;
    return (tile * height + i) * width + j;
  }

  // The cell of the picture in which a place of the values stands.
  /** @param {number} flat @returns {import("./keyboard.js").Cell} */
  cell(flat) {
    const { height, width } = this;
    const [i, j] = [Math.floor(flat / width) % height, flat % width];
    const tile = Math.floor(flat / (width * height));
    const [below, beside] = this.turned
      ? [tile % this.down, Math.floor(tile / this.down)]
      : [Math.floor(tile / this.across), tile % this.across];
    return [below * (height + 1) + i, beside * (width + 1) + j];
  }

  // The next cell of an array in a direction, over what lies between tiles; null at the edge.
  /** @param {import("./keyboard.js").Cell} cell @param {import("./keyboard.js").Cell} step */
  next([r, c], [down, right]) {
    const inside = () => r >= 0 && c >= 0 && r < this.rows && c < this.columns;
    do [r, c] = [r + down, c + right];
    while (inside() && this.flat(r, c) < 0);
    return inside() ? /** @type {import("./keyboard.js").Cell} */ ([r, c]) : null;
  }
}
