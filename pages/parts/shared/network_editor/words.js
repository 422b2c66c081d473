// @ts-check
// A network's layers in words.

import { shapeText, shortCount } from "../../web/numbers.js";

/**
 * @typedef {object} Layer as the server describes it; without an output, shape and costs are null
 * @property {string} word
 * @property {string} line
 * @property {boolean} slice
 * @property {string} heading
 * @property {string[]} numbers
 * @property {Record<string, string>} values
 * @property {number[] | null} shape
 * @property {number[] | null} field
 * @property {number | null} parameters
 * @property {number | null} multiply_adds
 * @property {number | null} memory
 */
/** @typedef {{name: string, form: string, optional: boolean}} Field */
/** @typedef {{word: string, fields: Field[]}} Kind */
/** @typedef {{place: number, sentence: string, ways: {label: string, text: string}[]}} Problem */
/**
 * @typedef {object} Network
 * @property {number} image_size
 * @property {Layer[]} layers
 * @property {Kind[]} kinds
 * @property {string} text
 * @property {string | null} typed
 * @property {{sentence: string, line: number | null} | null} mistake
 * @property {string} complaint
 * @property {number} rewritten
 * @property {Problem | null} problem
 * @property {{parameters: number, multiply_adds: number, memory: number}} totals
 * @property {boolean} can_undo
 * @property {boolean} can_redo
 */

// What a screen reader says of a block: "layer 3 of 20, relu, gives 16 x 72 x 72".
/** @param {Network} network @param {number} place */
export function blockName({ layers, problem }, place) {
  const { line, shape } = layers[place];
  const what = problem?.place === place ? "cannot work" : shape ? `gives ${shape.join(" x ")}` : "no shape yet";
  return `layer ${place + 1} of ${layers.length}, ${line}, ${what}`;
}

/** @param {number} bytes */
export function memoryText(bytes) {
  if (bytes < 1e3) return `${bytes} bytes`;
  if (bytes < 1e5) return `${(bytes / 1e3).toFixed(1)} kB`;
  return `${(bytes / 1e6).toFixed(bytes < 1e7 ? 2 : 1)} MB`;
}

// Names and values of all layers together.
/** @param {Network} network @returns {[name: string, value: string, help: string][]} */
export function totalsOf({ layers, totals, image_size }) {
  const photo = `for one photo of ${image_size} x ${image_size} pixels`;
  return [
    ["Layers", String(layers.length), "How many lines the text has."],
    ["Parameters", shortCount(totals.parameters), "What is learnt: weights and biases."],
    ["Multiply-adds", shortCount(totals.multiply_adds), `Products, each with its addition, forward ${photo}.`],
    ["Activations", memoryText(totals.memory), `What all layers give out ${photo}, in float32: a training remembers it.`],
  ];
}

// The same of one layer.
/** @param {Layer} layer @returns {[name: string, value: string, help: string][]} */
export function factsOf({ shape, field, parameters, multiply_adds, memory }) {
  if (!shape || !field || parameters === null || multiply_adds === null || memory === null) return [];
  return [
    ["Gives", shapeText(shape), shape.length === 3 ? "Channels, height, width of what goes out." : "How many numbers go out."],
    ["Receptive field", `${field.join(" × ")} pixels`, "How much of the photo one of its numbers can see."],
    ["Parameters", shortCount(parameters), "What is learnt here."],
    ["Multiply-adds", shortCount(multiply_adds), "Products, each with its addition, forward for one photo."],
    ["Activations", memoryText(memory), "What goes out for one photo, in float32."],
  ];
}

/** @type {Record<string, string>} */
export const FIELD_HELP = {
  channels: "How many kernels, and so how many maps go out.",
  kernel: "Height and width of the window in pixels.",
  stride: "How far the window moves.",
  padding: "Pixels of zeros added on each side.",
  dilation: "How far apart the pixels under the window lie.",
  groups: "Into how many groups the channels are parted, each convolved by itself.",
  bias: "A number added to each output.",
  outputs: "How many numbers go out.",
  size: "Height and width of the maps that go out.",
  slope: "What negative numbers are multiplied with.",
  share: "How many of the numbers are left out in training, from 0 to 1.",
};
