// @ts-check
// One photo inside a network: the strip of all layers, the chosen layer's channels, one channel.
// Pointing happens in the browser alone; choosing a layer, a channel or a cell asks the server.

import { component } from "../../web/component.js";
import { find, findAny, focusedBeside, textColour } from "../../web/elements.js";
import { unpack } from "../../web/unpack.js";
import { Channel } from "./channel.js";
import { ChannelGrid } from "./channel_grid.js";
import { explained, layerFigures, layerTitle, scaleLegend } from "./layer_head.js";
import { LayerStrip } from "./layer_strip.js";
import { SeenPhoto } from "./seen_photo.js";
import { onPhone } from "./sizes.js";

/** @typedef {import("./header.js").Header} Header */

const WIDE = 700;
const SPACIOUS = 1150;

export default component((parent, trigger) => new Anatomy(findAny(parent, ".anatomy"), trigger));

class Anatomy {
  /** @type {import("./layer_head.js").Shown} of a layer whose kernels can be drawn */
  pictures = "maps";
  leads = false; // to the chosen layer, once it is there
  /** @type {Header} */
  header;
  /** @type {{layer: number, channel: number | null} | null} what was asked for and has not come yet */
  asked = null;
  /** @type {import("./header.js").Arrays} */
  arrays;
  width = 0;

  /** @param {HTMLElement} root @param {import("../../web/component.js").Trigger} trigger */
  constructor(root, trigger) {
    this.root = root;
    this.trigger = trigger;
    this.head = findAny(root, ".detail header");
    this.gridPlace = findAny(root, ".grid-view");
    this.channelPlace = findAny(root, ".channel-view");
    this.strip = new LayerStrip(findAny(root, ".strip"),
      (layer, pressed) => {
        this.leads = pressed;
        this.choose({ layer, channel: null, cell: null });
      });
    this.photo = new SeenPhoto(find(root, "figure canvas", HTMLCanvasElement), findAny(root, ".said"));
    const grid = find(root, ".grid", HTMLCanvasElement);
    this.grid = new ChannelGrid(grid, findAny(this.gridPlace, ".readout"), {
      hover: (cell) => this.showField(cell),
      open: (channel, cell) => this.choose({ channel, cell }),
    });
    this.channel = new Channel(this.channelPlace, {
      hover: (cell) => this.showField(cell),
      pin: (cell) => this.choose({ cell }),
      leave: () => this.choose({ channel: null, cell: null }),
    });
    new ResizeObserver(() => this.header && this.resize()).observe(root);
  }

  /** @param {Uint8Array} packed */
  update(packed) {
    const started = performance.now();
    /** @type {import("../../web/unpack.js").Packed<Header>} */
    const { header, arrays } = unpack(packed);
    this.header = header;
    const { grid, channel } = header;
    const shown = channel ? channel.channel : null;
    if (this.asked?.layer === grid.layer && this.asked.channel === shown) this.asked = null;
    this.arrays = arrays;
    this.root.classList.toggle("dark", isDark(this.root));
    this.measure();
    if (!arrays.kernels || (this.pictures === "changes" && !arrays.changes)) this.pictures = "maps";
    this.photo.update(header, arrays.photo);
    this.strip.update(header.layers, arrays, header.grid.layer);
    this.showDetail();
    if (this.leads && onPhone()) this.goToDetail();
    this.leads = false;
    Object.assign(this.root.dataset, {
      shown: header.id,
      layer: header.grid.layer,
      channel: header.channel ? header.channel.channel : "",
      drawn: Math.round(performance.timeOrigin + performance.now()),
      painting: (performance.now() - started).toFixed(1),
    });
  }

  get isWide() {
    return this.width >= WIDE;
  }

  measure() {
    this.width = this.root.clientWidth;
    this.root.classList.toggle("wide", this.isWide);
    this.root.classList.toggle("phone", onPhone());
    this.root.classList.toggle("spacious", this.width >= SPACIOUS);
  }

  resize() {
    if (this.root.clientWidth === this.width) return;
    this.measure();
    this.photo.show(null);
    this.strip.paint();
    this.showDetail();
  }

