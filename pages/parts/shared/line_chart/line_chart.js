// @ts-check
// Charts that stay mounted: new data repaint their canvas, and cursor and zoom survive.

import { ready, strokeLine } from "../../web/canvas.js";
import { component } from "../../web/component.js";
import { find, findAny, textColour } from "../../web/elements.js";
import { MARGIN, drawAxes, drawSeries, legendEntry, tellAxes } from "./drawing.js";
import { drawCut, drawMarks, showRing } from "./marks.js";
import { chartNumber, logRange, logTicks, nearest, paddedRange, ticks } from "./scales.js";

/** @typedef {import("./drawing.js").ChartData} ChartData */
/** @typedef {[from: number, to: number]} Range */

export default component((parent) => new Board(parent));

class Board {
  /** @type {Chart[]} */
  charts = [];

  /** @param {HTMLElement} parent */
  constructor(parent) {
    this.grid = findAny(parent, ".charts");
    this.template = find(parent, "template", HTMLTemplateElement);
  }

  /** @param {{columns: number, charts: ChartData[]}} data */
  update({ columns, charts }) {
    this.grid.style.setProperty("--columns", String(columns));
    charts.forEach((data, i) => {
      this.charts[i] ??= this.addChart();
      this.charts[i].update(data);
    });
  }

  addChart() {
    this.grid.append(this.template.content.cloneNode(true));
    return new Chart(/** @type {HTMLElement} */ (this.grid.lastElementChild));
  }
}

class Chart {
  /** @type {ChartData | undefined} */
  data;
  /** @type {Range | null} in data units */
  zoom = null;
  /** @type {number | null} an x in data units */
  cursor = null;
  /** @type {Range | null} in pixels */
  drag = null;
  content = "";
  frameDrawn = "";
  width = 0;

