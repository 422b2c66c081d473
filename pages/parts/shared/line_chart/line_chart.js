const MARGIN = { left: 58, right: 14, top: 8, bottom: 38 };
const boards = new WeakMap(); // parent element -> its charts, so that an update finds canvas and zoom

export default function (component) {
  const { data, parentElement } = component;
  if (!boards.has(parentElement)) boards.set(parentElement, []);
  const charts = boards.get(parentElement);
  const grid = parentElement.querySelector(".charts");
  grid.style.setProperty("--columns", data.columns);
  data.charts.forEach((chart, i) => {
    if (!charts[i]) {
      const figure = parentElement.querySelector("template").content.firstElementChild.cloneNode(true);
      charts[i] = new Chart(grid.appendChild(figure));
    }
    charts[i].update(chart);
  });
}

class Chart {
  constructor(figure) {
    this.figure = figure;
    this.plot = figure.querySelector(".plot");
    this.canvas = figure.querySelector("canvas");
    this.title = figure.querySelector("strong");
    this.legend = figure.querySelector(".legend");
    this.reset = figure.querySelector("button");
    this.readout = figure.querySelector(".readout");
    this.note = figure.querySelector(".note");
    this.zoom = null; // [x from, x to] in data units
    this.cursor = null; // an x in data units
    this.drag = null; // [pixel from, pixel to]
    this.reset.onclick = () => this.setZoom(null);
    this.listen();
    new ResizeObserver(() => this.draw()).observe(this.plot);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
  }

  update(data) {
    const content = JSON.stringify(data);
    if (content === this.content) return; // an epoch's chart has news far less often than it is sent
    this.content = content;
    const frame = JSON.stringify([data.title, data.rows, data.note, data.series.map((s) => [s.name, s.colour, s.dashed])]);
    this.data = data;
    if (frame !== this.frameDrawn) {
      this.frameDrawn = frame;
      this.title.textContent = data.title;
      this.figure.style.gridRow = `span ${data.rows}`;
      this.note.textContent = data.note;
      this.note.hidden = !data.note;
      this.legend.replaceChildren(...data.series.map(legendEntry));
      this.plot.setAttribute(
        "aria-label",
        `${data.title}: ${data.y_label} over ${data.x_label}. Arrow keys read values, plus and minus zoom, 0 resets.`,
      );
    }
    this.draw();
  }

  listen() {
    const at = (event) => event.clientX - this.plot.getBoundingClientRect().left;
    this.plot.onpointerdown = (event) => {
      this.plot.setPointerCapture(event.pointerId);
      this.drag = [at(event), at(event)];
    };
    this.plot.onpointermove = (event) => {
      if (this.drag) this.drag[1] = at(event);
      this.cursor = this.toX(at(event));
      this.draw();
    };
    this.plot.onpointerup = () => {
      const drag = this.drag;
      this.drag = null;
      if (drag && Math.abs(drag[1] - drag[0]) > 8) {
        this.setZoom(drag.map((pixel) => this.toX(pixel)).sort((a, b) => a - b));
      } else this.draw();
    };
    this.plot.onpointercancel = () => { this.drag = null; this.draw(); };
    this.plot.onpointerleave = () => { if (!this.drag) { this.cursor = null; this.draw(); } };
    this.plot.ondblclick = () => this.setZoom(null);
    this.plot.onkeydown = (event) => this.onKey(event);
    this.plot.onblur = () => { this.cursor = null; this.draw(); };
  }

  onKey(event) {
    const xs = this.allX();
    if (!xs.length) return;
    const [from, to] = this.xRange();
    const middle = this.cursor ?? (from + to) / 2;
    const zoomBy = (factor) =>
      this.setZoom([middle - (middle - from) * factor, middle + (to - middle) * factor]);
    const moves = {
      ArrowLeft: () => { this.cursor = xs.findLast((x) => x < middle) ?? xs[0]; },
      ArrowRight: () => { this.cursor = xs.find((x) => x > middle) ?? xs.at(-1); },
      "+": () => zoomBy(0.5),
      "-": () => zoomBy(2),
      0: () => this.setZoom(null),
      Escape: () => this.setZoom(null),
    };
    if (!moves[event.key]) return;
    event.preventDefault();
    moves[event.key]();
    this.draw();
  }

  setZoom(range) {
    const [from, to] = this.fullRange();
    if (range) range = [Math.max(range[0], from), Math.min(range[1], to)];
    this.zoom = range && range[1] > range[0] && (range[0] > from || range[1] < to) ? range : null;
    this.draw();
  }

  allX() {
    return [...new Set(this.data.series.flatMap((s) => s.x))].sort((a, b) => a - b);
  }

  fullRange() {
    const xs = this.data.series.flatMap((s) => s.x);
    const from = Math.min(...xs), to = Math.max(...xs);
    return from === to ? [from - 1, to + 1] : [from, to];
  }

