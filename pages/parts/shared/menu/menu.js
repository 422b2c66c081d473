// @ts-check
// Streamlit leaves its sidebar open when a page link in it is followed, also where it lies over the
// page: on a narrow screen we then press its own button for closing.

import { component } from "../../web/component.js";

const OVER_THE_PAGE = "(max-width: 768px)"; // where Streamlit lays the sidebar over the page

export default component((parent) => {
  const root = parent.getRootNode();
  const sidebar = (root instanceof ShadowRoot ? root.host : parent).closest("[data-testid=stSidebar]");
  if (sidebar instanceof HTMLElement && !sidebar.dataset.closes) {
    sidebar.dataset.closes = "after choosing"; // it outlives this component: once is enough
    sidebar.addEventListener("click", (event) => closeAfter(event, sidebar));
  }
  return { update() {} };
});

/** @param {Event} event @param {HTMLElement} sidebar */
function closeAfter(event, sidebar) {
  const chosen = event.target instanceof Element && event.target.closest("a");
  if (!chosen || !window.matchMedia(OVER_THE_PAGE).matches) return;
  const button = sidebar.querySelector("[data-testid=stSidebarCollapseButton] button");
  if (button instanceof HTMLElement) button.click();
}
