// Which input channel reaches which output channel, drawn as wires; its ends choose the channels.
const GROUP_COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#7A5195", "#808080"];
const SVG = "http://www.w3.org/2000/svg";

class Wiring {
  constructor(place, choose) {
    this.place = place;
    this.choose = choose;
  }

  show(e, shownIn, shownOut) {
    const { ins, outs } = groupSizes(e);
    const ends = document.createElement("div");
    ends.className = "ends";
    const group = (channel, perGroup) => GROUP_COLOURS[Math.floor(channel / perGroup)];
    ends.append(
      this.end("Input channel", e.channels, shownIn, (k) => group(k, ins), (k) => this.choose(k, null)),
      this.end("Output channel", e.outChannels, shownOut, (k) => group(k, outs), (k) => this.choose(null, k)),
    );
    const cost = document.createElement("p");
    cost.className = "cost";
    const kind = e.groups === 1 ? "1 group" : e.groups === e.channels ? "depthwise" : `${e.groups} groups`;
    cost.append(
      `${kind} \u00b7 ${e.parameters.toLocaleString("en")} parameters`,
      document.createElement("br"),
      `${e.multiplyAdds.toLocaleString("en")} multiply-adds`,
    );
    const single = e.channels === 1 && e.outChannels === 1;
    this.place.replaceChildren(...(single ? [cost] : [this.wires(e, ins, outs, shownIn, shownOut, ends), cost]));
  }

  end(name, count, shown, colour, choose) {
    const end = document.createElement("div");
    end.className = "end";
    for (let k = 0; k < count; k++) {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = k;
      button.style.borderColor = colour(k);
      button.setAttribute("aria-label", `${name} ${k}`);
      button.setAttribute("aria-pressed", String(k === shown));
      button.onclick = () => {
        choose(k);
        this.place.querySelector(`[aria-label="${name} ${k}"]`)?.focus();
      };
      end.append(button);
    }
    return end;
  }

  // Percentages, so that the wires meet the buttons' rows at every size.
  wires(e, ins, outs, shownIn, shownOut, ends) {
    const svg = document.createElementNS(SVG, "svg");
    svg.setAttribute("viewBox", "0 0 100 100");
    svg.setAttribute("preserveAspectRatio", "none");
    svg.setAttribute("aria-hidden", "true");
    const height = (k, count) => ((k + 0.5) / count) * 100;
    for (let out = 0; out < e.outChannels; out++) {
      const first = Math.floor(out / outs) * ins;
      for (let channel = first; channel < first + ins; channel++) {
        const line = document.createElementNS(SVG, "line");
        const places = { x1: 14, x2: 86, y1: height(channel, e.channels), y2: height(out, e.outChannels) };
        for (const [name, value] of Object.entries(places)) line.setAttribute(name, value);
        const shown = channel === shownIn && out === shownOut;
        line.setAttribute("stroke", GROUP_COLOURS[Math.floor(out / outs)]);
        line.setAttribute("stroke-width", shown ? 4 : 1.2);
        line.setAttribute("stroke-opacity", shown ? 1 : 0.55);
        line.setAttribute("vector-effect", "non-scaling-stroke");
        svg.append(line);
      }
    }
    const box = document.createElement("div");
    box.style.position = "relative";
    box.append(svg, ends);
    return box;
  }
}
