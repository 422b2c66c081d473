// The photo as the network gets it, with what one cell sees of it, and what the network says.
const PHOTO_SIDE = 152;

class PhotoView {
  constructor(figure, said) {
    this.canvas = figure.querySelector("canvas");
    this.said = said;
    this.box = null;
  }

  update(header, photo) {
    const [height, width] = photo.shape;
    this.size = [height, width];
    this.sheet = new Sheet({ values: photo.values, shape: [1, height, width] }, null);
    this.canvas.setAttribute("aria-label", `The photo ${header.photo}, as the network gets it`);
    this.say(header);
    this.show(null);
  }

  // box: [top, left, bottom, right] in pixels of the photo, the last two not included
  show(box) {
    this.box = box;
    const pen = ready(this.canvas, PHOTO_SIDE, PHOTO_SIDE);
    this.sheet.draw(pen, 0, 0, 0, PHOTO_SIDE, PHOTO_SIDE);
    this.canvas.dataset.box = box ? box.join(",") : "";
    if (!box) return;
    const [down, across] = [PHOTO_SIDE / this.size[0], PHOTO_SIDE / this.size[1]];
    const [x, y] = [box[1] * across, box[0] * down];
    const [wide, high] = [(box[3] - box[1]) * across, (box[2] - box[0]) * down];
    pen.fillStyle = "rgba(0, 0, 0, 0.45)";
    pen.beginPath();
    pen.rect(0, 0, PHOTO_SIDE, PHOTO_SIDE);
    pen.rect(x, y, wide, high);
    pen.fill("evenodd");
    frame(pen, x + 1, y + 1, Math.max(1, wide - 2), Math.max(1, high - 2));
  }

  say(header) {
    const { classes, colours, probability } = header;
    const answer = element("div", "answer");
    const parts = [element("div", "identity", `${header.run} \u00b7 ${header.epoch} \u00b7 ${header.photo}`), answer];
    if (typeof probability === "string") {
      answer.textContent = "The answer is not a number";
    } else {
      const one = probability >= 0.5 ? 1 : 0;
      const share = (value) => `${(value * 100).toFixed(1)} %`;
      answer.textContent = `${classes[one]} ${share(one ? probability : 1 - probability)}`;
      answer.style.color = colours[one];
      const bar = element("div", "bar");
      [1 - probability, probability].forEach((value, label) => {
        const part = element("span", "");
        part.style.cssText = `width:${value * 100}%;background:${colours[label]}`;
        bar.append(part);
      });
      parts.push(bar, element("div", "ends",
        element("span", "", `${classes[0]} ${share(1 - probability)}`),
        element("span", "", `${classes[1]} ${share(probability)}`)));
    }
    if (header.truth !== null) {
      const wrong = typeof probability === "string" || (probability >= 0.5 ? 1 : 0) !== header.truth;
      parts.push(element("div", wrong ? "words" : "",
        `It is a ${classes[header.truth]}: ${wrong ? "wrong" : "right"}`));
    }
    if (header.confusion) parts.push(this.confusion(header));
    else if (header.untested) parts.push(element("div", "identity", header.untested));
    this.said.replaceChildren(...parts);
  }

  confusion({ classes, confusion }) {
    const table = element("table", "confusion");
    table.append(element("tr", "", element("th", "", "all test photos"),
      ...classes.map((name) => element("th", "", `says ${name}`))));
    confusion.forEach((row, truth) => {
      table.append(element("tr", "", element("th", "", `is ${classes[truth]}`),
        ...row.map((value, said) => element("td", said === truth ? "right" : "", String(value)))));
    });
    return table;
  }
}
