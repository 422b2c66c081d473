"""The conv lab's page in a browser: experiments to open, and how to point at their cells."""

from urllib.parse import urlencode

from playwright.sync_api import Locator, Page, Position

from core.conv_lab.address import to_query
from core.conv_lab.experiment import Experiment

PLAIN = Experiment()
GROUPED = Experiment(
    height=9,
    width=8,
    channels=4,
    out_channels=6,
    groups=2,
    kernel=(3, 2),
    stride=(2, 1),
    padding=(1, 2),
    dilation=(2, 1),
    image="random",
    filters="random",
    upstream="random",
)
DEPTHWISE = Experiment(
    height=6,
    width=6,
    channels=3,
    out_channels=3,
    groups=3,
    bias=False,
    dtype="float64",
    image="random",
    filters="random",
    upstream="random",
    seed=5,
)
LARGE = Experiment(
    height=64, width=64, channels=8, out_channels=8, image="random", filters="random"
)
PANELS = {"y": "y", "dx": "x", "dw": "w", "db": "b"}


def address(experiment: Experiment, **more: str) -> str:
    """Write the address that opens an experiment."""
    return "/conv_lab?" + urlencode(to_query(experiment) | more)


def lab(page: Page) -> Locator:
    """Wait until the lab has drawn, and return it."""
    page.locator(".lab[data-drawn]").wait_for()
    return page.locator(".lab")


def read(page: Page, name: str) -> float:
    """Read a value under the pictures as a number."""
    return float(text(page, name).replace("−", "-"))


def text(page: Page, name: str) -> str:
    """Read a value under the pictures as it is written."""
    return page.locator(f'.lab [data-value="{name}"]').inner_text()


def cell_middle(page: Page, panel: str, shape: tuple[int, ...], at: tuple[int, ...]) -> Position:
    """Return the place of a cell's middle inside its canvas."""
    box = page.locator(f'[data-panel="{panel}"] canvas').bounding_box()
    assert box is not None
    return {
        "x": box["width"] * (at[1] + 0.5) / shape[1],
        "y": box["height"] * (at[0] + 0.5) / shape[0],
    }


def point_at(page: Page, experiment: Experiment, mode: str, at: tuple[int, ...]) -> None:
    """Choose the mode and the channels of a cell, then move the pointer onto it."""
    page.locator(f'[data-mode="{mode}"]').click()
    per_group = experiment.weight_shape[1]
    if mode == "dx":
        choose(page, "Input channel", at[0], experiment)
    else:
        choose(page, "Output channel", at[0], experiment)
    if mode == "dw":
        group = at[0] // (experiment.out_channels // experiment.groups)
        choose(page, "Input channel", group * per_group + at[1], experiment)
    cell: tuple[int, ...] = at[-2:]
    shape = experiment.output_size
    if mode == "dx":
        (top, left), shape = experiment.padding, experiment.padded
        cell = (at[1] + top, at[2] + left)
    elif mode == "dw":
        shape = experiment.kernel
    elif mode == "db":
        cell, shape = (0, 0), (1, 1)
    panel = PANELS[mode]
    place = cell_middle(page, panel, shape, (cell[0], cell[1]))
    page.locator(f'[data-panel="{panel}"] canvas').hover(position=place)


def choose(page: Page, end: str, channel: int, experiment: Experiment) -> None:
    """Choose a channel at one end of the wiring, where there is more than one."""
    if experiment.channels > 1 or experiment.out_channels > 1:
        page.get_by_role("button", name=f"{end} {channel}", exact=True).click()
