// The map of photos: one point a photo, its class as colour, a wrong answer as a cross.
const MARGIN = 16;
const THUMB = 190;
const maps = new WeakMap();

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  let map = maps.get(parentElement);
  if (!map) {
    map = new PhotoMap(parentElement.querySelector(".photo-map"));
    maps.set(parentElement, map);
  }
  map.trigger = setTriggerValue;
  map.update(data);
}

class PhotoMap {
  constructor(root) {
    this.root = root;
    const find = (query) => root.querySelector(query);
    this.canvas = find(".points");
    this.thumb = find(".thumb");
    this.about = find(".about");
    this.legend = find(".legend");
    this.near = null;
    this.canvas.onpointermove = (event) => this.point(event);
    this.canvas.onclick = (event) => { this.point(event); this.open(); };
    this.canvas.onkeydown = (event) => this.onKey(event);
    new ResizeObserver(() => this.header && this.paint()).observe(root);
  }

  async update(packed) {
    const { header, arrays } = unpack(packed);
    this.header = header;
    this.places = arrays.places.values;
    this.number = header.names.length;
    const sheet = new Blob([arrays.sheet.values], { type: "image/jpeg" });
    this.sheet = await createImageBitmap(sheet);
    if (this.header !== header) return; // newer data came meanwhile
    this.canvas.setAttribute("aria-label",
      `Map of ${this.number} photos. Arrow keys go to the next photo in that direction, Enter opens it.`);
    if (this.near === null || this.near >= this.number) this.near = header.here;
    this.describe();
    this.paint();
    this.root.dataset.shown = header.id;
  }

  scale() {
    const size = (axis) => {
      let low = Infinity, high = -Infinity;
      for (let i = axis; i < this.places.length; i += 2) {
        low = Math.min(low, this.places[i]);
        high = Math.max(high, this.places[i]);
      }
      return high > low ? [low, high] : [low - 1, low + 1];
    };
    return [size(0), size(1)];
  }

  at(index) {
    const [across, up] = this.ranges;
    const share = (value, [low, high]) => (value - low) / (high - low);
    return [
      MARGIN + share(this.places[2 * index], across) * (this.wide - 2 * MARGIN),
      this.high - MARGIN - share(this.places[2 * index + 1], up) * (this.high - 2 * MARGIN),
    ];
  }

  paint() {
    const room = this.root.clientWidth;
    this.wide = room >= 600 ? room - 230 : room;
    this.high = Math.round(Math.min(430, this.wide * 0.75));
    this.ranges = this.scale();
    const pen = ready(this.canvas, this.wide - 2, this.high);
    const { color, fontFamily } = getComputedStyle(this.canvas);
    pen.font = `12px ${fontFamily}`;
    pen.fillStyle = color;
    pen.globalAlpha = 0.7;
    pen.fillText(this.header.axes[0], this.wide / 2 - 60, this.high - 4);
    pen.save();
    pen.translate(12, this.high / 2 + 60);
    pen.rotate(-Math.PI / 2);
    pen.fillText(this.header.axes[1], 0, 0);
    pen.restore();
    for (let i = 0; i < this.number; i++) if (i !== this.near && i !== this.header.here) this.mark(pen, i, 0.75);
    if (this.header.here !== null) this.mark(pen, this.header.here, 1);
    if (this.near !== null) this.mark(pen, this.near, 1);
  }

  mark(pen, index, alpha) {
    const [x, y] = this.at(index);
    const label = this.header.labels[index], wrong = this.header.wrong[index];
    const colour = label === null ? getComputedStyle(this.canvas).color : this.header.colours[label];
    pen.globalAlpha = alpha;
    if (index === this.near || index === this.header.here) {
      pen.strokeStyle = getComputedStyle(this.canvas).color;
      pen.lineWidth = index === this.near ? 2.5 : 1.5;
      pen.beginPath();
      pen.arc(x, y, 10, 0, 7);
      pen.stroke();
    }
    pen.fillStyle = pen.strokeStyle = colour;
    if (wrong) {
      pen.lineWidth = 2;
      pen.beginPath();
      pen.moveTo(x - 4.5, y - 4.5);
      pen.lineTo(x + 4.5, y + 4.5);
      pen.moveTo(x + 4.5, y - 4.5);
      pen.lineTo(x - 4.5, y + 4.5);
      pen.stroke();
    } else if (label === null) {
      pen.beginPath();
      pen.moveTo(x, y - 7);
      pen.lineTo(x + 7, y);
      pen.lineTo(x, y + 7);
      pen.lineTo(x - 7, y);
      pen.fill();
    } else {
      pen.beginPath();
      pen.arc(x, y, 4, 0, 7);
      pen.fill();
    }
    pen.globalAlpha = 1;
  }

