"""Who looks at a page, on a server that is open to a network; on one's own computer, its owner.

That an address is this computer's proves nothing: behind a tunnel or a proxy on the same computer
everybody's is. So whoever sits at the server shows a key, once, which its terminal prints.
"""

import streamlit as st

from core.runs.rights import changing as changing_by
from core.runs.rights import may_change
from core.runs.run import Run
from core.served import is_served, reaches_only_here, serve_beyond
from core.visitors import AT_HOME, Visitor, mark_of, server_key, visitor_with, welcome_home
from pages.parts.shared.visitor_key import keep_key, sent_key

_TOLD, _WORDS = "visitors-key", "visitors-words"
PARAMETER = "key"
NOT_YOURS = (
    ":material/lock: Only the browser that started this run, and whoever sits at the server, can "
    "stop, rename or delete it. Looking is for all."
)


def visitor() -> Visitor:
    """Return who looks at the page."""
    return visitor_with(sent_key() or st.session_state.get(_TOLD, "")) if is_served() else AT_HOME


def changing(run: Run) -> Run:
    """Return the run to a visitor who may change it, else raise ``RunError``."""
    return changing_by(run, visitor())


def is_mine(run: Run) -> bool:
    """Tell whether the visitor may change the run."""
    return may_change(run, visitor())


def receive_visitor() -> None:
    """Find out how this server is served and who comes; to be called on every page."""
    serve_beyond(st.get_option("server.address"))
    if not is_served():
        return
    print_the_way_home()
    keep_key(known=bool(visitor().mark), tell=remember)
    if PARAMETER in st.query_params and visitor().mark:
        key = st.query_params.pop(PARAMETER)  # nobody shall copy it with the address
        st.session_state[_WORDS] = welcome(key)
    if words := st.session_state.pop(_WORDS, ""):
        st.toast(words)
    if visitor().at_home:
        st.caption(":material/key: This browser sits at the server.")


def remember(key: str) -> None:
    """Take over the key of a browser whose cookie is too new to have come with the visit."""
    if mark_of(key):
        st.session_state[_TOLD] = key


def welcome(key: str) -> str:
    """Let the visitor sit at the server if the key is right; say which it is."""
    if welcome_home(key, visitor().mark):
        return "This browser now sits at the server: it may stop, rename and delete every run."
    return "The key in the address is not this server's. Its terminal shows the one that is."


@st.cache_resource(show_spinner=False)
def print_the_way_home() -> None:
    """Print, once for each start of the server, the address for whoever sits at it."""
    print(
        "\n  Glass CNN is open to a network. Whoever sits at the server opens this address once, "
        f"and keeps it secret:\n  {address_here()}?{PARAMETER}={server_key()}\n",
        flush=True,
    )


def address_here() -> str:
    """Return the start page's address on the computer itself, under a name that it answers to."""
    told = st.get_option("server.allowedHosts") or ["localhost"]
    allowed = told.split() if isinstance(told, str) else told  # one text in the environment
    bound = st.get_option("server.address") or "0.0.0.0"
    names = [name for name in allowed if "*" not in name]
    name = "localhost" if "localhost" in names or not names else names[0]
    if bound not in ("0.0.0.0", "::") and not reaches_only_here(bound):
        name = bound if bound in allowed else name
    scheme = "https" if st.get_option("server.sslCertFile") else "http"
    path = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"{scheme}://{name}:{st.get_option('server.port')}/{path + '/' if path else ''}"
