// @ts-check
// Making and finding elements of the page.

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} className
 * @param {...(Node | string)} children
 */
export function element(tag, className, ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children);
  return made;
}

// With `pressed` a button that is on or off, with null one that only acts.
/**
 * @param {string} text
 * @param {boolean | null} pressed
 * @param {() => void} act
 * @param {string} [label] for a screen reader, where the text is a sign
 */
export function button(text, pressed, act, label) {
  const made = element("button", "", text);
  made.type = "button";
  if (pressed !== null) made.setAttribute("aria-pressed", String(pressed));
  if (label) made.setAttribute("aria-label", label);
  made.onclick = act;
  return made;
}

/** @param {string} tag @param {Record<string, string | number>} attributes */
export function svgElement(tag, attributes) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  return made;
}

// Find what the component's HTML must have.
/**
 * @template {HTMLElement} Kind
 * @param {ParentNode} root
 * @param {string} selector
 * @param {new () => Kind} kind
 * @returns {Kind}
 */
export function find(root, selector, kind) {
  const found = root.querySelector(selector);
  if (!(found instanceof kind)) throw new Error(`The component's HTML has no ${selector}.`);
  return found;
}

// The same for a class alone, whatever element has it.
/** @param {ParentNode} root @param {string} selector */
export const findAny = (root, selector) => find(root, selector, HTMLElement);

/** @param {HTMLElement} canvas */
export const textColour = (canvas) => getComputedStyle(canvas).color;

// What has the keyboard's focus in the tree in which a node stands.
/** @param {Node} node @returns {HTMLElement | null} */
export function focusedBeside(node) {
  const tree = node.getRootNode();
  const active = tree instanceof ShadowRoot || tree instanceof Document ? tree.activeElement : null;
  return active instanceof HTMLElement ? active : null;
}
