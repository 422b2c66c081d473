// @ts-check
// Writes what the page shows into the address bar, without a step in the history for each change.

/** @param {{data: {query: string | null}}} update without a query the address stays */
export default function ({ data }) {
  if (data.query === null) return;
  const search = data.query ? `?${data.query}` : "";
  if (search === location.search || showsAnotherRun(data.query)) return;
  history.replaceState(history.state, "", location.pathname + search + location.hash);
}

/**
 * Whether the page has gone on to a run meanwhile: on a slow computer a form's address comes late,
 * when the training that it began is in the address already.
 * @param {string} query
 */
function showsAnotherRun(query) {
  const shown = new URLSearchParams(location.search).get("run") ?? "new";
  return shown !== "new" && shown !== new URLSearchParams(query).get("run");
}
