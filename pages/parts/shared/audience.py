"""How many browsers follow trainings: where there are many, each looks less often.

Every look takes time from the training: of the server, and of the browser where both share one
computer. A class that looks on would otherwise halve a training's speed on two cores.
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


class Audience:
    """Who follows a training now, and whether they are many."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.looks: dict[str, float] = {}
        self.is_crowd = False

    def look(self, who: str, now: float) -> None:
        """Count a look of somebody at a time in seconds."""
        with self.lock:
            self.looks[who] = now
            self.looks = {who: at for who, at in self.looks.items() if now - at < GONE_SECONDS}
            self.is_crowd = len(self.looks) >= (FEWER if self.is_crowd else MANY)


@st.cache_resource
def audience() -> Audience:
    """Return the one audience of this server."""
    return Audience()


def look_on() -> None:
    """Count this browser among those that follow a training."""
    who = st.session_state.setdefault("audience", secrets.token_hex(8))
    audience().look(who, time.monotonic())


def crowd_pace() -> float:
    """Return how many times more seldom than alone each is to look."""
    return CROWD_PACE if audience().is_crowd else 1.0
