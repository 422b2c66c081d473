// @ts-check
// The planted mistakes as sums: the terms that NumPy adds up where a mistake is in it.
// core/conv_lab/sabotage.py makes them; each is the right sum of something else.

import { at } from "../../web/unpack.js";
import {
  biasGradientTerms,
  groupSizes,
  inputGradientTerms,
  outputTerms,
  weightGradientTerms,
} from "./sums.js";

/** @typedef {import("./sums.js").Experiment} Experiment */
/** @typedef {import("./sums.js").Term} Term */
/** @typedef {import("./sums.js").Arrays} Arrays */
/** @typedef {(e: Experiment, a: Arrays, index: number[]) => Term[]} TermsOf */

/** @type {Record<string, Partial<Record<import("./modes.js").Mode, TermsOf>>>} */
export const MISTAKEN = {
  flip: {
    y: (e, a, index) => outputTerms(e, a, index).map((term) => turned(e, a, term)),
    dx: (e, a, index) => inputGradientTerms(e, a, index).map((term) => turned(e, a, term)),
    dw: (e, a, [out, channel, i, j]) =>
      weightGradientTerms(e, a, [out, channel, e.kernel[0] - 1 - i, e.kernel[1] - 1 - j]),
  },
  reshape: {
    y: (e, a, index) =>
      outputTerms(e, a, index).map((term) => {
        const leftAt = scrambled(e, term.leftAt);
        return term.padding ? term : { ...term, left: at(a.x, ...leftAt), leftAt };
      }),
    dw: (e, a, index) =>
      weightGradientTerms(e, a, index).map((term) => {
        const rightAt = scrambled(e, term.rightAt);
        return term.padding ? term : { ...term, right: at(a.x, ...rightAt), rightAt };
      }),
  },
  remainder: {
    dx: (e, a, index) => (isLeftOver(e, index) ? [] : inputGradientTerms(e, a, index)),
  },
  dilation: {
    dx: (e, a, index) => inputGradientTerms({ ...e, dilation: [1, 1] }, a, index),
    dw: (e, a, index) => weightGradientTerms({ ...e, dilation: [1, 1] }, a, index),
  },
  bias: { db: (e, a, index) => biasGradientTerms(e, a, index).slice(-1) },
  groups: {
    y: (e, a, index) => outputTerms(firstShare(e), a, index),
    dx: (e, a, index) =>
      index[0] < groupSizes(e).ins ? inputGradientTerms(firstShare(e), a, index) : [],
    dw: (e, a, index) => weightGradientTerms(firstShare(e), a, index),
  },
};

// The term with the weight on the other side of the kernel's middle.
/** @param {Experiment} e @param {Arrays} a @param {Term} term @returns {Term} */
function turned(e, a, term) {
  const [out, channel, i, j] = term.rightAt;
  const rightAt = [out, channel, e.kernel[0] - 1 - i, e.kernel[1] - 1 - j];
  return { ...term, right: at(a.weight, ...rightAt), rightAt };
}

// Where the number came from that stands at a place after pixels (H, W, C) were read as (C, H, W).
/** @param {Experiment} e @param {number[]} place */
function scrambled(e, [channel, row, column]) {
  const flat = (channel * e.size[0] + row) * e.size[1] + column;
  const pixel = Math.floor(flat / e.channels);
  return [flat % e.channels, Math.floor(pixel / e.size[1]), pixel % e.size[1]];
}

// Whether a cell lies in the rows or columns that were forgotten after the last window.
/** @param {Experiment} e @param {number[]} place */
function isLeftOver(e, [, ...cell]) {
  return cell.some((k, axis) => {
    const windows = e.size[axis] + 2 * e.padding[axis] - e.dilation[axis] * (e.kernel[axis] - 1) - 1;
    return k >= e.size[axis] - (windows % e.stride[axis]);
  });
}

// All output channels read the first group's input channels.
/** @param {Experiment} e @returns {Experiment} */
const firstShare = (e) => ({ ...e, groups: 1, channels: groupSizes(e).ins });

// The places of a term's factors: terms of two sums are the same where these are.
/** @param {Term} term */
export const placesOf = ({ leftAt, rightAt }) => `${leftAt}|${rightAt}`;
