"""The network's editor in a browser: what tests and measurements do with it."""

from typing import cast

from playwright.sync_api import Page

from tests.app_server import SETTLED

# Types another stride into the first line and notes after how long the first block says so.
TYPE_STRIDE = """
(box, stride) => {
  const editor = box.closest(".network-editor");
  const label = () => editor.querySelector(".block").ariaLabel;
  const before = label(), start = performance.now();
  window.times ??= [];
  new MutationObserver((_, watch) => {
    if (label() === before) return;
    watch.disconnect();
    window.times.push(performance.now() - start);
  }).observe(editor, { subtree: true, attributes: true });
  box.value = box.value.replace(/stride \\d+/, `stride ${stride}`);
  box.dispatchEvent(new Event("input", { bubbles: true }));
}
"""


def typing_to_shapes(page: Page, count: int) -> list[float]:
    """Type strides from 4 on into the article's text; return the milliseconds to each shape."""
    box = page.get_by_label("The same as a text")
    box.focus()
    for i in range(count):
        box.evaluate(TYPE_STRIDE, 4 + i)
        page.wait_for_function("(n) => window.times.length > n", arg=i)
        page.wait_for_selector(SETTLED)
    return cast(list[float], page.evaluate("window.times"))
