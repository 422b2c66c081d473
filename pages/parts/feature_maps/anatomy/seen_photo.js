// @ts-check
// The photo as the network gets it, with what one cell sees of it, and what the network says.

import { Sheet, frame, ready } from "../../web/canvas.js";
import { confusionTable } from "../../web/confusion.js";
import { element } from "../../web/elements.js";
import { answerText, probabilityBar } from "../../web/probability_bar.js";
import { photoSide } from "./sizes.js";

/** @typedef {import("./header.js").Header} Header */

export class SeenPhoto {
  /** @type {Sheet} */
  sheet;

  /** @param {HTMLCanvasElement} canvas @param {HTMLElement} said */
  constructor(canvas, said) {
    this.canvas = canvas;
    this.said = said;
  }

  /** @param {Header} header @param {import("./header.js").PackedArray} photo */
  update(header, photo) {
    this.sheet = Sheet.of(photo);
    this.canvas.setAttribute("aria-label", `The photo ${header.photo}, as the network gets it`);
    this.said.replaceChildren(...answerLines(header));
    this.show(null);
  }

  // The box of what a cell sees: top, left, bottom, right in pixels, the last two not included.
  /** @param {number[] | null} box */
  show(box) {
    const side = photoSide(this.canvas.closest(".anatomy")?.clientWidth ?? 0);
    const pen = ready(this.canvas, side, side);
    this.sheet.draw(pen, 0, 0, 0, side, side);
    this.canvas.dataset.box = box ? box.join(",") : "";
    if (!box) return;
    const [down, across] = [side / this.sheet.height, side / this.sheet.width];
    const [x, y] = [box[1] * across, box[0] * down];
    const [wide, high] = [(box[3] - box[1]) * across, (box[2] - box[0]) * down];
    pen.fillStyle = "rgba(0, 0, 0, 0.45)";
    pen.beginPath();
    pen.rect(0, 0, side, side);
    pen.rect(x, y, wide, high);
    pen.fill("evenodd");
    frame(pen, x + 1, y + 1, Math.max(1, wide - 2), Math.max(1, high - 2));
  }
}

/** @param {Header} header */
function answerLines(header) {
  const { classes, probability, truth } = header;
  /** @type {HTMLElement[]} */
  const lines = [
    element("div", "identity", `${header.run} \u00b7 ${header.epoch} \u00b7 ${header.photo}`),
  ];
  if (typeof probability === "string") lines.push(element("div", "answer", "The answer is not a number"));
  else lines.push(answerText(probability, header), ...probabilityBar(probability, header));
  if (truth !== null) {
    const wrong = typeof probability === "string" || (probability >= 0.5 ? 1 : 0) !== truth;
    lines.push(element("div", wrong ? "words" : "",
      `It is a ${classes[truth]}: ${wrong ? "wrong" : "right"}`));
  }
  const counts = header.confusion;
  if (counts) {
    lines.push(confusionTable(classes, "all test photos",
      (row, column) => String(counts[row][column])));
  } else if (header.untested) lines.push(element("div", "identity", header.untested));
  return lines;
}
