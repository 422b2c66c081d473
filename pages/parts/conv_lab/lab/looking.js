// @ts-check
// What is looked at, in both directions: the address sets it, and is told when it was changed here.

/** @typedef {{view: import("./modes.js").Mode, channel: number, out: number, cell: Cell | null}} Look */
/** @typedef {import("../../web/keyboard.js").Cell} Cell */

const QUIET = 250; // milliseconds without a change, after which the server is told

export class Looking {
  number = -1; // of the look that the server set last
  known = "";
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  timer;

  /** @param {(look: Look) => void} send */
  constructor(send) {
    this.send = send;
  }

  // The server's look, if it set a new one: what was changed here meanwhile is not undone.
  /** @param {{look: Look, lookNumber: number}} header @returns {Look | null} */
  receive({ look, lookNumber }) {
    if (lookNumber === this.number) return null;
    this.number = lookNumber;
    this.known = asText(look);
    clearTimeout(this.timer);
    return look;
  }

  /** @param {Look} look */
  tell(look) {
    clearTimeout(this.timer);
    if (asText(look) === this.known) return;
    this.timer = setTimeout(() => {
      this.known = asText(look);
      this.send(look);
    }, QUIET);
  }
}

/** @param {Look} look */
const asText = ({ view, channel, out, cell }) => `${view} ${channel} ${out} ${cell}`;