  // Where everything lies below each other a pressed layer shows what it has.
  goToDetail() {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.head.scrollIntoView({ block: "start", behavior: calm ? "auto" : "smooth" });
  }

  /** @param {object} change of the layer, the channel, the cell or the shared scale */
  choose(change) {
    const { grid, channel } = this.header;
    const asked = {
      layer: grid.layer,
      shared: grid.shared,
      channel: channel ? channel.channel : null,
      cell: channel ? channel.cell : null,
      ...change,
    };
    this.asked = asked;
    this.trigger("choose", asked);
  }

  // The channel of the shown layer that was asked for and has not come yet.
  askedChannel() {
    return this.asked?.layer === this.header.grid.layer ? this.asked.channel : null;
  }

  showDetail() {
    const before = this.focused();
    this.drawDetail();
    if (before !== null) this.giveFocus(before);
  }

  // The words of what has the keyboard's focus here, "" for a picture; null where nothing has.
  focused() {
    const active = focusedBeside(this.root);
    const parts = [this.head, this.gridPlace, this.channelPlace];
    if (!active || !parts.some((part) => part.contains(active))) return null;
    return active instanceof HTMLButtonElement ? wordsOf(active) : "";
  }

  // What had the focus may be drawn anew, or have made room for something else.
  /** @param {string} words */
  giveFocus(words) {
    const shown = this.header.channel ? this.channelPlace : this.gridPlace;
    const same = [...this.head.querySelectorAll("button")].find((each) => wordsOf(each) === words);
    const next = same ?? shown.querySelector("canvas[tabindex]");
    if (next instanceof HTMLElement) next.focus({ preventScroll: true });
  }

  drawDetail() {
    const { header, arrays } = this;
    const open = Boolean(header.channel);
    this.gridPlace.hidden = open;
    this.channelPlace.hidden = !open;
    this.head.replaceChildren(
      layerTitle(header, this.askedChannel(), (change) => this.choose(change), () => this.goToStrip()),
      layerFigures(header),
      this.legend(),
      header.channel ? "" : explained(header, this.pictures),
    );
    if (header.channel) return this.channel.update(header, header.channel, arrays, this.isWide);
    const { name } = header.layers[header.grid.layer];
    this.grid.canvas.setAttribute("aria-label",
      `Channels of ${name}. Arrow keys move, Enter opens one.`);
    this.grid.update(header.grid, arrays, this.pictures);
    this.grid.tell();
    this.showField(null);
  }

  goToStrip() {
    this.strip.place.scrollIntoView({ block: "start" });
    this.strip.rows[this.header.grid.layer].focus({ preventScroll: true });
  }

  legend() {
    return scaleLegend(this.header, this.arrays, {
      shown: this.pictures,
      share: (shared) => this.choose({ shared }),
      show: (pictures) => {
        this.pictures = pictures;
        this.showDetail();
      },
    });
  }

  // What a cell of the shown layer sees; a layer without maps has one cell that sees all it can.
  /** @param {import("./header.js").Cell | null} cell */
  showField(cell) {
    if (!cell) return this.photo.show(null);
    /** @param {import("./header.js").PackedArray} spans @param {number} index */
    const span = ({ values, shape }, index) => {
      const at = 2 * Math.min(index, shape[0] - 1);
      return [values[at], values[at + 1]];
    };
    const [down, across] = [span(this.arrays.rows, cell[0]), span(this.arrays.columns, cell[1])];
    const nothing = down[0] < 0 || across[0] < 0;
    return this.photo.show(nothing ? null : [down[0], across[0], down[1], across[1]]);
  }
}

/** @param {HTMLElement} button */
const wordsOf = (button) => button.getAttribute("aria-label") ?? button.textContent ?? "";

// Streamlit gives its colours as CSS variables; a light text means a dark page.
/** @param {HTMLElement} node */
function isDark(node) {
  const [red, green, blue] = (textColour(node).match(/[\d.]+/g) ?? []).map(Number);
  return red + green + blue > 380;
}