  /** @param {HTMLElement} figure */
  constructor(figure) {
    this.figure = figure;
    this.plot = findAny(figure, ".plot");
    this.canvas = find(figure, "canvas", HTMLCanvasElement);
    this.title = findAny(figure, "strong");
    this.legend = findAny(figure, ".legend");
    this.ring = findAny(figure, ".ring");
    this.reset = find(figure, "button", HTMLButtonElement);
    this.readout = findAny(figure, ".readout");
    this.note = findAny(figure, ".note");
    this.reset.onclick = () => this.setZoom(null);
    this.listen();
    new ResizeObserver(() => this.draw()).observe(this.plot);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw());
  }

  /** @param {ChartData} data */
  update(data) {
    const content = JSON.stringify(data);
    if (content === this.content) return; // an epoch's chart has news far less often than it is sent
    this.content = content;
    this.data = data;
    const { title, rows, note, series, marks } = data;
    const looks = series.map((s) => [s.name, s.colour, s.dashed]);
    const frame = JSON.stringify([title, rows, note, looks]);
    if (frame !== this.frameDrawn) {
      this.frameDrawn = frame;
      this.title.textContent = title;
      this.figure.style.gridRow = `span ${rows}`;
      this.note.textContent = note;
      this.note.hidden = !note;
      this.legend.replaceChildren(...series.map(legendEntry), this.ring);
      this.plot.setAttribute(
        "aria-label",
        `${title}: ${data.y_label} over ${data.x_label}. ` +
          "Arrow keys read values, plus and minus zoom, 0 resets.",
      );
    }
    showRing(this.ring, marks);
    this.draw();
  }

  get series() {
    return this.data?.series ?? [];
  }

  // ---- pointer and keyboard

  listen() {
    const { plot } = this;
    /** @param {PointerEvent} event */
    const at = (event) => event.clientX - plot.getBoundingClientRect().left;
    plot.onpointerdown = (event) => {
      plot.setPointerCapture(event.pointerId);
      this.drag = [at(event), at(event)];
      this.moveCursor(this.toX(at(event)));
    };
    plot.onpointermove = (event) => {
      if (this.drag) this.drag[1] = at(event);
      this.moveCursor(this.toX(at(event)));
    };
    plot.onpointerup = () => {
      const drag = this.drag;
      this.drag = null;
      if (drag && Math.abs(drag[1] - drag[0]) > 8) {
        const [from, to] = drag.map((pixel) => this.toX(pixel)).sort((a, b) => a - b);
        this.setZoom([from, to]);
      } else this.draw();
    };
    plot.onpointercancel = () => { this.drag = null; this.draw(); };
    // A finger that was lifted leaves the value that it has tapped.
    plot.onpointerleave = ({ pointerType }) => {
      if (!this.drag && pointerType !== "touch") this.moveCursor(null);
    };
    plot.ondblclick = () => this.setZoom(null);
    plot.onkeydown = (event) => this.onKey(event);
    plot.onblur = () => this.moveCursor(null);
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    const xs = [...new Set(this.series.flatMap((s) => s.x))].sort((a, b) => a - b);
    if (!xs.length) return;
    const [from, to] = this.xRange();
    const middle = this.cursor ?? (from + to) / 2;
    /** @param {number} factor */
    const zoomBy = (factor) =>
      this.setZoom([middle - (middle - from) * factor, middle + (to - middle) * factor]);
    /** @type {Record<string, () => void>} */
    const moves = {
      ArrowLeft: () => this.moveCursor(xs.findLast((x) => x < middle) ?? xs[0]),
      ArrowRight: () => this.moveCursor(xs.find((x) => x > middle) ?? xs[xs.length - 1]),
      "+": () => zoomBy(0.5),
      "-": () => zoomBy(2),
      0: () => this.setZoom(null),
      Escape: () => this.setZoom(null),
    };
    if (!moves[event.key]) return;
    event.preventDefault();
    moves[event.key]();
  }

  /** @param {number | null} x */
  moveCursor(x) {
    this.cursor = x;
    this.draw();
  }

  /** @param {Range | null} range */
  setZoom(range) {
    const [from, to] = this.fullRange();
    const [low, high] = range ? [Math.max(range[0], from), Math.min(range[1], to)] : [from, to];
    this.zoom = high > low && (low > from || high < to) ? [low, high] : null;
    this.draw();
  }

  // ---- ranges

  /** @returns {Range} */
  fullRange() {
    const xs = this.series.flatMap((s) => s.x);
    const from = Math.min(...xs), to = Math.max(...xs);
    return from === to ? [from - 1, to + 1] : [from, to];
  }

  xRange() {
    return this.zoom ?? this.fullRange();
  }

  // On a log scale in exponents of ten. Whoever zooms wants to see all that is there.
  /** @param {ChartData} data @returns {Range} */
  yRange({ y_log, y_limit, marks, height }) {
    const [from, to] = this.xRange();
    const shown = this.series.flatMap(({ x, y }) =>
      y.flatMap((value, i) => (value !== null && x[i] >= from && x[i] <= to ? [value] : [])));
    if (y_log) return logRange(shown);
    if (y_limit === null || this.zoom) {
      const [low, high] = paddedRange(shown.length ? shown : [0, 1]);
      const labelled = marks.some((mark) => mark.y === null); // along the top
      return [low, labelled ? high + (18 / height) * (high - low) : high];
    }
    return [paddedRange([...shown.filter((y) => y <= y_limit), y_limit])[0], y_limit];
  }

  get innerWidth() {
    return this.width - MARGIN.left - MARGIN.right;
  }

  /** @param {number} pixel */
  toX(pixel) {
    const [from, to] = this.xRange();
    return from + ((pixel - MARGIN.left) / this.innerWidth) * (to - from);
  }

  /** @param {ChartData} data @returns {import("./drawing.js").Scale} */
  scale(data) {
    const [x0, x1] = this.xRange(), [y0, y1] = this.yRange(data);
    const w = this.innerWidth, h = data.height - MARGIN.top - MARGIN.bottom;
    const whole = data.x_format === "power" || this.series.every((s) => s.x.every(Number.isInteger));
    /** @param {number} v what is not above zero has no place on a log scale */
    const place = (v) => (data.y_log ? Math.log10(Math.max(v, 1e-30)) : v);
    return {
      x: (v) => MARGIN.left + ((v - x0) / (x1 - x0)) * w,
      y: (v) => MARGIN.top + h - ((place(v) - y0) / (y1 - y0)) * h,
      xTicks: ticks(x0, x1, Math.max(2, w / 90), whole),
      yTicks: data.y_log ? logTicks(y0, y1) : ticks(y0, y1, 5),
    };
  }

  // ---- drawing

  draw() {
    this.width = this.plot.clientWidth;
    if (!this.data || !this.width) return;
    const { data, width } = this;
    const points = this.series.reduce((n, s) => n + s.x.length, 0);
    this.reset.hidden = !this.zoom;
    this.plot.dataset.points = String(points);
    this.plot.dataset.last = String(Math.max(0, ...this.series.map((s) => s.x.at(-1) ?? 0)));
    this.plot.dataset.zoom = this.zoom ? this.zoom.map((x) => x.toFixed(3)).join(" ") : "";
    const pen = ready(this.canvas, width, data.height);
    this.canvas.style.width = "100%"; // the plot's width need not be a whole number
    const text = textColour(this.plot);
    pen.font = `12px ${getComputedStyle(this.plot).fontFamily}`;
    if (!points) {
      pen.fillStyle = text;
      pen.textAlign = "center";
      pen.fillText(data.empty, width / 2, data.height / 2);
      this.readout.hidden = true;
      return;
    }
    const scale = this.scale(data);
    const ink = { text, paper: getComputedStyle(this.plot).getPropertyValue("--st-background-color") };
    drawAxes(pen, data, scale, width, text);
    pen.save();
    pen.beginPath();
    pen.rect(MARGIN.left - 5, 0, this.innerWidth + 10, data.height - MARGIN.bottom + 5);
    pen.clip();
    for (const series of data.series) drawSeries(pen, series, scale);
    this.drawPointer(pen, scale, data.height - MARGIN.bottom, text);
    pen.restore();
    const top = data.y_log ? Infinity : this.yRange(data)[1];
    const { count, taken } = drawCut(pen, data, scale, top, width, ink);
    this.plot.dataset.cut = String(count);
    drawMarks(pen, data, scale, taken, width, ink);
    tellAxes(this.plot, data, scale);
    this.tellValues(data, scale);
  }

  /**
   * @param {CanvasRenderingContext2D} pen @param {import("./drawing.js").Scale} scale
   * @param {number} bottom @param {string} text
   */
  drawPointer(pen, scale, bottom, text) {
    pen.strokeStyle = pen.fillStyle = text;
    if (this.drag) {
      const [a, b] = this.drag;
      pen.globalAlpha = 0.12;
      pen.fillRect(Math.min(a, b), 0, Math.abs(b - a), bottom);
    } else if (this.cursor !== null) {
      pen.globalAlpha = 0.5;
      pen.setLineDash([3, 3]);
      const x = scale.x(this.cursor);
      strokeLine(pen, x, MARGIN.top, x, bottom);
      pen.setLineDash([]);
    }
    pen.globalAlpha = 1;
  }

  /** @param {ChartData} data @param {import("./drawing.js").Scale} scale */
  tellValues(data, scale) {
    const { cursor } = this;
    this.readout.hidden = cursor === null || this.drag !== null;
    if (cursor === null || this.drag) return;
    const lines = [];
    for (const { name, x, y } of data.series) {
      const i = nearest(x, cursor);
      const value = i < 0 ? null : y[i];
      if (value === null) continue;
      const place = data.x_format === "power" ? chartNumber(x[i], "power") : +x[i].toFixed(2);
      if (!lines.length) lines.push(`${data.x_label} ${place}`);
      lines.push(`${name}: ${chartNumber(value, data.y_format)}`);
    }
    this.readout.innerText = lines.join("\n");
    const at = scale.x(cursor);
    const rightHalf = at > this.width / 2;
    this.readout.style.left = rightHalf ? "auto" : `${at + 12}px`;
    this.readout.style.right = rightHalf ? `${this.width - at + 12}px` : "auto";
  }
}
