"""The live camera in a real browser with a camera that is none."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.app_server import SETTLED, chromium_options, running_server, wait_for

pytestmark = pytest.mark.browser
FAKE_CAMERA = "--use-fake-device-for-media-stream"
SAYS_YES = "--use-fake-ui-for-media-stream"
REMEMBER_STREAMS = """
    window.streams = [];
    const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = async (wanted) => {
        const stream = await ask(wanted);
        window.streams.push(stream);
        return stream;
    };
"""
"""So that a test can see whether the page has asked for the camera, and switched it off."""


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """Where the server would write whatever it wrote."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def server(home) -> Iterator[object]:
    """A server whose home, too, is a folder of the test's; it must have had no error."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOME", str(home))
        patch.setenv("TMPDIR", str(home))
        with running_server(home) as started:
            yield started
    assert not started.tracebacks()


@pytest.fixture
def own_browsers() -> Iterator[list[Browser]]:
    """The browsers that a test has started itself."""
    started: list[Browser] = []
    yield started
    for each in started:
        each.close()


@pytest.fixture
def chromium(browser, server, own_browsers) -> Callable[..., Page]:
    """Open the start page with the live camera's panel in a Chromium with these arguments."""

    def open_panel(*arguments: str, script: str = REMEMBER_STREAMS, **context: object) -> Page:
        own = browser.browser_type.launch(**chromium_options(*arguments))
        own_browsers.append(own)
        page = own.new_context(
            base_url=server.url, viewport={"width": 1280, "height": 800}, **context
        ).new_page()
        page.set_default_timeout(60_000)
        page.add_init_script(script)
        page.goto("/")
        page.wait_for_selector(SETTLED)
        page.get_by_text("Live camera").click()
        page.get_by_role("button", name="Start the camera").wait_for()
        return page

    return open_panel


def start(page: Page) -> None:
    page.get_by_role("button", name="Start the camera").click()


def number(page: Page, name: str) -> int:
    """Return one of the counts that the panel keeps: "sent" or "answers"."""
    return int(page.locator(".live").get_attribute(f"data-{name}") or 0)


def points(page: Page) -> int:
    return int(page.locator(".live .plot").get_attribute("data-points") or 0)


def more(page: Page, count: int) -> None:
    """Wait for so many more answers."""
    goal = number(page, "answers") + count
    wait_for(lambda: number(page, "answers") >= goal, f"{count} more answers", 60)


def camera_states(page: Page) -> list[str]:
    """Return "live" or "ended" for each track that the page was ever given."""
    return page.evaluate("streams.flatMap((each) => each.getTracks().map((t) => t.readyState))")


@contextmanager
def pictures_sent(page: Page) -> Iterator[list[int]]:
    """Give a list that gets the size of every message with a picture in it."""
    sizes: list[int] = []

    def watch(socket) -> None:
        socket.on("framesent", note)

    def note(payload) -> None:
        data = payload if isinstance(payload, bytes) else str(payload).encode()
        if b"data:image/" in data:
            sizes.append(len(data))

    page.on("websocket", watch)
    yield sizes
    page.remove_listener("websocket", watch)


def test_the_camera_is_answered_until_it_is_stopped_and_begins_again(chromium):
    page = chromium(FAKE_CAMERA, SAYS_YES)
    with pictures_sent(page) as sizes:
        page.reload()  # the line to the server opens under our eyes
        page.wait_for_selector(SETTLED)
        page.get_by_text("Live camera").click()
        assert camera_states(page) == []  # not asked for before the button is pressed
        start(page)
        more(page, 3)
        assert camera_states(page) == ["live"]
        first = points(page)
        more(page, 4)
        assert points(page) >= first + 4
        assert 0 <= number(page, "sent") - number(page, "answers") <= 1
        assert max(sizes) < 60_000
        expect(page.locator(".live .label")).to_have_text(
            re.compile("^(cat|dog|not sure|unlike anything it learnt)$")
        )
        shares = page.locator(".live .probability-ends").inner_text()
        assert sum(map(float, re.findall(r"([\d.]+) %", shares))) == pytest.approx(100, abs=0.2)
        expect(page.locator(".live .pace")).to_contain_text("ms on the server")
        expect(page.locator(".live .plot")).to_have_attribute(
            "aria-label", re.compile(r"^P\(cat\) of the last 20 seconds: between \d+ % and")
        )
        expect(page.locator(".live .spoken")).to_contain_text("P(cat)")
        page.get_by_role("button", name="Stop").press("Enter")
        assert camera_states(page) == ["ended"]
        page.get_by_text("The camera is off.").wait_for()
        sent = number(page, "sent")
        kept = points(page)
        page.get_by_role("button", name="Drawn cat 1").click()  # the page lives on
        page.locator(".answer .label").wait_for()
        assert number(page, "sent") == sent == len(sizes)
        assert points(page) == kept
        assert page.locator(".live .label").inner_text() == ""
        start(page)
        more(page, 2)
        assert camera_states(page) == ["ended", "live"]
        page.locator(".answer .label").wait_for()  # and the photo's answer stands below


