// @ts-check
// Which input channel reaches which output channel, drawn as wires; its ends choose the channels.

import { button, element, svgElement } from "../../web/elements.js";
import { groupSizes } from "./sums.js";

/** @typedef {import("./modes.js").Header} Header */

const GROUP_COLOURS = [
  "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7A5195", "#808080",
];

export class Wiring {
  /** @param {HTMLElement} place @param {(channel: number | null, out: number | null) => void} choose */
  constructor(place, choose) {
    this.place = place;
    this.choose = choose;
  }

  /** @param {Header} e @param {number} shownIn @param {number} shownOut */
  show(e, shownIn, shownOut) {
    const kind = e.groups === 1 ? "1 group" : e.groups === e.channels ? "depthwise" : `${e.groups} groups`;
    const cost = element("p", "cost",
      `${kind} \u00b7 ${e.parameters.toLocaleString("en")} parameters`,
      element("br", ""),
      `${e.multiplyAdds.toLocaleString("en")} multiply-adds`);
    const single = e.channels === 1 && e.outChannels === 1;
    this.place.replaceChildren(...(single ? [cost] : [this.wires(e, shownIn, shownOut), cost]));
  }

  // Percentages, so that the wires meet the buttons' rows at every size.
  /** @param {Header} e @param {number} shownIn @param {number} shownOut */
  wires(e, shownIn, shownOut) {
    const { ins, outs } = groupSizes(e);
    const svg = svgElement("svg",
      { viewBox: "0 0 100 100", preserveAspectRatio: "none", "aria-hidden": "true" });
    /** @param {number} k @param {number} count */
    const height = (k, count) => ((k + 0.5) / count) * 100;
    for (let out = 0; out < e.outChannels; out++) {
      const group = Math.floor(out / outs);
      for (let channel = group * ins; channel < (group + 1) * ins; channel++) {
        const shown = channel === shownIn && out === shownOut;
        svg.append(svgElement("line", {
          x1: 14, x2: 86, y1: height(channel, e.channels), y2: height(out, e.outChannels),
          stroke: GROUP_COLOURS[group],
          "stroke-width": shown ? 4 : 1.2,
          "stroke-opacity": shown ? 1 : 0.55,
          "vector-effect": "non-scaling-stroke",
        }));
      }
    }
    const box = element("div", "", svg, element("div", "ends",
      this.end("Input channel", e.channels, shownIn, ins, (k) => this.choose(k, null)),
      this.end("Output channel", e.outChannels, shownOut, outs, (k) => this.choose(null, k))));
    box.style.position = "relative";
    return box;
  }

  /**
   * @param {string} name @param {number} count @param {number} shown @param {number} perGroup
   * @param {(channel: number) => void} choose
   */
  end(name, count, shown, perGroup, choose) {
    const end = element("div", "end");
    for (let k = 0; k < count; k++) {
      const label = `${name} ${k}`;
      const act = () => {
        choose(k);
        const again = this.place.querySelector(`[aria-label="${label}"]`);
        if (again instanceof HTMLElement) again.focus(); // choosing draws the buttons anew
      };
      const made = button(String(k), k === shown, act, label);
      made.style.borderColor = GROUP_COLOURS[Math.floor(k / perGroup)];
      end.append(made);
    }
    return end;
  }
}
