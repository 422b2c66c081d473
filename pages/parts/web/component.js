// @ts-check
// What Streamlit calls with every update, and the view that lives on between them.

/**
 * @template Data
 * @typedef {object} Update
 * @property {Data} data
 * @property {HTMLElement} parentElement
 * @property {Trigger} setTriggerValue
 */
/** @typedef {(name: string, value: unknown) => void} Trigger tells the server of an event */
/**
 * @template Data
 * @typedef {{update(data: Data): void, leave?(): void}} View told when it leaves the page
 */

// Make a view when the component is first shown, and hand it every update from then on.
/**
 * @template Data
 * @param {(parent: HTMLElement, trigger: Trigger) => View<Data>} make
 */
export function component(make) {
  /** @type {WeakMap<HTMLElement, {view: View<Data>, trigger: Trigger}>} */
  const mounted = new WeakMap();
  return (/** @type {Update<Data>} */ { data, parentElement, setTriggerValue }) => {
    let known = mounted.get(parentElement);
    if (!known) {
      const trigger = (/** @type {string} */ name, /** @type {unknown} */ value) =>
        mounted.get(parentElement)?.trigger(name, value);
      known = { view: make(parentElement, trigger), trigger: setTriggerValue };
      mounted.set(parentElement, known);
    }
    known.trigger = setTriggerValue;
    known.view.update(data);
    // Streamlit calls this once the component is gone, and after an overtaken update too.
    return () => {
      if (!parentElement.isConnected) mounted.get(parentElement)?.view.leave?.();
    };
  };
}
