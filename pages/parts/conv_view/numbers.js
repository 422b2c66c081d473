// Numbers as text, always with a real minus sign.
const minus = (text) => text.replace("-", "\u2212");

// At most five characters, for a cell of a picture.
function shortNumber(value) {
  if (!Number.isFinite(value)) return "?";
  const size = Math.abs(value);
  if (size !== 0 && size < 0.005) return minus(value.toExponential(0));
  const text = value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2);
  return minus(text.includes(".") ? text.replace(/\.?0+$/, "") : text);
}

// Four significant digits, for a factor in a sum.
function factor(value) {
  const text = String(Number(value.toPrecision(4)));
  return minus(text);
}

// As many digits as the dtype holds, so that a difference in the last one is seen.
function fullNumber(value, dtype) {
  const digits = dtype === "float32" ? 9 : 17;
  return minus(String(Number(value.toPrecision(digits))));
}

// An error: 1.2e-7, or 0 when both are equal to the last bit.
function errorNumber(value) {
  return value === 0 ? "0" : minus(value.toExponential(1));
}
