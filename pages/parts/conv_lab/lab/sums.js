// @ts-check
// Every output and every gradient of a convolution as the sum of its terms.
// For the browser to follow the pointer by itself; tests/conv_lab_sums.py holds the same sums.
// `e` is the experiment: sizes as pairs [rows, columns]; `a` the arrays by name.

import { at } from "../../web/unpack.js";

/** @typedef {import("../../web/keyboard.js").Cell} Cell */
/** @typedef {import("../../web/unpack.js").Arrays} Arrays */
/**
 * @typedef {object} Experiment
 * @property {Cell} size @property {Cell} kernel @property {Cell} stride @property {Cell} padding
 * @property {Cell} dilation @property {Cell} output
 * @property {number} channels @property {number} outChannels @property {number} groups
 */
/**
 * @typedef {object} Term one product: two factors and their places in their arrays
 * @property {number} left @property {number} right
 * @property {number[]} leftAt @property {number[]} rightAt
 * @property {boolean} padding whether the zero of a padding is in it
 */

// Which channels belong together: channels in and out per group.
/** @param {Experiment} e */
export function groupSizes(e) {
  return { ins: e.channels / e.groups, outs: e.outChannels / e.groups };
}

// The input cell that weight (i, j) meets at output (row, column); outside it is padding.
/** @param {Experiment} e @param {number} row @param {number} column @param {number} i @param {number} j */
function inputCell(e, row, column, i, j) {
  return [
    row * e.stride[0] + i * e.dilation[0] - e.padding[0],
    column * e.stride[1] + j * e.dilation[1] - e.padding[1],
  ];
}

/** @param {Experiment} e @param {number} row @param {number} column */
export function isInside(e, row, column) {
  return row >= 0 && row < e.size[0] && column >= 0 && column < e.size[1];
}

// Terms x * weight of output (out, row, column).
/** @param {Experiment} e @param {Arrays} a @param {number[]} index @returns {Term[]} */
export function outputTerms(e, a, [out, row, column]) {
  const { ins, outs } = groupSizes(e);
  const first = Math.floor(out / outs) * ins;
  const terms = [];
  for (let channel = 0; channel < ins; channel++)
    for (let i = 0; i < e.kernel[0]; i++)
      for (let j = 0; j < e.kernel[1]; j++) {
        const [r, c] = inputCell(e, row, column, i, j);
        const inside = isInside(e, r, c);
        terms.push({
          left: inside ? at(a.x, first + channel, r, c) : 0,
          right: at(a.weight, out, channel, i, j),
          leftAt: [first + channel, r, c],
          rightAt: [out, channel, i, j],
          padding: !inside,
        });
      }
  return terms;
}

// Terms dy * weight of dX at (channel, row, column): one for each output that the cell touched.
/** @param {Experiment} e @param {Arrays} a @param {number[]} index @returns {Term[]} */
export function inputGradientTerms(e, a, [channel, row, column]) {
  const { ins, outs } = groupSizes(e);
  const first = Math.floor(channel / ins) * outs;
  const terms = [];
  for (let out = first; out < first + outs; out++)
    for (let i = 0; i < e.kernel[0]; i++)
      for (let j = 0; j < e.kernel[1]; j++) {
        const down = row + e.padding[0] - i * e.dilation[0];
        const along = column + e.padding[1] - j * e.dilation[1];
        if (down % e.stride[0] || along % e.stride[1]) continue;
        const y = [down / e.stride[0], along / e.stride[1]];
        if (y[0] < 0 || y[0] >= e.output[0] || y[1] < 0 || y[1] >= e.output[1]) continue;
        terms.push({
          left: at(a.dy, out, y[0], y[1]),
          right: at(a.weight, out, channel % ins, i, j),
          leftAt: [out, ...y],
          rightAt: [out, channel % ins, i, j],
          padding: false,
        });
      }
  return terms;
}

// Terms dy * x of dW at (out, channel in its group, i, j): one for each output.
/** @param {Experiment} e @param {Arrays} a @param {number[]} index @returns {Term[]} */
export function weightGradientTerms(e, a, [out, channel, i, j]) {
  const { ins, outs } = groupSizes(e);
  const x = Math.floor(out / outs) * ins + channel;
  const terms = [];
  for (let row = 0; row < e.output[0]; row++)
    for (let column = 0; column < e.output[1]; column++) {
      const [r, c] = inputCell(e, row, column, i, j);
      const inside = isInside(e, r, c);
      terms.push({
        left: at(a.dy, out, row, column),
        right: inside ? at(a.x, x, r, c) : 0,
        leftAt: [out, row, column],
        rightAt: [x, r, c],
        padding: !inside,
      });
    }
  return terms;
}

// Terms dy * 1 of db at (out): the gradient of each output of the channel.
/** @param {Experiment} e @param {Arrays} a @param {number[]} index @returns {Term[]} */
export function biasGradientTerms(e, a, [out]) {
  const terms = [];
  for (let row = 0; row < e.output[0]; row++)
    for (let column = 0; column < e.output[1]; column++) {
      const left = at(a.dy, out, row, column);
      terms.push({ left, right: 1, leftAt: [out, row, column], rightAt: [out], padding: false });
    }
  return terms;
}
