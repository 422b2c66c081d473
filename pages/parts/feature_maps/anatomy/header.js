// @ts-check
// What core.explain.anatomy_packing packs: types alone.

/** @typedef {import("../../web/keyboard.js").Cell} Cell */
/** @typedef {import("../../web/numbers.js").MaybeNumber} MaybeNumber */
/** @typedef {import("../../web/unpack.js").Arrays} Arrays */
/** @typedef {import("../../web/unpack.js").PackedArray} PackedArray */
/** @typedef {ArrayLike<number>} Palette 256 RGB colours */
/**
 * @typedef {object} Layer
 * @property {string} name @property {number[]} shape @property {number} parameters
 * @property {number[]} field rows and columns of the photo that a cell sees
 * @property {string} words what is wrong with its channels, if anything
 * @property {MaybeNumber | null} value of a layer that is one number
 */
/**
 * @typedef {object} GridFacts the chosen layer
 * @property {number} layer @property {boolean} shared @property {number[]} maps
 * @property {number} step cells from one drawn cell to the next
 * @property {boolean} folded numbers without a place, drawn as one map
 * @property {number} size @property {Record<number, string>} words
 * @property {MaybeNumber} mean @property {MaybeNumber} spread
 * @property {MaybeNumber} minimum @property {MaybeNumber} maximum
 * @property {MaybeNumber | null} [moved] how far training moved the weights, as a share
 * @property {number} [kernelScale] @property {number} [changeScale] of the first layer's kernels
 * @property {number} zeros @property {number[]} counts @property {MaybeNumber[]} edges
 */
/** @typedef {{names: number[], shares: number[], scale: number}} Parts */
/**
 * @typedef {object} Sum
 * @property {[name: string, value: MaybeNumber][]} terms @property {MaybeNumber} bias
 * @property {MaybeNumber} rounding @property {MaybeNumber} total
 */
/**
 * @typedef {object} ChannelFacts the chosen channel
 * @property {number} channel @property {Cell} cell @property {string} words
 * @property {MaybeNumber} [value] @property {number} [scale] @property {Parts} [parts]
 * @property {Sum | null} [sum]
 */
/**
 * @typedef {object} Header
 * @property {string} id @property {string} run @property {string} epoch @property {string} photo
 * @property {string[]} classes @property {string[]} colours
 * @property {number | null} truth the photo's class, if it is known
 * @property {MaybeNumber} probability
 * @property {number[][] | null} [confusion] @property {string | null} [untested]
 * @property {Layer[]} layers @property {GridFacts} grid @property {ChannelFacts} [channel]
 */

export {};
