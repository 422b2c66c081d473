// @ts-check
// One small chart a layer, all on the same log scale, read at the same epoch.

import { component } from "../../web/component.js";
import { element, findAny, svgElement } from "../../web/elements.js";
import { clamp } from "../../web/keyboard.js";
import { minus, readNumber } from "../../web/numbers.js";

/**
 * @typedef {object} Line
 * @property {string} key @property {string} label @property {string} colour
 * @property {number} width @property {boolean} dashed
 */
/**
 * @typedef {object} LayerChart
 * @property {string} name @property {Record<string, (number | null)[]>} values
 * @property {string[]} words
 */
/** @typedef {{charts: LayerChart[], epochs: number[], lines: Line[], band: [number, number]}} Data */
/** @typedef {{x: (place: number) => number, y: (value: number) => number, powers: number[], low: number}} Scale */

const LEFT = 34, RIGHT = 8, TOP = 6, BOTTOM = 28, HEIGHT = 116;
const POWERS = 4; // labels along an axis, at most

export default component((parent) => new LayerCharts(parent));

class LayerCharts {
  /** @type {Data} */
  data = { charts: [], epochs: [], lines: [], band: [1, 1] };
  /** @type {number | null} the place of the epoch that is read, or the newest */
  cursor = null;
  drawn = "";

  /** @param {HTMLElement} parent */
  constructor(parent) {
    this.key = findAny(parent, ".key");
    this.grid = findAny(parent, ".charts");
    this.grid.onpointermove = (event) => this.point(event);
    this.grid.onpointerdown = (event) => this.point(event);
    this.grid.onpointerleave = () => this.read(null);
    this.grid.onblur = () => this.read(null);
    this.grid.onkeydown = (event) => this.onKey(event);
    new ResizeObserver(() => this.draw()).observe(this.grid);
  }

  /** @param {Data} data */
  update(data) {
    const content = JSON.stringify(data);
    if (content === this.drawn) return; // news come once an epoch
    this.drawn = content;
    this.data = data;
    const band = svgElement("svg", { width: 22, height: 10 });
    band.append(svgElement("rect", { width: 22, height: 10, fill: data.lines[0].colour, opacity: 0.2 }));
    this.key.replaceChildren(
      ...data.lines.map((line) => element("span", "", swatch(line), line.label)),
      element("span", "", band, "healthy for the update"),
    );
    while (this.grid.children.length > data.charts.length) this.grid.lastElementChild?.remove();
    while (this.grid.children.length < data.charts.length) this.grid.append(card());
    this.draw();
  }

  get newest() {
    return this.data.epochs.length - 1;
  }

  // ---- pointer and keyboard

  /** @param {PointerEvent} event */
  point(event) {
    const plot = event.target instanceof Element ? event.target.closest(".plot") : null;
    if (!plot || this.newest < 0) return;
    const box = plot.getBoundingClientRect();
    const share = (event.clientX - box.left - LEFT) / (box.width - LEFT - RIGHT);
    const { epochs } = this.data;
    const wanted = epochs[0] + share * (epochs[this.newest] - epochs[0]);
    const far = epochs.map((epoch) => Math.abs(epoch - wanted));
    this.read(far.indexOf(Math.min(...far)));
  }

  /** @param {KeyboardEvent} event */
  onKey(event) {
    /** @type {Record<string, number>} */
    const steps = { ArrowLeft: -1, ArrowRight: 1 };
    const step = steps[event.key];
    if (event.key === "Escape") this.read(null);
    if (!step || this.newest < 0) return;
    event.preventDefault();
    this.read(clamp((this.cursor ?? this.newest) + step, 0, this.newest));
  }

  /** @param {number | null} place */
  read(place) {
    if (place === this.cursor) return;
    this.cursor = place;
    this.draw();
  }

  // ---- drawing

  draw() {
    const range = powersOf(this.data);
    const place = Math.min(this.cursor ?? this.newest, this.newest);
    this.data.charts.forEach((chart, i) => {
      const figure = /** @type {HTMLElement} */ (this.grid.children[i]);
      this.tell(figure, chart, place);
      this.drawPlot(figure, chart, range, place);
    });
  }

  /** @param {HTMLElement} figure @param {LayerChart} chart @param {number} place */
  tell(figure, chart, place) {
    const { epochs, lines } = this.data;
    const epoch = place < 0 ? "" : `epoch ${epochs[place]}`;
    const numbers = lines.map(({ key }) => shown(chart.values[key][place] ?? null));
    findAny(figure, "figcaption").replaceChildren(chart.name, element("span", "", epoch));
    findAny(figure, "dl").replaceChildren(
      ...lines.flatMap((line, i) => [
        element("dt", "", swatch(line), line.key), element("dd", "", numbers[i]),
      ]),
    );
    const words = chart.words[place] ?? "";
    findAny(figure, ".words").textContent = words;
    const said = lines.map((line, i) => `${line.key} ${numbers[i]}`).join(", ");
    figure.setAttribute("aria-label", `${chart.name}, ${epoch || "nothing yet"}: ${said}. ${words}`);
  }

