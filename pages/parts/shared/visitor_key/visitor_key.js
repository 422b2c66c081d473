// @ts-check
// The key by which a server that is open to a network knows this browser again: in a cookie of its
// own, so that it survives a reload and the server's restart, and told once where it is new.

const NAME = "glass_cnn_visitor";
const YEAR_SECONDS = 31536000;

/** @type {string} kept here for browsers that take no cookies: known until the page is left */
let key = "";

/**
 * @param {{data: {known: boolean},
 *   setTriggerValue: import("../../web/component.js").Trigger}} update
 */
export default function ({ data, setTriggerValue }) {
  key = readKey(document.cookie) || key || newKey();
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `${NAME}=${key}; path=/; max-age=${YEAR_SECONDS}; samesite=strict${secure}`;
  if (!data.known) setTriggerValue("visitor", key);
}

// The key among a page's cookies, empty where there is none.
/** @param {string} cookies */
function readKey(cookies) {
  return cookies.match(new RegExp(`(?:^|; )${NAME}=([0-9a-f]{64})(?:;|$)`))?.[1] ?? "";
}

// 256 bits that nobody can guess. Pages without https have no other source of such than this one.
function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(32));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