  xRange() { return this.zoom ?? this.fullRange(); }

  yRange() {
    if (this.data.y_range) return this.data.y_range;
    const [from, to] = this.xRange();
    let ys = [];
    for (const s of this.data.series) {
      s.y.forEach((y, i) => { if (y !== null && s.x[i] >= from && s.x[i] <= to) ys.push(y); });
    }
    if (!ys.length) ys = [0, 1];
    let low = Math.min(...ys), high = Math.max(...ys);
    if (low > 0 && low < 0.5 * high) low = 0; // losses are read against zero where that costs no detail
    // Values that are equal but for rounding would leave no room for ticks between them.
    const flat = high - low <= 1e-9 * Math.max(Math.abs(low), Math.abs(high));
    const pad = (flat ? Math.abs(high) || 1 : high - low) * 0.06;
    return [low === 0 ? 0 : low - pad, high + pad];
  }

  toX(pixel) {
    const [from, to] = this.xRange();
    return from + ((pixel - MARGIN.left) / (this.width - MARGIN.left - MARGIN.right)) * (to - from);
  }

  draw() {
    if (!this.data) return;
    this.width = this.plot.clientWidth;
    const height = this.data.height;
    if (!this.width) return;
    const ratio = window.devicePixelRatio || 1;
    const pixels = [Math.round(this.width * ratio), Math.round(height * ratio)];
    if (this.canvas.width !== pixels[0] || this.canvas.height !== pixels[1]) {
      [this.canvas.width, this.canvas.height] = pixels;
      this.canvas.style.height = `${height}px`;
    }
    const style = getComputedStyle(this.plot);
    const paint = this.canvas.getContext("2d");
    paint.setTransform(ratio, 0, 0, ratio, 0, 0);
    paint.clearRect(0, 0, this.width, height);
    paint.font = `12px ${style.fontFamily}`;
    const text = style.color;
    const points = this.data.series.reduce((n, s) => n + s.x.length, 0);
    this.reset.hidden = !this.zoom;
    this.plot.dataset.points = points;
    this.plot.dataset.zoom = this.zoom ? this.zoom.map((x) => x.toFixed(3)).join(" ") : "";
    if (!points) {
      paint.fillStyle = text;
      paint.textAlign = "center";
      paint.fillText(this.data.empty, this.width / 2, height / 2);
      this.readout.hidden = true;
      return;
    }
    const scale = this.scales(height);
    drawAxes(paint, this, scale, text, height);
    paint.save();
    paint.beginPath();
    paint.rect(MARGIN.left - 5, 0, this.width - MARGIN.left - MARGIN.right + 10, height - MARGIN.bottom + 5);
    paint.clip();
    for (const s of this.data.series) drawSeries(paint, s, scale);
    this.drawPointer(paint, scale, text, height);
    paint.restore();
    this.tellValues(scale);
  }

  scales(height) {
    const [x0, x1] = this.xRange(), [y0, y1] = this.yRange();
    const w = this.width - MARGIN.left - MARGIN.right, h = height - MARGIN.top - MARGIN.bottom;
    return {
      x: (v) => MARGIN.left + ((v - x0) / (x1 - x0)) * w,
      y: (v) => MARGIN.top + h - ((v - y0) / (y1 - y0)) * h,
      xTicks: ticks(x0, x1, Math.max(2, w / 90)),
      yTicks: ticks(y0, y1, 5),
    };
  }

  drawPointer(paint, scale, text, height) {
    paint.strokeStyle = text;
    paint.fillStyle = text;
    if (this.drag) {
      const [a, b] = this.drag;
      paint.globalAlpha = 0.12;
      paint.fillRect(Math.min(a, b), 0, Math.abs(b - a), height - MARGIN.bottom);
    } else if (this.cursor !== null) {
      paint.globalAlpha = 0.5;
      paint.setLineDash([3, 3]);
      paint.beginPath();
      paint.moveTo(scale.x(this.cursor), MARGIN.top);
      paint.lineTo(scale.x(this.cursor), height - MARGIN.bottom);
      paint.stroke();
      paint.setLineDash([]);
    }
    paint.globalAlpha = 1;
  }

  tellValues(scale) {
    this.readout.hidden = this.cursor === null || this.drag !== null;
    if (this.readout.hidden) return;
    const lines = [];
    for (const s of this.data.series) {
      const i = nearest(s.x, this.cursor);
      if (i < 0 || s.y[i] === null) continue;
      if (!lines.length) lines.push(`${this.data.x_label} ${+s.x[i].toFixed(2)}`);
      lines.push(`${s.name}: ${format(s.y[i], this.data.y_format)}`);
    }
    this.readout.innerText = lines.join("\n");
    const at = scale.x(this.cursor);
    const rightHalf = at > this.width / 2;
    this.readout.style.left = rightHalf ? "auto" : `${at + 12}px`;
    this.readout.style.right = rightHalf ? `${this.width - at + 12}px` : "auto";
  }
}

