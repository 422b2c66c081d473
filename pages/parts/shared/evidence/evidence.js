// Evidence for either class over the photo: two pictures on one scale, as opaque as one likes.
const evidences = new WeakMap();

export default function (component) {
  const { data, parentElement } = component;
  let evidence = evidences.get(parentElement);
  if (!evidence) {
    evidence = new Evidence(parentElement.querySelector(".evidence"));
    evidences.set(parentElement, evidence);
  }
  evidence.update(data);
}

class Evidence {
  constructor(root) {
    this.root = root;
    this.figures = [...root.querySelectorAll("figure")];
    this.canvases = this.figures.map((figure) => figure.querySelector("canvas"));
    this.opacity = root.querySelector("input");
    this.opacity.oninput = () => this.paint();
    for (const canvas of this.canvases) {
      canvas.onpointermove = (event) => this.read(canvas, event);
      canvas.onpointerleave = () => this.tell(null);
    }
    this.cursor = null;
    this.canvases.slice(1).forEach((canvas) => { canvas.onkeydown = (event) => this.move(event); });
    new ResizeObserver(() => this.header && this.paint()).observe(root);
  }

  update(packed) {
    const { header, arrays } = unpack(packed);
    this.header = header;
    this.photo = new Sheet({ values: arrays.photo.values, shape: [1, ...arrays.photo.shape] }, null);
    this.values = arrays.values.values;
    [this.rows, this.columns] = arrays.values.shape;
    this.overlays = [1, 0].map((label) => this.overlay(label));
    const { classes, scale, unit, names } = header;
    const captions = [
      ["The photo", header.photo],
      [`For ${classes[1]}`, names[1]],
      [`For ${classes[0]}`, names[0]],
    ];
    captions.forEach(([title, small], i) => {
      this.figures[i].querySelector("figcaption").replaceChildren(
        title, " ", element("small", "", small));
      this.canvases[i].setAttribute("aria-label", `${title}: ${small}`);
    });
    this.root.querySelector(".legend").textContent = `full colour: ${short(scale)} ${unit}`;
    this.root.dataset.shown = header.id;
    this.tell(null);
    this.paint();
  }

  // The class's colour, the more opaque the stronger; bare where it says nothing for this class.
  overlay(label) {
    const colour = this.header.colours[label].match(/[0-9A-F]{2}/gi).map((hex) => parseInt(hex, 16));
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [this.columns, this.rows];
    const pen = canvas.getContext("2d");
    const picture = pen.createImageData(this.columns, this.rows);
    for (let i = 0; i < this.values.length; i++) {
      const value = label ? this.values[i] : -this.values[i];
      const strength = Number.isFinite(value) ? Math.max(0, Math.min(1, value / this.header.scale)) : 0;
      picture.data.set([...colour, Math.round(255 * strength)], 4 * i);
    }
    pen.putImageData(picture, 0, 0);
    return canvas;
  }

  paint() {
    const room = this.root.clientWidth;
    const across = room >= 560 ? 3 : room >= 330 ? 2 : 1;
    this.side = Math.floor(Math.min(300, (room - 14 * (across - 1)) / across));
    this.figures.forEach((figure) => { figure.style.width = `${this.side}px`; });
    this.canvases.forEach((canvas, i) => {
      const pen = ready(canvas, this.side, this.side);
      this.photo.draw(pen, 0, 0, 0, this.side, this.side);
      if (i === 0) return;
      pen.fillStyle = `rgba(255,255,255,${0.55 * (this.opacity.value / 100)})`;
      pen.fillRect(0, 0, this.side, this.side);
      pen.globalAlpha = this.opacity.value / 100;
      pen.imageSmoothingEnabled = false;
      pen.drawImage(this.overlays[i - 1], 0, 0, this.side, this.side);
      pen.globalAlpha = 1;
      if (this.cursor) {
        const cell = this.side / this.columns;
        frame(pen, this.cursor[1] * cell - 2, this.cursor[0] * cell - 2, 5, 5);
      }
    });
  }

  read(canvas, event) {
    const box = canvas.getBoundingClientRect();
    const at = (pixel, size, cells) => Math.max(0, Math.min(cells - 1, Math.floor((pixel / size) * cells)));
    this.tell([
      at(event.clientY - box.top, box.height, this.rows),
      at(event.clientX - box.left, box.width, this.columns),
    ]);
  }

  tell(cursor) {
    const readout = this.root.querySelector(".readout");
    if (!cursor) {
      readout.textContent = "";
      return;
    }
    const value = this.values[cursor[0] * this.columns + cursor[1]];
    const { classes, unit } = this.header;
    const meaning = !Number.isFinite(value) ? "nothing is said about this place"
      : value === 0 ? "0: for neither"
        : `${short(Math.abs(value))} ${unit} for ${classes[value > 0 ? 1 : 0]}`;
    readout.textContent = `Row ${cursor[0]}, column ${cursor[1]} of the photo: ${meaning}`;
  }

  move(event) {
    const step = {
      ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0],
    }[event.key];
    if (!step) return;
    event.preventDefault();
    const [row, column] = this.cursor ?? [Math.floor(this.rows / 2), Math.floor(this.columns / 2)];
    const clamp = (value, most) => Math.max(0, Math.min(most, value));
    const stride = Math.max(1, Math.round(this.rows / 56));
    this.cursor = [
      clamp(row + step[0] * stride, this.rows - 1), clamp(column + step[1] * stride, this.columns - 1),
    ];
    this.paint();
    this.tell(this.cursor);
  }
}