  point(event) {
    const box = this.canvas.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    let best = null, least = 30 * 30;
    for (let i = 0; i < this.number; i++) {
      const [px, py] = this.at(i);
      const distance = (px - x) ** 2 + (py - y) ** 2;
      if (distance < least) [best, least] = [i, distance];
    }
    if (best !== null) this.go(best);
  }

  go(index) {
    if (index === this.near) return;
    this.near = index;
    this.describe();
    this.paint();
  }

  onKey(event) {
    const aim = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (event.key === "Enter") this.open();
    else if (aim) {
      const [x, y] = this.at(this.near ?? 0);
      let best = null, least = Infinity;
      for (let i = 0; i < this.number; i++) {
        const [px, py] = this.at(i);
        const ahead = (px - x) * aim[0] + (py - y) * aim[1];
        const aside = Math.abs((px - x) * aim[1]) + Math.abs((py - y) * aim[0]);
        if (ahead > 0.5 && aside <= 2 * ahead && ahead + 2 * aside < least) {
          [best, least] = [i, ahead + 2 * aside];
        }
      }
      if (best !== null) this.go(best);
    } else return;
    event.preventDefault();
  }

  open() {
    if (this.near !== null) this.trigger("open", this.header.keys[this.near]);
  }

  describe() {
    const { header, near } = this;
    this.legend.replaceChildren(...this.legendLines());
    const pen = ready(this.thumb, THUMB, THUMB);
    if (near === null) {
      this.about.textContent = "Point at a photo to see it; click to open it in all layers.";
      return;
    }
    const side = header.thumb, across = header.across;
    pen.imageSmoothingEnabled = false;
    pen.drawImage(this.sheet, (near % across) * side, Math.floor(near / across) * side, side, side,
      0, 0, THUMB, THUMB);
    const p = header.probabilities[near];
    const one = p >= 0.5 ? 1 : 0;
    const said = element("b", "", `${header.classes[one]} ${((one ? p : 1 - p) * 100).toFixed(1)} %`);
    said.style.color = header.colours[one];
    const label = header.labels[near];
    const truth = label === null ? "not a test photo" : header.wrong[near]
      ? `wrong: it is a ${header.classes[label]}` : "right";
    this.about.replaceChildren(said, element("div", "", truth), element("small", "", header.names[near]));
    this.root.dataset.near = header.keys[near];
  }

  legendLines() {
    const line = (draw, text) => {
      const canvas = element("canvas", "");
      draw(ready(canvas, 16, 16));
      return element("li", "", canvas, text);
    };
    const { classes, colours, here } = this.header;
    const dot = (colour) => (pen) => {
      pen.fillStyle = colour;
      pen.beginPath();
      pen.arc(8, 8, 4, 0, 7);
      pen.fill();
    };
    const text = getComputedStyle(this.canvas).color;
    const lines = [1, 0].map((label) => line(dot(colours[label]), `is a ${classes[label]}, answered rightly`));
    lines.push(line((pen) => {
      pen.strokeStyle = text;
      pen.lineWidth = 2;
      pen.beginPath();
      pen.moveTo(3.5, 3.5); pen.lineTo(12.5, 12.5); pen.moveTo(12.5, 3.5); pen.lineTo(3.5, 12.5);
      pen.stroke();
    }, "answered wrongly, in the colour of what it is"));
    if (here !== null) {
      lines.push(line((pen) => {
        pen.strokeStyle = text;
        pen.lineWidth = 1.5;
        pen.beginPath();
        pen.arc(8, 8, 6.5, 0, 7);
        pen.stroke();
      }, "the photo chosen above"));
    }
    return lines;
  }
}
