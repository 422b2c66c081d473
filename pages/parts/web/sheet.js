// Maps that came as bytes, kept as one picture below each other and drawn from there, never smoothed.

class Sheet {
  // array: {values: Uint8Array, shape: [count, height, width]}; palette: 256 RGB colours,
  // or null when the bytes are RGB pictures already, shape [count, height, width, 3].
  constructor(array, palette) {
    [this.count, this.height, this.width] = array.shape;
    this.canvas = document.createElement("canvas");
    this.canvas.width = this.width;
    this.canvas.height = this.count * this.height;
    const pen = this.canvas.getContext("2d");
    const picture = pen.createImageData(this.canvas.width, this.canvas.height);
    const pixels = picture.data;
    const bytes = array.values;
    for (let i = 0, to = 0; to < pixels.length; i++, to += 4) {
      const from = 3 * (palette ? bytes[i] : i);
      const colours = palette ?? bytes;
      pixels[to] = colours[from];
      pixels[to + 1] = colours[from + 1];
      pixels[to + 2] = colours[from + 2];
      pixels[to + 3] = 255;
    }
    pen.putImageData(picture, 0, 0);
  }

  draw(pen, index, x, y, width, height) {
    pen.imageSmoothingEnabled = false;
    pen.drawImage(
      this.canvas, 0, index * this.height, this.width, this.height, x, y, width, height,
    );
  }
}

// Make a canvas ready to be drawn on in CSS pixels, sharp on every screen.
function ready(canvas, width, height) {
  const ratio = window.devicePixelRatio || 1;
  const wide = Math.max(1, Math.round(width * ratio)), high = Math.max(1, Math.round(height * ratio));
  if (canvas.width !== wide || canvas.height !== high) {
    canvas.width = wide;
    canvas.height = high;
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
  }
  const pen = canvas.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  return pen;
}

// A frame that is seen on every colour: dark outside, light inside.
function frame(pen, x, y, width, height) {
  pen.lineWidth = 3;
  pen.strokeStyle = "#000";
  pen.strokeRect(x, y, width, height);
  pen.lineWidth = 1.2;
  pen.strokeStyle = "#fff";
  pen.strokeRect(x, y, width, height);
}

function element(tag, className, ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

function button(text, pressed, act, label) {
  const made = element("button", "", text);
  made.type = "button";
  if (pressed !== null) made.setAttribute("aria-pressed", String(pressed));
  if (label) made.setAttribute("aria-label", label);
  made.onclick = act;
  return made;
}

// Numbers with as many digits as carry meaning; NaN and infinity come as words.
function short(value) {
  if (typeof value === "string" || !Number.isFinite(value)) return String(value).replace("nan", "NaN");
  if (value === 0) return "0";
  const size = Math.abs(value);
  const text = size >= 1e4 || size < 1e-3 ? value.toExponential(1) : value.toPrecision(3);
  return text.replace("-", "\u2212");
}

function exact(value) {
  if (typeof value === "string") return value;
  const size = Math.abs(value);
  const text = size !== 0 && size < 1e-5 ? value.toExponential(2) : value.toFixed(8);
  return text.replace("-", "\u2212");
}

function count(value) {
  if (value >= 1e6) return `${(value / 1e6).toFixed(1)} M`;
  if (value >= 1e4) return `${Math.round(value / 1e3)} k`;
  return value.toLocaleString("en");
}
