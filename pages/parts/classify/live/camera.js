// @ts-check
// The browser's camera: asked for, switched off, and a frame of it as a small picture.

import { penOf } from "../../web/canvas.js";

const WANTED = {
  audio: false,
  video: { facingMode: "environment", width: { ideal: 640 }, height: { ideal: 480 } },
};
const JPEG_QUALITY = 0.92;
const NOT_HERE =
  "A browser lends its camera only to pages on localhost or https, and this one is on neither.";
const REFUSED =
  "The camera was refused: allow it in the browser's settings for this page, then start again.";
const MISSING = "No camera was found: plug one in or switch it on, then start again.";
const SILENT = "The camera is there but gives no picture: perhaps another program is using it.";
const REASONS = new Map([
  ["NotAllowedError", REFUSED], ["SecurityError", REFUSED],
  ["NotFoundError", MISSING], ["OverconstrainedError", MISSING],
  ["NotReadableError", SILENT], ["AbortError", SILENT],
]);

// Ask for the camera; what is thrown says in a sentence why there is none.
/** @param {MediaDevices | undefined} devices undefined where the page may not have a camera */
export async function askForCamera(devices) {
  if (!devices?.getUserMedia) throw new Error(NOT_HERE);
  try {
    return await devices.getUserMedia(WANTED);
  } catch (error) {
    const name = error instanceof Error || error instanceof DOMException ? error.name : "";
    throw new Error(REASONS.get(name) ?? "The browser did not give this page the camera.");
  }
}

/** @param {MediaStream | null} stream */
export function switchOff(stream) {
  for (const track of stream?.getTracks() ?? []) track.stop();
}

// The whole frame stretched to a square, as every photo is before the network gets it.
/** @param {HTMLVideoElement} video @param {HTMLCanvasElement} canvas @param {number} side */
export function shrunken(video, canvas, side) {
  [canvas.width, canvas.height] = [side, side];
  const pen = penOf(canvas);
  pen.imageSmoothingQuality = "high";
  pen.drawImage(video, 0, 0, side, side);
  return canvas.toDataURL("image/jpeg", JPEG_QUALITY);
}
