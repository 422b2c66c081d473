// @ts-check
// Tells the server when nobody can see this page any more, and when somebody does again.

const AWAY_MILLISECONDS = 5000; // a glance at another tab is no leaving

/** @typedef {(name: string, value: unknown) => void} Tell */

/** @type {WeakMap<HTMLElement, Tell>} */
const places = new WeakMap();

/** @param {{data: {hidden: boolean}, parentElement: HTMLElement, setStateValue: Tell}} update */
export default function ({ data, parentElement, setStateValue }) {
  const known = places.has(parentElement);
  places.set(parentElement, setStateValue);
  if (known) return;
  let told = data.hidden;
  let waiting = 0;
  const look = () => {
    clearTimeout(waiting);
    if (!parentElement.isConnected) {
      document.removeEventListener("visibilitychange", look);
      return;
    }
    const { hidden } = document;
    if (hidden === told) return;
    const tell = () => {
      told = hidden;
      places.get(parentElement)?.("hidden", hidden);
    };
    waiting = window.setTimeout(tell, hidden ? AWAY_MILLISECONDS : 0);
  };
  document.addEventListener("visibilitychange", look);
  look();
}
