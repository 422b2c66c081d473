// @ts-check
// How large a block is drawn: its height shows the maps' side, its width their number.

export const TALLEST = 72; // pixels, of a map of 256 or more
const UNKNOWN = { width: 30, height: 36 };

// Doubling the side or the channels always adds the same, so that 2 and 2,048 both fit.
/** @param {readonly number[] | null} shape (C, H, W) or (F,) @returns {{width: number, height: number}} */
export function blockSize(shape) {
  if (!shape) return UNKNOWN;
  const [channels, rows = 1] = shape;
  return {
    width: Math.round(10 + 6 * Math.min(12, Math.log2(channels))),
    height: Math.round(12 + (TALLEST - 12) * Math.min(1, Math.log2(rows) / 8)),
  };
}
