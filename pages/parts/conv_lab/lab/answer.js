// The chosen cell: its marks in every picture, its value from both engines, and its sum.

function termsOf(lab) {
  const { e, arrays, mode, channel, out, cells } = lab;
  const [r, c] = cells[mode];
  const { ins } = groupSizes(e);
  if (mode === "y") return outputTerms(e, arrays, out, r, c);
  if (mode === "dx") return inputGradientTerms(e, arrays, channel, r, c);
  if (mode === "dw") return weightGradientTerms(e, arrays, out, channel % ins, r, c);
  return biasGradientTerms(e, arrays, out);
}

function indexOf(lab) {
  const { e, mode, channel, out, cells } = lab;
  const [r, c] = cells[mode];
  if (mode === "y") return [out, r, c];
  if (mode === "dx") return [channel, r, c];
  if (mode === "dw") return [out, channel % groupSizes(e).ins, r, c];
  return [out];
}

function marksOf(lab, terms) {
  const { e, mode, cells } = lab;
  const [r, c] = cells[mode];
  const [top, left] = e.padding;
  const marks = { x: [], w: [], b: [], y: [] };
  if (mode === "y") {
    const extent = [0, 1].map((axis) => e.dilation[axis] * (e.kernel[axis] - 1) + 1);
    const from = [r * e.stride[0], c * e.stride[1]];
    for (let i = 0; i < extent[0]; i++)
      for (let j = 0; j < extent[1]; j++)
        if (i % e.dilation[0] || j % e.dilation[1])
          marks.x.push({ r: from[0] + i, c: from[1] + j, kind: "veil" });
        else if (e.dilation[0] > 1 || e.dilation[1] > 1)
          marks.x.push({ r: from[0] + i, c: from[1] + j, kind: "tap" });
    marks.x.push({ r: from[0], c: from[1], rows: extent[0], columns: extent[1], kind: "window" });
    marks.w.push({ r: 0, c: 0, rows: e.kernel[0], columns: e.kernel[1], kind: "window" });
    marks.y.push({ r, c, kind: "chosen" });
    if (e.bias) marks.b.push({ r: 0, c: 0, kind: "window" });
  } else if (mode === "dx") {
    marks.x.push({ r: r + top, c: c + left, kind: "chosen" });
    const met = new Set();
    for (const term of terms.filter((each) => each.part === lab.out)) {
      marks.y.push({ r: term.y[0], c: term.y[1], kind: "strong" });
      met.add(String(term.w));
    }
    for (let i = 0; i < e.kernel[0]; i++)
      for (let j = 0; j < e.kernel[1]; j++)
        marks.w.push({ r: i, c: j, kind: met.has(`${i},${j}`) ? "strong" : "veil" });
  } else if (mode === "dw") {
    marks.w.push({ r, c, kind: "chosen" });
    for (const term of terms) marks.x.push({ r: term.x[0] + top, c: term.x[1] + left, kind: "tap" });
    marks.y.push({ r: 0, c: 0, rows: e.output[0], columns: e.output[1], kind: "window" });
  } else {
    marks.b.push({ r: 0, c: 0, kind: "chosen" });
    marks.y.push({ r: 0, c: 0, rows: e.output[0], columns: e.output[1], kind: "window" });
  }
  return marks;
}

Lab.prototype.select = function () {
  const terms = termsOf(this);
  const marks = marksOf(this, terms);
  for (const [panel, { grid }] of Object.entries(this.grids)) grid.mark(marks[panel]);
  this.showValues(terms);
  this.showSum(terms);
  this.showHint();
};

