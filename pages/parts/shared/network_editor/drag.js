// @ts-check
// Dragging a block past others: each that is passed changes places with it at once, so that shapes
// follow. With a finger one scrolls; there the buttons of the chosen block move it.

const BEGINS = 6; // pixels

export class Drag {
  /** @type {{from: number, place: number, x: number, y: number, id: string, moved: boolean} | null} */
  now = null;
  ended = 0;
  waits = false; // until the last move has been drawn

  /**
   * @param {HTMLElement} root
   * @param {() => HTMLElement[]} blocks
   * @param {(place: number, to: number, drag: string) => void} move
   */
  constructor(root, blocks, move) {
    this.root = root;
    this.blocks = blocks;
    this.move = move;
    root.addEventListener("pointermove", (event) => this.follow(event));
    for (const name of /** @type {const} */ (["pointerup", "pointercancel"]))
      root.addEventListener(name, () => this.end());
  }

  /** @param {PointerEvent} event @param {number} place */
  start({ pointerType, button, clientX, clientY }, place) {
    if (pointerType === "touch" || button !== 0) return;
    this.now = { from: place, place, x: clientX, y: clientY, id: `drag ${Date.now()}`, moved: false };
    this.waits = false;
  }

  /** @param {PointerEvent} event */
  follow(event) {
    const now = this.now;
    if (!now) return;
    if (!now.moved) {
      if (Math.hypot(event.clientX - now.x, event.clientY - now.y) < BEGINS) return;
      now.moved = true;
      this.root.setPointerCapture(event.pointerId);
      this.root.classList.add("dragging");
    }
    if (this.waits) return;
    const to = this.placeUnder(event.clientX, event.clientY, now.place);
    if (to === now.place) return;
    this.move(now.place, to, now.id);
    now.place = to;
    this.waits = true;
  }

  // Where a block belongs whose pointer is there: past every block whose middle was passed.
  /** @param {number} x @param {number} y @param {number} place */
  placeUnder(x, y, place) {
    const boxes = this.blocks().map((block) => block.getBoundingClientRect());
    const vertical = boxes.length > 1 && boxes.every((box) => Math.abs(box.left - boxes[0].left) < 2);
    /** @param {DOMRect} box */
    const passed = (box) => {
      if (vertical) return y > (box.top + box.bottom) / 2;
      if (y > box.bottom) return true; // a line above
      return y >= box.top && x > (box.left + box.right) / 2;
    };
    return boxes.filter((box, i) => i !== place && passed(box)).length;
  }

  drawn() {
    this.waits = false;
  }

  end() {
    if (this.now?.moved) this.ended = Date.now();
    this.now = null;
    this.root.classList.remove("dragging");
  }

  // Whether the click that comes now is only the end of a drag.
  justEnded() {
    return Date.now() - this.ended < 100;
  }
}