function legendEntry(series) {
  const entry = document.createElement("span");
  const swatch = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "line");
  swatch.setAttribute("width", 22);
  swatch.setAttribute("height", 8);
  const attributes = { x1: 0, x2: 22, y1: 4, y2: 4, stroke: series.colour };
  attributes["stroke-width"] = Math.max(2, series.width);
  attributes.opacity = series.opacity;
  if (series.dashed) attributes["stroke-dasharray"] = "5 3";
  for (const name in attributes) line.setAttribute(name, attributes[name]);
  swatch.append(line);
  entry.append(swatch, series.name);
  return entry;
}

function drawAxes(paint, chart, scale, text, height) {
  const { data, width } = chart;
  const bottom = height - MARGIN.bottom;
  paint.fillStyle = text;
  paint.strokeStyle = text;
  paint.lineWidth = 1;
  paint.textBaseline = "middle";
  paint.textAlign = "right";
  for (const v of scale.yTicks.values) {
    const y = Math.round(scale.y(v)) + 0.5;
    paint.globalAlpha = 0.13;
    strokeLine(paint, MARGIN.left, y, width - MARGIN.right, y);
    paint.globalAlpha = 0.8;
    paint.fillText(format(v, data.y_format, scale.yTicks.step), MARGIN.left - 7, y);
  }
  paint.textAlign = "center";
  for (const v of scale.xTicks.values) {
    const x = Math.round(scale.x(v)) + 0.5;
    paint.globalAlpha = 0.4;
    strokeLine(paint, x, bottom, x, bottom + 4);
    paint.globalAlpha = 0.8;
    paint.fillText(String(+v.toFixed(6)), x, bottom + 13);
  }
  paint.globalAlpha = 0.4;
  strokeLine(paint, MARGIN.left, bottom + 0.5, width - MARGIN.right, bottom + 0.5);
  paint.globalAlpha = 0.8;
  paint.fillText(data.x_label, (MARGIN.left + width - MARGIN.right) / 2, height - 8);
  paint.save();
  paint.translate(10, (MARGIN.top + bottom) / 2);
  paint.rotate(-Math.PI / 2);
  paint.fillText(data.y_label, 0, 0);
  paint.restore();
  paint.globalAlpha = 1;
}

function strokeLine(paint, x0, y0, x1, y1) {
  paint.beginPath();
  paint.moveTo(x0, y0);
  paint.lineTo(x1, y1);
  paint.stroke();
}

function drawSeries(paint, series, scale) {
  paint.strokeStyle = paint.fillStyle = series.colour;
  paint.globalAlpha = series.opacity;
  paint.lineWidth = series.width;
  paint.lineJoin = "round";
  paint.setLineDash(series.dashed ? [6, 4] : []);
  paint.beginPath();
  let pen = false;
  series.y.forEach((y, i) => {
    if (y === null) { pen = false; return; }
    const point = [scale.x(series.x[i]), scale.y(y)];
    if (pen) paint.lineTo(...point);
    else paint.moveTo(...point);
    pen = true;
  });
  paint.stroke();
  paint.setLineDash([]);
  const present = series.y.filter((y) => y !== null).length;
  if (series.markers || present === 1) {
    series.y.forEach((y, i) => {
      if (y === null) return;
      paint.beginPath();
      paint.arc(scale.x(series.x[i]), scale.y(y), 3.5, 0, 2 * Math.PI);
      paint.fill();
    });
  }
  paint.globalAlpha = 1;
}

function nearest(sorted, x) {
  let low = 0, high = sorted.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (sorted[middle] < x) low = middle;
    else high = middle;
  }
  return high >= 0 && Math.abs(sorted[high] - x) < Math.abs(sorted[low] - x) ? high : sorted.length ? low : -1;
}

// The loveliest step is 1, 2 or 5 times a power of ten (Heckbert, Graphics Gems, 1990).
function ticks(from, to, wanted) {
  const rough = (to - from) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((m) => m * power).find((s) => s >= rough);
  const values = [];
  for (let i = Math.ceil(from / step); i * step <= to + step * 1e-9; i++) values.push(i * step);
  return { values, step };
}

function format(value, kind, step) {
  if (kind === "power") return (10 ** value).toExponential(step ? 0 : 1);
  if (kind === "percent") return `${(value * 100).toFixed(step ? 0 : 1)} %`;
  if (value !== 0 && Math.abs(value) < 1e-3) return value.toExponential(1);
  if (step) return value.toFixed(Math.max(0, -Math.floor(Math.log10(step) + 1e-9)));
  return value.toFixed(3);
}