Lab.prototype.showValues = function (terms) {
  const { e, arrays, mode } = this;
  const set = (name, text) => (this.root.querySelector(`[data-value="${name}"]`).textContent = text);
  const name = RESULT_ARRAYS[mode];
  const index = indexOf(this);
  const ours = at(arrays[name], ...index);
  const theirs = at(arrays[`${name}_torch`], ...index);
  let magnitudes = mode === "y" && e.bias ? Math.abs(at(arrays.bias, this.out)) : 0;
  for (const { left, right } of terms) magnitudes += Math.abs(left * right);
  const allowed = Math.max(16, terms.length) * UNIT_ROUNDOFF[e.dtype] * magnitudes;
  const right = Math.abs(ours - theirs) <= allowed;
  set("place", `${{ y: "y", dx: "dX", dw: "dW", db: "db" }[mode]}[${index.join(", ")}]`);
  set("numpy", fullNumber(ours, e.dtype));
  set("torch", fullNumber(theirs, e.dtype));
  set("difference", errorNumber(ours - theirs));
  const verdict = this.root.querySelector('[data-value="verdict"]');
  verdict.className = right ? "" : "wrong";
  verdict.textContent = right
    ? ours === theirs
      ? "\u2713 equal to the last bit"
      : `\u2713 rounding allows ${errorNumber(allowed)}`
    : `\u2717 more than rounding, ${errorNumber(allowed)}`;
  set("pin", this.pinned ? "Pinned: click again or press Esc to let go" : "");
};

Lab.prototype.showSum = function (terms) {
  const { e, mode } = this;
  const box = this.root.querySelector(".sum");
  const parts = new Map();
  for (const term of terms) parts.set(term.part, [...(parts.get(term.part) ?? []), term]);
  const shown = mode === "dx" ? this.out : this.channel;
  const order = [...parts.keys()].sort((a, b) => (b === shown) - (a === shown) || a - b);
  const withBias = mode === "y" && e.bias;
  const bias = withBias ? at(this.arrays.bias, this.out) : 0;
  const total = terms.reduce((sum, { left, right }) => sum + left * right, bias);
  const pieces = [piece(`${factor(total)} = `, "total")];
  if (withBias) pieces.push(piece(`${factor(bias)} (bias)`, "bias"));
  let left = MOST_TERMS;
  for (const part of order) {
    const all = parts.get(part);
    if (parts.size > 1) {
      const word = mode === "dx" ? "output channel" : "channel";
      pieces.push(piece(`${pieces.length > 1 ? " + " : ""}${word} ${part}: `, "part"));
    }
    all.slice(0, Math.max(0, left)).forEach((term, k) => {
      const plus = pieces.length > 1 && !(parts.size > 1 && k === 0) ? " + " : "";
      pieces.push(plus, this.termPiece(term));
    });
    const hidden = all.slice(Math.max(0, left));
    if (hidden.length) {
      const sum = hidden.reduce((s, term) => s + term.left * term.right, 0);
      pieces.push(piece(` + ${hidden.length} more terms that add up to ${factor(sum)}`, "part"));
    }
    left -= all.length;
  }
  if (!terms.length) pieces.push(piece("0, because no window touched this cell", "part"));
  box.replaceChildren(...pieces);
};

Lab.prototype.termPiece = function ({ left, right, padding }) {
  const wrap = (value) => (value < 0 ? `(${factor(value)})` : factor(value));
  const text = this.mode === "db" ? wrap(left) : `${wrap(left)}\u00b7${wrap(right)}`;
  const span = piece(text, padding ? "padding" : "");
  span.dataset.term = "";
  if (padding) span.title = "A zero of the padding";
  return span;
};

Lab.prototype.showHint = function () {
  const { e } = this;
  let text = {
    y: "Point at an output or at the input: each product is one cell of the window times one weight.",
    dx: "Point at an input cell: every output that it touched passes its gradient back through one weight.",
    dw: "Point at a weight: it met one input cell at every output, and each pair adds one product.",
    db: "The bias was added at every output of its channel, so all their gradients add up.",
  }[this.mode];
  if (this.mode !== "y" && e.upstream === "one") text += " Click an upstream cell to move its one there.";
  if (this.editMode) text = "Click a cell of the input, the kernel or the bias, type, press Enter.";
  if (e.mistake) text += " The sum is right; NumPy has the mistake.";
  this.root.querySelector(".hint").textContent = text;
};

function piece(text, kind) {
  const span = document.createElement("span");
  span.textContent = text;
  if (kind) span.className = kind;
  return span;
}
