// @ts-check
// A row of pictures, to look at or to click.

import { component } from "../../web/component.js";
import { element, findAny } from "../../web/elements.js";

/**
 * @typedef {{source: string, before: string, caption: string, alt: string, colour: string}} Picture
 * `before` is what stands at the left of it, "" for nothing
 */
/**
 * @typedef {object} Data
 * @property {number} side @property {boolean} clickable @property {Picture[]} pictures
 * @property {(boolean | null)[]} chosen of each picture; null where a click acts
 */

export default component((parent, trigger) => new Gallery(findAny(parent, ".gallery"), trigger));

class Gallery {
  content = "";

  /** @param {HTMLElement} root @param {import("../../web/component.js").Trigger} trigger */
  constructor(root, trigger) {
    this.root = root;
    this.trigger = trigger;
  }

  /** @param {Data} data */
  update(data) {
    this.show(data);
    data.chosen.forEach((chosen, index) => {
      if (chosen !== null) this.root.children[index].setAttribute("aria-pressed", String(chosen));
    });
  }

  /** @param {Data} data */
  show({ chosen, ...data }) {
    const content = JSON.stringify(data);
    if (content === this.content) return; // the same pictures stay put, and the focus on them
    this.content = content;
    this.root.replaceChildren(...data.pictures.map((picture, index) => {
      const images = [picture.before, picture.source].filter(Boolean).map((source) => {
        const image = element("img", "");
        image.src = source;
        image.style.borderColor = picture.colour;
        return image;
      });
      images.forEach((image, place) => { image.alt = place ? "" : picture.alt; });
      const caption = element("span", "caption", picture.caption);
      caption.title = picture.caption;
      const shown = element("span", "images", ...images);
      const entry = element(data.clickable ? "button" : "div", "picture", shown, caption);
      entry.style.width = `${images.length * data.side}px`;
      if (entry instanceof HTMLButtonElement) {
        entry.type = "button";
        entry.onclick = () => this.trigger("clicked", index);
      }
      return entry;
    }));
  }
}
