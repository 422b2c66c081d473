// @ts-check
// The live camera: a frame goes to the server, and the next one when its answer is there.

import { component } from "../../web/component.js";
import { element, find, findAny } from "../../web/elements.js";
import { percent } from "../../web/numbers.js";
import { probabilityBar } from "../../web/probability_bar.js";
import { askForCamera, shrunken, switchOff } from "./camera.js";
import { MovingLine, inWords } from "./moving_line.js";

/**
 * @typedef {object} Answer
 * @property {number} number of the frame @property {string} problem why there is no answer, or ""
 * @property {number} probability P(class 1) @property {string} label @property {string} reason
 * @property {string} notes @property {number} milliseconds on the server
 */
/**
 * @typedef {object} Data
 * @property {string} model @property {string[]} classes @property {string[]} colours
 * @property {number} threshold @property {number} image_size @property {number} frame_side
 * @property {number} pace milliseconds from one frame to the next, at least
 * @property {number} cameras that are answered by this server now
 * @property {Answer[]} answers one, or none
 */
/** @typedef {"off" | "asking" | "on"} State */

const PATIENCE = 5000; // milliseconds after which an answer counts as lost
const OVERTAKEN = 1000; // the same, once the page was drawn without it
const UNREADY = 50; // milliseconds until a camera without a picture is looked at again
const SPEAK = 3000; // milliseconds between two sentences for a screen reader, at least
const COUNTED = 3000; // milliseconds over which answers are counted
const SWITCHES = { off: "Start the camera", asking: "Stop asking", on: "Stop" };

export default component((parent, trigger) => new Live(findAny(parent, ".live"), trigger));

class Live {
  /** @type {Data | undefined} */
  data;
  /** @type {State} */
  state = "off";
  /** @type {MediaStream | null} */
  stream = null;
  attempt = 0;
  began = 0; // milliseconds, as all moments here
  sentAt = 0;
  awaited = 0; // the number of the frame that is on its way
  number = 0; // and of the newest one that was sent
  answered = 0; // and of the newest one that was answered
  /** @type {number[]} when the newest answers came */
  arrivals = [];
  spokenAt = 0;
  pacedAt = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  timer;

  /** @param {HTMLElement} root @param {import("../../web/component.js").Trigger} trigger */
  constructor(root, trigger) {
    this.root = root;
    this.trigger = trigger;
    this.switch = find(root, ".switch", HTMLButtonElement);
    this.video = find(root, "video", HTMLVideoElement);
    this.told = findAny(root, ".told");
    this.caption = findAny(root, "figcaption");
    this.label = findAny(root, ".label");
    this.reason = findAny(root, ".reason");
    this.bar = findAny(root, ".bar");
    this.notes = findAny(root, ".notes");
    this.pace = findAny(root, ".pace");
    this.spoken = findAny(root, ".spoken");
    this.plot = findAny(root, ".plot");
    this.line = new MovingLine(this.plot, find(root, "canvas", HTMLCanvasElement));
    this.canvas = document.createElement("canvas");
    this.seen = () => { if (!document.hidden) this.next(); };
    this.switch.onclick = () => {
      if (this.state === "off") this.start();
      else this.stop("The camera is off.");
    };
    this.become("off", "The browser will ask whether this page may use the camera.");
  }

  /** @param {Data} data */
  update(data) {
    const { answers: [answer], image_size } = data;
    const another = this.data?.model !== data.model;
    this.data = data;
    this.line.meaning = data;
    if (another) this.beginLine();
    this.caption.textContent = `The network gets it stretched to ${image_size} × ${image_size} pixels.`;
    if (answer && this.state === "on" && answer.number > this.answered) this.take(answer, data);
    else {
      this.line.draw(this.line.now);
      if (this.awaited) this.waitFor(OVERTAKEN, () => this.lose());
    }
  }

  // ---- the camera

  async start() {
    const attempt = ++this.attempt;
    this.become("asking", "The browser asks whether this page may use the camera.");
    let stream = null, problem = "";
    try {
      stream = await askForCamera(navigator.mediaDevices);
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
    }
    if (attempt !== this.attempt || !this.root.isConnected) return switchOff(stream);
    if (!stream) return this.stop(problem);
    this.stream = stream;
    for (const track of stream.getTracks())
      track.onended = () => this.stop("The camera was taken away or unplugged.");
    this.video.srcObject = stream;
    this.video.play().catch(() => {}); // it has autoplay as well
    this.beginLine();
    this.become("on", "The camera is on.");
    document.addEventListener("visibilitychange", this.seen);
    this.comeIntoView();
    this.next();
  }

  beginLine() {
    this.began = performance.now();
    this.line.clear();
    this.tellLine();
  }

  tellLine() {
    if (this.data) this.plot.setAttribute("aria-label", inWords(this.line.points, this.data.classes[1]));
  }

  // On a phone the answer would lie below the screen.
  comeIntoView() {
    if (this.root.getBoundingClientRect().bottom <= innerHeight) return;
    const behavior = this.line.stillness.matches ? "auto" : "smooth";
    this.root.scrollIntoView({ block: "start", behavior });
  }