def test_two_cameras_are_said_to_share_the_server(chromium):
    pages = [chromium(FAKE_CAMERA, SAYS_YES) for _ in range(2)]
    for page in pages:
        start(page)
    for page in pages:
        # One that was on a moment ago, in another test, may still count.
        shared = re.compile(r"which answers [2-9] cameras in turn")
        expect(page.locator(".live .pace")).to_contain_text(shared, timeout=60_000)


def test_no_picture_is_kept_on_any_disk(chromium, home):
    page = chromium(FAKE_CAMERA, SAYS_YES)
    start(page)
    more(page, 2)  # whatever is loaded and written down for the first answer is there
    page.get_by_text("No picture is kept.").wait_for()
    before = {path: path.stat().st_size for path in home.rglob("*") if path.is_file()}
    more(page, 6)
    after = {path: path.stat().st_size for path in home.rglob("*") if path.is_file()}
    assert any(path.name == "server.log" for path in after)
    assert after == before


def test_the_session_keeps_no_picture(chromium, home, tmp_path):
    with running_server(tmp_path, "tests/pages_for_tests/live.py") as alone:
        page = chromium(FAKE_CAMERA, SAYS_YES)
        page.goto(alone.url)
        start(page)
        more(page, 3)
        page.get_by_role("button", name="Stop").click()
        page.get_by_role("button", name="Look").click()
        page.get_by_text(re.compile("While a frame is answered: [1-9]")).wait_for()
        page.get_by_text("Now: 0").wait_for()
    assert not alone.tracebacks()


def test_another_choice_on_the_page_does_not_stop_it_and_leaving_does(chromium):
    page = chromium(FAKE_CAMERA, SAYS_YES)
    start(page)
    more(page, 2)
    slider = page.get_by_role("slider")
    for _ in range(4):
        slider.press("ArrowLeft")
    more(page, 3)
    assert camera_states(page) == ["live"]
    menu = page.get_by_test_id("stSidebar")
    menu.get_by_role("link", name="About").click()
    page.get_by_role("heading", name="Where photos go").wait_for()
    wait_for(lambda: camera_states(page) == ["ended"], "the camera is off")
    menu.get_by_role("link", name="Classify").click()
    page.get_by_role("button", name="Start the camera").wait_for()
    assert camera_states(page) == ["ended"]  # coming back alone does not switch it on
    start(page)
    more(page, 3)
    page.get_by_text("Live camera").click()
    wait_for(lambda: camera_states(page) == ["ended", "ended"], "the switch ends it, too")
    page.get_by_text("The answer appears here").wait_for()


def test_a_frame_that_is_none_gets_a_sentence_and_the_next_one_an_answer(chromium):
    page = chromium(FAKE_CAMERA, SAYS_YES)
    start(page)
    more(page, 1)
    page.evaluate(
        """() => {
            const made = HTMLCanvasElement.prototype;
            window.honest = made.toDataURL;
            made.toDataURL = () => "data:image/png;base64,AAAA";
        }"""
    )
    page.get_by_text("No answer. This is not a picture").first.wait_for()
    more(page, 2)
    page.evaluate("() => { HTMLCanvasElement.prototype.toDataURL = honest; }")
    page.locator(".live .problem").wait_for(state="detached")
    expect(page.locator(".live .label")).not_to_be_empty()


def test_whoever_asked_for_less_motion_sees_a_line_that_stands(chromium):
    page = chromium(FAKE_CAMERA, SAYS_YES, reduced_motion="reduce")
    plot = page.locator(".live .plot")
    expect(plot).to_have_attribute("aria-label", "P(cat) of the last 20 seconds: no answer yet.")
    expect(plot).to_have_attribute("data-axes", "P(cat) | seconds; after 20 the line begins anew")
    start(page)
    more(page, 3)
    assert points(page) >= 3
    page.emulate_media(reduced_motion="no-preference")
    expect(plot).to_have_attribute("data-axes", "P(cat) | seconds ago")


@pytest.mark.parametrize(
    ("arguments", "script", "words"),
    [
        ([FAKE_CAMERA, "--deny-permission-prompts"], REMEMBER_STREAMS, "The camera was refused"),
        ([SAYS_YES], REMEMBER_STREAMS, "No camera was found"),
        (
            [],
            "Object.defineProperty(navigator, 'mediaDevices', { value: undefined })",
            "only to pages on localhost or https",
        ),
    ],
    ids=["refused", "missing", "not secure"],
)
def test_a_camera_that_is_not_given_is_told_in_a_sentence(chromium, arguments, script, words):
    page = chromium(*arguments, script=script)
    start(page)
    page.get_by_text(words).wait_for()
    page.get_by_role("button", name="Start the camera").wait_for()
    assert number(page, "sent") == 0


def test_on_a_phone_picture_answer_and_line_are_on_screen_together(chromium):
    page = chromium(FAKE_CAMERA, SAYS_YES)
    page.set_viewport_size({"width": 390, "height": 844})
    start(page)
    more(page, 2)

    def on_screen(selector: str) -> bool:
        box = page.locator(f".live {selector}").bounding_box()
        return box is not None and box["y"] >= 0 and box["y"] + box["height"] <= 844

    wait_for(lambda: all(map(on_screen, ("video", ".label", "canvas"))), "they are on screen")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
