// One photo inside a network: the strip of all layers, the chosen layer's channels, one channel.
// Pointing happens in the browser alone; choosing a layer, a channel or a cell asks the server.
const WIDE = 700;
const instances = new WeakMap();

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  let anatomy = instances.get(parentElement);
  if (!anatomy) {
    anatomy = new Anatomy(parentElement.querySelector(".anatomy"));
    instances.set(parentElement, anatomy);
  }
  anatomy.trigger = setTriggerValue;
  anatomy.update(data);
}

class Anatomy {
  constructor(root) {
    this.root = root;
    const find = (query) => root.querySelector(query);
    this.head = find(".detail header");
    this.gridPlace = find(".grid-view");
    this.channelPlace = find(".channel-view");
    this.kernels = false;
    this.strip = new Strip(find(".strip"), (layer) => this.choose({ layer, channel: null, cell: null }));
    this.photo = new PhotoView(find("figure"), find(".said"));
    this.grid = new Grid(find(".grid"), find(".grid-view .readout"), {
      hover: (row, column) => this.showField(row, column),
      open: (channel, cell) => this.choose({ channel, cell }),
    });
    this.channel = new Channel(this.channelPlace, {
      hover: (row, column) => this.showField(row, column),
      pin: (cell) => this.choose({ cell }),
      leave: () => this.choose({ channel: null, cell: null }),
    });
    new ResizeObserver(() => this.header && this.resize()).observe(root);
  }

  update(packed) {
    const started = performance.now();
    const { header, arrays } = unpack(packed);
    this.header = header;
    this.arrays = arrays;
    this.palette = arrays.palette.values;
    this.root.classList.toggle("dark", isDark(this.root));
    this.root.classList.toggle("wide", this.root.clientWidth >= WIDE);
    this.width = this.root.clientWidth;
    if (header.grid.layer !== 0) this.kernels = false;
    this.photo.update(header, arrays.photo);
    this.strip.update(header.layers, arrays, this.palette, header.grid.layer);
    this.showDetail();
    Object.assign(this.root.dataset, {
      shown: header.id,
      layer: header.grid.layer,
      channel: header.channel ? header.channel.channel : "",
      drawn: Math.round(performance.timeOrigin + performance.now()),
      painting: (performance.now() - started).toFixed(1),
    });
  }

  resize() {
    if (this.root.clientWidth === this.width) return;
    this.width = this.root.clientWidth;
    this.root.classList.toggle("wide", this.width >= WIDE);
    this.strip.paint();
    this.showDetail();
  }

  choose(change) {
    const { grid, channel } = this.header;
    this.trigger("choose", {
      layer: grid.layer,
      shared: grid.shared,
      channel: channel ? channel.channel : null,
      cell: channel ? channel.cell : null,
      ...change,
    });
  }

  showDetail() {
    const { header, arrays } = this;
    const open = Boolean(header.channel);
    this.gridPlace.hidden = open;
    this.channelPlace.hidden = !open;
    this.head.replaceChildren(this.title(), this.figures(), this.legend());
    if (open) this.channel.update(header, arrays, this.palette);
    else {
      this.grid.canvas.setAttribute("aria-label",
        `Channels of ${header.layers[header.grid.layer].name}. Arrow keys move, Enter opens one.`);
      this.grid.update(header.grid, arrays, this.palette, this.kernels);
      this.grid.tell();
      this.showField(null);
    }
  }

  title() {
    const { grid, channel, layers } = this.header;
    const layer = layers[grid.layer];
    const title = element("div", "title", element("h3", "", layer.name));
    if (channel && !(grid.folded && grid.size === 1)) {
      const last = (grid.folded ? grid.size : grid.maps[0]) - 1;
      const go = (to) => this.choose({ channel: Math.max(0, Math.min(last, to)), cell: channel.cell });
      const what = grid.folded ? "Number" : "Channel";
      title.append(
        button("\u2190 All", null, () => this.choose({ channel: null, cell: null }), "All channels"),
        button("\u2039", null, () => go(channel.channel - 1), `Previous ${what.toLowerCase()}`),
        element("b", "", `${what} ${channel.channel}`),
        button("\u203a", null, () => go(channel.channel + 1), `Next ${what.toLowerCase()}`),
      );
    }
    const shape = layer.shape.join(" \u00d7 ");
    const sees = `${layer.field.join(" \u00d7 ")} px`;
    title.append(element("span", "about", layer.shape.length === 3
      ? `${shape}, a cell sees ${sees}`
      : `${shape} number${grid.size === 1 ? "" : "s"}, from ${sees} of the photo`));
    return title;
  }

