"""A visitor in a real Chromium who goes through all pages with a photo, and checks each answer."""

import json
import re
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

import cv2
from playwright.async_api import Page

from core.data.drawn import draw_pet
from pages.parts.shared.page import PAGES
from tests.app_server import ROOT, SETTLED

PATIENCE = 120_000
"""Milliseconds that a page may take; longer is a failure."""
FORMATS = (".jpg", ".jpeg", ".png", ".webp")
ANSWER = "the answer to a dropped photo"
NEW_VISITOR = "Classify, opened anew"


@dataclass
class Seen:
    """What came of a walk: seconds by page, and sentences on what was wrong."""

    seconds: dict[str, list[float]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    answers: int = 0

    def took(self, what: str, since: float) -> None:
        """Note how long something took."""
        self.seconds.setdefault(what, []).append(time.perf_counter() - since)


@dataclass(frozen=True)
class Photo:
    """A visitor's photo and what the command line says of it: P(cat) in 0..1."""

    path: Path
    probability: float


def photos_of(folder: Path | None, count: int, home: Path) -> list[Path]:
    """Return ``count`` photos of a folder, or drawn ones; no two visitors have the same."""
    if folder is not None:
        found = [path for path in sorted(folder.rglob("*")) if path.suffix.lower() in FORMATS]
        if len(found) < count:
            raise SystemExit(f"{folder} holds {len(found)} photos; {count} are needed.")
        step = len(found) // count
        return found[::step][:count]
    paths = [home / f"pet-{number}.png" for number in range(count)]
    for number, path in enumerate(paths):
        pixels = draw_pet(("cat", "dog")[number % 2], 256, seed=7, index=number)
        cv2.imwrite(str(path), pixels[..., ::-1])
    return paths


def asked(paths: list[Path]) -> list[Photo]:
    """Ask the command line about every photo."""
    told = subprocess.run(
        [sys.executable, "-m", "core.predict", "--json", *map(str, paths)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    answers = map(json.loads, told.stdout.splitlines())
    return [Photo(path, said["probability_cat"]) for path, said in zip(paths, answers, strict=True)]


class Visitor:
    """A browser of its own that walks through the pages with a photo of its own."""

    def __init__(self, page: Page, photo: Photo, address: str, seen: Seen) -> None:
        self.page, self.photo, self.address, self.seen = page, photo, address, seen
        page.set_default_timeout(PATIENCE)
        page.on("pageerror", lambda error: seen.wrong.append(f"in the browser: {error}"))

    async def walk(self, first: int, until: float) -> None:
        """Go round and round, from another page on than the others, until the time is over."""
        names = [name for name in PAGES if name != "classify"]
        order = names[first % len(names) :] + names[: first % len(names)]
        while time.monotonic() < until:
            try:
                await self.drop()
                for name in order:
                    if time.monotonic() < until:
                        await self.go(name)
            except Exception as error:
                self.seen.wrong.append(f"{type(error).__name__}: {str(error)[:200]}")

    async def drop(self) -> None:
        """Open the first page as a new visitor, drop the photo, and check the answer."""
        began = time.perf_counter()
        await self.page.goto(self.address)
        await self.page.get_by_role("button", name="Drawn cat 1").wait_for()
        self.seen.took(NEW_VISITOR, began)
        began = time.perf_counter()
        await self.page.locator("input[type=file]").first.set_input_files(self.photo.path)
        card = self.page.locator(".answer", has_text=self.photo.path.name)
        said = await card.locator(".probability-ends").inner_text()
        self.seen.took(ANSWER, began)
        self.seen.answers += 1
        found = re.search(r"cat ([\d.]+) %", said)
        if found is None or abs(float(found[1]) / 100 - self.photo.probability) > 6e-4:
            self.wrong(f"{said!r} where P(cat) is {self.photo.probability}")

    async def go(self, name: str) -> None:
        """Follow the link to a page and wait until it stands."""
        await self.page.wait_for_selector(SETTLED)
        menu = self.page.get_by_test_id("stSidebar")
        began = time.perf_counter()
        await menu.get_by_role("link", name=PAGES[name].name).click(delay=50)
        await self.page.get_by_role("heading", level=1, name=PAGES[name].question).wait_for()
        await self.page.wait_for_selector(SETTLED)
        self.seen.took(PAGES[name].name, began)
        if name == "numpy_network":
            box = self.page.get_by_test_id("stMetric").filter(has_text="P(cat), NumPy")
            said = float(await box.get_by_test_id("stMetricValue").inner_text())
            self.seen.answers += 1
            if abs(said - self.photo.probability) > 1e-4:
                self.wrong(f"NumPy says {said} instead of {self.photo.probability}")
        if problem := await self.page.get_by_test_id("stException").all_inner_texts():
            self.wrong(f"{name} shows {problem[0][:200]}")

    def wrong(self, what: str) -> None:
        """Note what should not be."""
        self.seen.wrong.append(f"{self.photo.path.name}: {what}")