  /** @param {HTMLElement} figure @param {LayerChart} chart @param {[number, number]} range @param {number} place */
  drawPlot(figure, chart, [low, high], place) {
    const plot = /** @type {SVGElement} */ (figure.querySelector(".plot"));
    const { epochs, lines, band } = this.data, width = plot.clientWidth || 158;
    const right = width - RIGHT, bottom = HEIGHT - BOTTOM;
    const from = epochs[0] ?? 0, span = (epochs[this.newest] ?? 1) - from;
    /** @param {number} i */
    const x = (i) => (span ? LEFT + ((epochs[i] - from) / span) * (right - LEFT) : (LEFT + right) / 2);
    /** @param {number} power */
    const y = (power) => TOP + ((high - power) / (high - low)) * (bottom - TOP);
    const [least, most] = band.map((value) => clamp(y(Math.log10(value)), TOP, bottom));
    const parts = [
      svgElement("rect", { x: LEFT, y: most, width: right - LEFT, height: least - most,
        fill: lines[0].colour, opacity: 0.2 }),
    ];
    const every = Math.ceil((high - low) / POWERS);
    for (let power = low; power <= high; power++) {
      if (power % every) continue;
      parts.push(rule(LEFT, right, y(power), 0.13), text(LEFT - 4, y(power) + 4, "end", powerText(power)));
    }
    parts.push(rule(LEFT, right, bottom, 0.4), text((LEFT + right) / 2, HEIGHT - 3, "middle", "epoch"));
    for (const i of labelledPlaces(epochs))
      parts.push(text(x(i), bottom + 12, span ? (i ? "end" : "start") : "middle", String(epochs[i])));
    if (this.cursor !== null && place >= 0)
      parts.push(svgElement("line", { x1: x(place), x2: x(place), y1: TOP, y2: bottom,
        stroke: "currentColor", opacity: 0.5, "stroke-dasharray": "3 3" }));
    for (const line of lines) parts.push(...drawn(line, chart.values[line.key], x, y, [low, high]));
    plot.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
    plot.replaceChildren(...parts);
    figure.dataset.points = String(epochs.length);
  }
}

// The places of the epochs that stand below the axis: the first and the newest, as far as there are any.
/** @param {number[]} epochs */
export const labelledPlaces = (epochs) => [...new Set(epochs.length ? [0, epochs.length - 1] : [])];

function card() {
  const plot = svgElement("svg", { class: "plot", "aria-hidden": "true" });
  const made = element("figure", "", element("figcaption", ""), plot, element("dl", ""), element("p", "words"));
  made.setAttribute("role", "img");
  return made;
}

/** @param {Line} line */
function swatch(line) {
  const made = svgElement("svg", { width: 18, height: 8 });
  made.append(svgElement("line", { x1: 0, x2: 18, y1: 4, y2: 4, ...stroke(line) }));
  return made;
}

/** @param {Line} line @returns {Record<string, string | number>} */
function stroke({ colour, width, dashed }) {
  return { stroke: colour, "stroke-width": width, ...(dashed ? { "stroke-dasharray": "5 3" } : {}) };
}

// The powers of ten between which all values of all layers lie, so that charts can be compared.
/** @param {Data} data @returns {[low: number, high: number]} */
function powersOf({ charts, lines, band }) {
  const values = charts.flatMap((chart) => lines.flatMap(({ key }) => chart.values[key]));
  const known = [...values, ...band].flatMap((value) => (value ? [Math.log10(Math.abs(value))] : []));
  return [Math.max(-10, Math.floor(Math.min(...known))), Math.min(6, Math.ceil(Math.max(0, ...known)))];
}

// A line with gaps where nothing is known; a point that stands alone is a dot.
/** @param {Line} line @param {(number | null)[]} values @param {(i: number) => number} x @param {(power: number) => number} y @param {[number, number]} range */
function drawn(line, values, x, y, [low, high]) {
  let path = "", down = false;
  /** @type {SVGElement[]} */
  const dots = [];
  values.forEach((value, i) => {
    if (value) {
      const at = `${x(i).toFixed(1)} ${y(clamp(Math.log10(value), low, high)).toFixed(1)}`;
      path += `${down ? "L" : "M"}${at}`;
      const [cx, cy] = at.split(" ");
      if (!down && !values[i + 1]) dots.push(svgElement("circle", { cx, cy, r: 3, fill: line.colour }));
    }
    down = Boolean(value);
  });
  return [svgElement("path", { d: path, fill: "none", "stroke-linejoin": "round", ...stroke(line) }), ...dots];
}

/** @param {number} x1 @param {number} x2 @param {number} y @param {number} opacity */
const rule = (x1, x2, y, opacity) =>
  svgElement("line", { x1, x2, y1: y, y2: y, stroke: "currentColor", opacity });

/** @param {number} x @param {number} y @param {string} anchor @param {string} words */
function text(x, y, anchor, words) {
  const made = svgElement("text", { x, y, "text-anchor": anchor });
  made.textContent = words;
  return made;
}

// 1, 0.1, 0.01, then 1e-3: as short as the margin is.
/** @param {number} power */
const powerText = (power) => minus(Math.abs(power) < 3 ? String(Number(`1e${power}`)) : `1e${power}`);

/** @param {number | null} value */
const shown = (value) => (value === null ? "\u2013" : readNumber(value));
