// @ts-check
// Walking by itself: a button that plays and pauses, and how many steps a second.

export class Player {
  playing = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  timer;

  /** @param {HTMLElement} button @param {HTMLInputElement} speed @param {() => void} step @param {() => void} stopped */
  constructor(button, speed, step, stopped) {
    this.button = button;
    this.speed = speed;
    this.step = step;
    this.stopped = stopped;
    button.onclick = () => this.play(!this.playing);
  }

  /** @param {boolean} on */
  play(on) {
    const stops = this.playing && !on;
    this.playing = on;
    this.button.textContent = on ? "Pause" : "Play";
    this.button.setAttribute("aria-label", on ? "Pause" : "Play");
    clearTimeout(this.timer);
    if (on) this.tick();
    if (stops) this.stopped();
  }

  tick() {
    if (!this.playing || !this.button.isConnected) return;
    this.step();
    this.timer = setTimeout(() => this.tick(), 1000 / Number(this.speed.value));
  }
}
