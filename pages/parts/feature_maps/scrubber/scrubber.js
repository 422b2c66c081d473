// One slider over the kept epochs. It plays as a film: the next epoch is asked for when the one
// before is on screen, so a slow machine shows every epoch, only slower.
const scrubbers = new WeakMap();

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  let scrubber = scrubbers.get(parentElement);
  if (!scrubber) {
    scrubber = new Scrubber(parentElement.querySelector(".scrubber"));
    scrubbers.set(parentElement, scrubber);
  }
  scrubber.trigger = setTriggerValue;
  scrubber.update(data);
}

class Scrubber {
  constructor(root) {
    const find = (query) => root.querySelector(query);
    this.root = root;
    this.words = find(".words");
    this.slider = find("input");
    this.speed = find("select");
    this.playButton = find('[data-do="play"]');
    this.playing = false;
    this.slider.oninput = () => { this.pause(); this.ask(Number(this.slider.value)); };
    find('[data-do="back"]').onclick = () => { this.pause(); this.ask(this.wanted - 1); };
    find('[data-do="on"]').onclick = () => { this.pause(); this.ask(this.wanted + 1); };
    this.playButton.onclick = () => (this.playing ? this.pause() : this.play());
  }

  update({ epochs, epoch, note }) {
    this.epochs = epochs;
    this.shown = Math.max(0, epochs.indexOf(epoch));
    this.note = note;
    this.slider.max = epochs.length - 1;
    if (this.asked === undefined || this.asked === this.shown) {
      this.asked = undefined;
      this.wanted = this.shown;
    }
    this.slider.value = this.wanted;
    this.say();
    if (this.playing && this.asked === undefined) this.schedule();
  }

  say() {
    const epoch = this.epochs[this.wanted];
    const text = epoch === 0 ? "Untrained" : `After epoch ${epoch}`;
    const small = document.createElement("small");
    small.textContent = ` ${this.note}`;
    this.words.replaceChildren(text, small);
    this.slider.setAttribute("aria-label", "Epoch");
    this.slider.setAttribute("aria-valuetext", text);
    this.playButton.textContent = this.playing ? "Pause" : "Play";
    this.root.dataset.shown = this.epochs[this.shown];
  }

  ask(index) {
    const next = Math.max(0, Math.min(this.epochs.length - 1, index));
    if (next === this.wanted && next === this.shown) return;
    this.wanted = next;
    this.slider.value = next;
    this.say();
    // While one epoch is on its way only the newest wish is remembered.
    clearTimeout(this.later);
    this.later = setTimeout(() => {
      this.asked = this.wanted;
      this.trigger("epoch", this.epochs[this.wanted]);
    }, 40);
  }

  play() {
    this.playing = true;
    if (this.wanted === this.epochs.length - 1) this.ask(0);
    else this.schedule();
    this.say();
  }

  pause() {
    this.playing = false;
    clearTimeout(this.timer);
    if (this.epochs) this.say();
  }

  schedule() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (!this.playing || !this.root.isConnected) return;
      if (this.wanted >= this.epochs.length - 1) this.pause();
      else this.ask(this.wanted + 1);
    }, Number(this.speed.value));
  }
}
