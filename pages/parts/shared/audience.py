"""How many browsers follow trainings, and how many have a live camera: many take turns.

Every look at a training takes time from it: of the server, and of the browser where both share one
computer. A class that looks on would otherwise halve a training's speed on two cores. A live camera
takes as much as the server gives, so a class of them would leave nothing to anybody else.
"""

import secrets
import threading
import time

import streamlit as st

MANY, FEWER = 8, 5
"""So many followers make a crowd, and it is one until there are fewer than the second."""
CROWD_PACE = 4.0
"""In a crowd each looks so many times more seldom."""
GONE_SECONDS = 30.0
"""Who has not looked for so long has gone."""
CAMERA_GONE_SECONDS = 10.0
"""The same of a camera that has sent nothing."""


class Audience:
    """Who looks now, and whether they are many."""

    def __init__(self, gone_seconds: float = GONE_SECONDS) -> None:
        self.gone_seconds = gone_seconds
        self.lock = threading.Lock()
        self.looks: dict[str, float] = {}
        self.is_crowd = False

    def look(self, who: str, now: float) -> None:
        """Count a look of somebody at a time in seconds."""
        with self.lock:
            self.looks[who] = now
            self.looks = {who: at for who, at in self.looks.items() if now - at < self.gone_seconds}
            self.is_crowd = len(self.looks) >= (FEWER if self.is_crowd else MANY)


@st.cache_resource
def audience() -> Audience:
    """Return those who follow a training on this server."""
    return Audience()


@st.cache_resource
def cameras() -> Audience:
    """Return those whose live camera is answered by this server."""
    return Audience(CAMERA_GONE_SECONDS)


def look_on() -> None:
    """Count this browser among those that follow a training."""
    audience().look(this_browser(), time.monotonic())


def cameras_on() -> int:
    """Count this browser among those with a live camera, and return how many these are."""
    cameras().look(this_browser(), time.monotonic())
    return len(cameras().looks)


def this_browser() -> str:
    """Return a name for the page that is open, made up for it."""
    name: str = st.session_state.setdefault("audience", secrets.token_hex(8))
    return name


def crowd_pace() -> float:
    """Return how many times more seldom than alone each is to look."""
    return CROWD_PACE if audience().is_crowd else 1.0