  /** @param {string} why */
  stop(why) {
    this.attempt += 1; // whoever still waits for a camera does not want it any more
    clearTimeout(this.timer);
    document.removeEventListener("visibilitychange", this.seen);
    switchOff(this.stream);
    this.stream = null;
    this.video.srcObject = null;
    this.canvas.width = 0; // the last frame goes, too
    this.awaited = 0;
    this.arrivals = [];
    for (const each of [this.label, this.reason, this.bar, this.notes, this.pace, this.spoken])
      each.replaceChildren();
    this.become("off", why);
  }

  leave() {
    this.stop("");
  }

  /** @param {State} state @param {string} told */
  become(state, told) {
    this.state = this.root.dataset.state = state;
    this.switch.textContent = SWITCHES[state];
    this.told.textContent = told;
  }

  // ---- frames

  // One frame is on its way at a time, and they do not come faster than the pace.
  next() {
    const { data } = this;
    if (this.state !== "on" || this.awaited || !data) return;
    this.waitFor(Math.max(0, this.sentAt + data.pace - performance.now()), () => this.send());
  }

  // One thing is waited for at a time.
  /** @param {number} milliseconds @param {() => void} act */
  waitFor(milliseconds, act) {
    clearTimeout(this.timer);
    this.timer = setTimeout(act, milliseconds);
  }

  send() {
    const { data, video } = this;
    if (!this.root.isConnected) return this.leave();
    if (!data || document.hidden) return; // whoever comes back to the tab is answered again
    if (video.readyState < video.HAVE_CURRENT_DATA || !video.videoWidth) {
      this.waitFor(UNREADY, () => this.send());
      return;
    }
    const picture = shrunken(video, this.canvas, data.frame_side);
    this.number = this.awaited = Math.max(this.number + 1, Date.now());
    this.sentAt = performance.now();
    this.root.dataset.sent = String(Number(this.root.dataset.sent ?? 0) + 1);
    this.trigger("frame", { number: this.number, picture });
    this.waitFor(PATIENCE, () => {
      this.told.textContent = "The server has not answered for 5 seconds; asking again.";
      this.lose();
    });
  }

  lose() {
    this.awaited = 0;
    this.line.draw((performance.now() - this.began) / 1000);
    this.next();
  }

  // ---- answers

  /** @param {Answer} answer @param {Data} data */
  take(answer, data) {
    this.answered = answer.number;
    const now = performance.now();
    this.arrivals = [...this.arrivals.filter((at) => now - at < COUNTED), now];
    if (this.told.textContent !== "The camera is on.") this.told.textContent = "The camera is on.";
    if (answer.problem) this.refuse(answer.problem);
    else this.show(answer, data, now);
    this.line.draw((now - this.began) / 1000);
    this.root.dataset.answers = String(Number(this.root.dataset.answers ?? 0) + 1);
    if (answer.number !== this.awaited) return; // a late one
    this.awaited = 0;
    this.next();
  }

  /** @param {string} problem */
  refuse(problem) {
    this.label.replaceChildren();
    this.reason.replaceChildren(element("div", "problem", element("b", "", "No answer. "), problem));
    for (const each of [this.bar, this.notes]) each.replaceChildren();
    this.spoken.textContent = `No answer. ${problem}`;
  }

  /** @param {Answer} answer @param {Data} data @param {number} now */
  show(answer, data, now) {
    const { probability, label, reason } = answer, one = probability >= 0.5 ? 1 : 0;
    this.label.textContent = label;
    this.label.style.color = reason ? "inherit" : data.colours[one];
    this.reason.textContent = reason;
    this.bar.replaceChildren(...probabilityBar(probability, data));
    this.notes.textContent = answer.notes;
    this.line.add({ at: (now - this.began) / 1000, probability, counts: !reason });
    if (now - this.pacedAt > 1000) {
      this.pacedAt = now;
      this.pace.textContent = paceWords(this.arrivals, answer.milliseconds, data.cameras);
    }
    if (now - this.spokenAt > SPEAK) {
      this.spokenAt = now;
      const text = `${label}, P(${data.classes[1]}) ${percent(probability, 0)}`;
      if (this.spoken.textContent !== text) this.spoken.textContent = text;
      this.tellLine();
    }
  }
}

/** @param {number[]} arrivals @param {number} milliseconds @param {number} cameras */
function paceWords(arrivals, milliseconds, cameras) {
  const shared = cameras > 1 ? `, which answers ${cameras} cameras in turn` : "";
  const took = `${milliseconds < 10 ? milliseconds.toFixed(1) : milliseconds.toFixed(0)} ms on the server${shared}`;
  if (arrivals.length < 3) return took;
  const seconds = (arrivals[arrivals.length - 1] - arrivals[0]) / 1000;
  return `${((arrivals.length - 1) / seconds).toFixed(1)} answers a second, each ${took}`;
}
