// @ts-check
// How loudly something is said of channels: silence for one photo is no trouble, the rest is.

// The name of the colour, and of the class, of such words.
/** @param {string} words */
export const tone = (words) => (isCalm(words) ? "--calm" : "--trouble");

/** @param {string} words */
export const wordsClass = (words) => (isCalm(words) ? "words calm" : "words");

/** @param {string} words */
function isCalm(words) {
  return words.includes("silent here") && !/dead|constant|NaN/.test(words);
}
