// A grey patch that follows the pointer; the network is asked anew wherever it stops for a moment.
const PATIENCE = 2500; // milliseconds after which a question counts as lost and is asked again
const covers = new WeakMap();

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  let cover = covers.get(parentElement);
  if (!cover) {
    cover = new Cover(parentElement.querySelector(".cover"));
    covers.set(parentElement, cover);
  }
  cover.trigger = setTriggerValue;
  cover.update(data);
}

class Cover {
  constructor(root) {
    this.root = root;
    this.canvas = root.querySelector(".photo");
    this.seen = root.querySelector(".seen");
    this.said = root.querySelector(".said");
    this.canvas.onpointermove = (event) => this.follow(event);
    this.canvas.onpointerdown = (event) => this.follow(event);
    this.canvas.onkeydown = (event) => this.move(event);
    new ResizeObserver(() => this.header && this.paint()).observe(root);
  }

  update(packed) {
    const { header, arrays } = unpack(packed);
    const other = !this.header || this.header.id !== header.id || this.header.patch !== header.patch;
    this.header = header;
    this.size = arrays.photo.shape[0];
    this.photo = new Sheet({ values: arrays.photo.values, shape: [1, ...arrays.photo.shape] }, null);
    this.covered = new Sheet({ values: arrays.seen.values, shape: [1, ...arrays.seen.shape] }, null);
    if (other || !this.at) this.at = header.at;
    this.waiting = false;
    clearTimeout(this.patience);
    this.say();
    this.paint();
    Object.assign(this.root.dataset, { at: header.at.join(","), probability: header.probability });
    if (this.at.join() !== header.at.join()) this.ask();
  }

  follow(event) {
    const box = this.canvas.getBoundingClientRect();
    const half = this.header.patch / 2;
    this.put(
      ((event.clientY - box.top) / box.height) * this.size - half,
      ((event.clientX - box.left) / box.width) * this.size - half,
    );
  }

  move(event) {
    const step = {
      ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0],
    }[event.key];
    if (!step) return;
    event.preventDefault();
    const stride = Math.max(1, Math.round(this.header.patch / 4));
    this.put(this.at[0] + step[0] * stride, this.at[1] + step[1] * stride);
  }

  put(top, left) {
    const clamp = (value) =>
      Math.max(-Math.floor(this.header.patch / 2), Math.min(this.size - Math.ceil(this.header.patch / 2), Math.round(value)));
    this.at = [clamp(top), clamp(left)];
    this.paint();
    this.ask();
  }

  // One question at a time; when its answer comes, the newest place is asked for.
  ask() {
    if (!this.root.isConnected) return;
    if (this.waiting || this.at.join() === this.header.at.join()) return;
    this.waiting = true;
    this.trigger("cover", this.at);
    clearTimeout(this.patience);
    this.patience = setTimeout(() => { this.waiting = false; this.ask(); }, PATIENCE);
  }

  paint() {
    const room = this.root.clientWidth;
    const side = Math.floor(Math.min(300, room >= 330 ? Math.max(150, (room - 14) / (room >= 860 ? 3 : 2) - 7) : room));
    const pen = ready(this.canvas, side, side);
    const cell = side / this.size;
    this.photo.draw(pen, 0, 0, 0, side, side);
    pen.fillStyle = `rgb(${this.header.grey},${this.header.grey},${this.header.grey})`;
    const patch = this.header.patch * cell;
    pen.fillRect(this.at[1] * cell, this.at[0] * cell, patch, patch);
    frame(pen, this.at[1] * cell, this.at[0] * cell, patch, patch);
    this.covered.draw(ready(this.seen, side, side), 0, 0, 0, side, side);
  }

  say() {
    const { classes, colours, probability, uncovered } = this.header;
    const share = (value) => `${(value * 100).toFixed(1)} %`;
    if (typeof probability === "string") {
      this.said.replaceChildren("The answer is not a number.");
      return;
    }
    const one = probability >= 0.5 ? 1 : 0;
    const answer = element("div", "answer", `${classes[one]} ${share(one ? probability : 1 - probability)}`);
    answer.style.color = colours[one];
    const bar = element("div", "bar");
    [1 - probability, probability].forEach((value, label) => {
      const part = element("span", "");
      part.style.cssText = `width:${value * 100}%;background:${colours[label]}`;
      bar.append(part);
    });
    const before = element("i", "");
    before.style.left = `calc(${(1 - uncovered) * 100}% - 1px)`;
    bar.append(before);
    const change = (probability - uncovered) * 100;
    this.said.replaceChildren(answer, bar,
      element("div", "ends", element("span", "", `${classes[0]} ${share(1 - probability)}`),
        element("span", "", `${classes[1]} ${share(probability)}`)),
      element("div", "", `P(${classes[1]}) ${change < 0 ? "falls" : "rises"} by ${Math.abs(change).toFixed(1)} points`),
      element("small", "", `Uncovered it is ${share(uncovered)}: the line in the bar.`));
  }
}
