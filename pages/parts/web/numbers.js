// Numbers as text, always with a real minus sign.
const minus = (text) => text.replace("-", "\u2212");

// At most five characters for a cell of a picture, at most four where it is narrow.
function shortNumber(value, narrow) {
  if (!Number.isFinite(value)) return "?";
  const size = Math.abs(value);
  if (size !== 0 && size < 0.005) return narrow ? "~0" : minus(value.toExponential(0));
  const decimals = size >= 100 ? 0 : size >= 10 ? (narrow ? 0 : 1) : size >= 1 && narrow ? 1 : 2;
  const text = value.toFixed(decimals);
  const short = text.includes(".") ? text.replace(/\.?0+$/, "") : text;
  return minus(narrow ? short.replace(/^(-?)0\./, "$1.") : short);
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

// An error: 1.2e-7, or 0 when both are equal to the last bit; large ones as people write them.
function errorNumber(value) {
  if (value === 0) return "0";
  const large = Math.abs(value) >= 0.01 && Math.abs(value) < 1e4;
  return minus(large ? String(Number(value.toPrecision(2))) : value.toExponential(1));
}
