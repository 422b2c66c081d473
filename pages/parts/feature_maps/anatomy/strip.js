// The strip: every layer a row that can be pressed, with its facts and as many of its maps as fit.
const ROOM_FOR_ROWS = 540;

class Strip {
  constructor(place, choose) {
    this.place = place;
    this.choose = choose;
    this.rows = [];
    this.place.addEventListener("keydown", (event) => this.move(event));
  }

  update(layers, arrays, palette, chosen) {
    const names = JSON.stringify(layers.map((layer) => [layer.name, layer.shape]));
    if (names !== this.names) {
      this.names = names;
      this.build(layers);
    }
    this.layers = layers;
    this.sheets = layers.map((_, index) => new Sheet(arrays[`strip${index}`], palette));
    this.chosen = chosen;
    this.paint();
  }

  build(layers) {
    const head = element("div", "layer head",
      element("span", "", "layer"), element("span", "", "shape"),
      element("span", "figure", "weights"), element("span", "figure", "sees"),
      element("span", "", "maps"));
    this.rows = layers.map((layer, index) => {
      const row = button("", false, () => this.choose(index));
      row.className = "layer";
      if (index && /^(Conv|Flatten|Linear|Adaptive)/.test(layer.name)) row.classList.add("new-block");
      row.append(
        element("span", "name", layer.name),
        element("span", "shape", layer.shape.join(" \u00d7 ")),
        element("span", "figure", layer.parameters ? count(layer.parameters) : ""),
        element("span", "figure", String(Math.max(...layer.field))),
        element("span", "pictures", element("canvas", "")),
      );
      return row;
    });
    this.place.replaceChildren(head, ...this.rows);
  }

  paint() {
    const high = Math.max(15, Math.min(26, Math.floor(ROOM_FOR_ROWS / this.rows.length)));
    this.rows.forEach((row, index) => {
      const layer = this.layers[index];
      const pressed = index === this.chosen;
      row.setAttribute("aria-pressed", String(pressed));
      row.tabIndex = pressed ? 0 : -1;
      row.style.height = `${high}px`;
      const sees = Math.max(...layer.field);
      const words = layer.words ? `, ${layer.words}` : "";
      row.setAttribute("aria-label",
        `${layer.name}, ${layer.shape.join(" by ")}, sees ${sees} pixels${words}`);
      row.title = `${layer.name}: ${layer.parameters.toLocaleString("en")} weights, a cell sees `
        + `${layer.field.join(" \u00d7 ")} pixels${words}`;
      this.paintRow(row.querySelector("canvas"), index, high - 2);
    });
  }

  paintRow(canvas, index, high) {
    const layer = this.layers[index], sheet = this.sheets[index];
    const room = Math.max(40, canvas.parentElement.clientWidth);
    const pen = ready(canvas, room, high);
    const { color: text, fontFamily: font } = getComputedStyle(canvas);
    pen.font = `600 ${Math.min(12, high - 4)}px ${font}`;
    pen.textBaseline = "middle";
    pen.fillStyle = text;
    if (layer.value !== null) {
      sheet.draw(pen, 0, 0, 0, high, high);
      pen.fillText(short(layer.value), high + 6, high / 2 + 1);
      return;
    }
    if (layer.shape.length === 1) {
      const wide = Math.min(room, sheet.width * Math.max(1, Math.floor(high / sheet.height)));
      sheet.draw(pen, 0, 0, 0, wide, high);
      return;
    }
    const wide = high * (sheet.width / sheet.height);
    const fits = Math.floor((room + 2) / (wide + 2));
    const more = layer.shape[0] > fits || layer.words ? 1 : 0;
    const label = layer.words ? shortWords(layer.words) : layer.shape[0] > fits ? "\u2026" : "";
    const kept = label ? pen.measureText(label).width + 6 : 0;
    const shown = Math.min(sheet.count, Math.floor((room - kept * more + 2) / (wide + 2)));
    for (let map = 0; map < shown; map++) sheet.draw(pen, map, map * (wide + 2), 0, wide, high);
    if (label) {
      pen.fillStyle = layer.words ? warningColour(canvas) : text;
      pen.fillText(label, shown * (wide + 2) + 3, high / 2 + 1);
    }
  }

  move(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const focused = this.rows.findIndex((row) => row.matches(":focus"));
    const next = Math.max(0, Math.min(this.rows.length - 1, focused + step));
    this.rows[next].focus();
    this.choose(next);
  }
}

// "3 of 16 dead, 1 of 16 constant" as room allows: "3 dead"
function shortWords(words) {
  if (words.includes("NaN")) return "NaN";
  return words.split(", ").map((part) => part.replace(/ of [\d,]+/, "")).join(", ");
}

function warningColour(canvas) {
  return canvas.closest(".dark") ? "#ff8a80" : "#b3261e";
}
