// @ts-check
// Writes what the page shows into the address bar, without a step in the history for each change.

/** @param {{data: {query: string}}} update */
export default function ({ data }) {
  const search = data.query ? `?${data.query}` : "";
  if (search === location.search) return;
  history.replaceState(history.state, "", location.pathname + search + location.hash);
}
