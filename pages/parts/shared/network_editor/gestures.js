// @ts-check
// What somebody did, on its way to the server: sent again until it has been seen, because several
// gestures can be made while the server is still computing.

/** @typedef {{do: string, gesture?: string, [name: string]: unknown}} Gesture */

const PAUSE = 900; // ms after which the same thing is another step to undo

export class Gestures {
  /** @type {(Gesture & {id: number})[]} */
  pending = [];
  last = 0;
  burst = { what: "", at: 0, id: "" };

  /** @param {(pending: Gesture[]) => void} tell */
  constructor(tell) {
    this.tell = tell;
  }

  /** @param {number} acknowledged */
  receive(acknowledged) {
    this.pending = this.pending.filter((gesture) => gesture.id > acknowledged);
    this.last = Math.max(this.last, acknowledged);
  }

  // With `what` it joins the gestures before it about the same, unless there was a pause.
  /** @param {Gesture} gesture @param {string} [what] */
  send(gesture, what) {
    const joined = what ? { ...gesture, gesture: this.burstOf(what) } : gesture;
    if (gesture.do === "type") this.pending = this.pending.filter((each) => each.gesture !== joined.gesture);
    this.pending.push({ ...joined, id: ++this.last });
    this.tell(this.pending);
  }

  /** @param {string} what */
  burstOf(what) {
    const now = Date.now();
    if (what !== this.burst.what || now - this.burst.at > PAUSE)
      this.burst = { what, at: now, id: `${what} ${now}` };
    this.burst.at = now;
    return this.burst.id;
  }
}