  figures() {
    const { grid, layers } = this.header;
    const line = element("div", "figures");
    const add = (name, value) => line.append(element("span", "", `${name} `, element("b", "", value)));
    add("mean", short(grid.mean));
    add("spread", short(grid.spread));
    add("zeros", `${(grid.zeros * 100).toFixed(1)} %`);
    line.append(this.histogram());
    if (layers[grid.layer].words) line.append(element("span", "words", layers[grid.layer].words));
    return line;
  }

  histogram() {
    const { counts, edges, minimum, maximum } = this.header.grid;
    const canvas = element("canvas", "histogram");
    canvas.setAttribute("role", "img");
    const about = `All values of the layer, from ${short(minimum)} to ${short(maximum)}`;
    canvas.setAttribute("aria-label", `Histogram. ${about}`);
    canvas.title = `${about}. Bars on a square-root scale.`;
    const [wide, high] = [123, 28];
    const pen = ready(canvas, wide, high);
    const most = Math.max(1, ...counts);
    const bar = wide / counts.length;
    counts.forEach((value, i) => {
      const middle = edges[0] + ((i + 0.5) / counts.length) * (edges[1] - edges[0]);
      pen.fillStyle = middle < 0 ? "#0072B2" : "#D55E00";
      const tall = value ? Math.max(1, Math.sqrt(value / most) * high) : 0;
      pen.fillRect(i * bar, high - tall, bar - 0.5, tall);
    });
    return canvas;
  }

  legend() {
    const { grid, channel } = this.header;
    const line = element("div", "figures");
    const scale = channel ? channel.scale : grid.shared ? this.arrays.scales.values[0] : null;
    const bar = element("canvas", "");
    const pen = ready(bar, 90, 10);
    for (let x = 0; x < 90; x++) {
      const at = 3 * Math.round(1 + (x / 89) * 254);
      pen.fillStyle = `rgb(${this.palette[at]},${this.palette[at + 1]},${this.palette[at + 2]})`;
      pen.fillRect(x, 0, 1, 10);
    }
    if (scale !== undefined) {
      const [low, high] = scale === null ? ["\u2212", "+"] : [short(-scale), short(scale)];
      line.append(element("span", "legend", low, bar, high, " \u00b7 zero is always this grey"));
    }
    if (!channel) {
      const choices = element("span", "choices",
        button("One scale for all", grid.shared, () => this.choose({ shared: true })),
        button("One each", !grid.shared, () => this.choose({ shared: false })));
      if (this.arrays.kernels) {
        choices.append(button("Kernels", this.kernels, () => {
          this.kernels = !this.kernels;
          this.showDetail();
        }));
      }
      line.append(choices);
    }
    return line;
  }

  // What a cell of the shown layer sees; a layer without maps has one cell that sees all it can.
  showField(row, column) {
    const { rows, columns } = this.arrays;
    if (row === null || row === undefined) return this.photo.show(null);
    const span = ({ values, shape }, index) => {
      const at = 2 * Math.min(index, shape[0] - 1);
      return [values[at], values[at + 1]];
    };
    const [down, across] = [span(rows, row), span(columns, column)];
    const nothing = down[0] < 0 || across[0] < 0;
    return this.photo.show(nothing ? null : [down[0], across[0], down[1], across[1]]);
  }
}

// Streamlit gives its colours as CSS variables; a light text means a dark page.
function isDark(node) {
  const [red, green, blue] = getComputedStyle(node).color.match(/[\d.]+/g).map(Number);
  return red + green + blue > 380;
}
