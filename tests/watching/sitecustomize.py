"""Python imports this at its start where this folder is on its path: it notes every host that the
process, or one that it starts, looks up or connects to. ``GLASS_CNN_TEST_HOSTS`` names the file.
"""

import os
import sys

LOG = os.environ["GLASS_CNN_TEST_HOSTS"]


def note(event: str, arguments: tuple[object, ...]) -> None:
    """Append the host of a connection or of a question for an address."""
    if event == "socket.connect":
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else f"unix:{address!r}"
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        host = arguments[0]
    elif event == "socket.sendto":
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else f"unix:{address!r}"
    else:
        return
    with open(LOG, "a") as file:
        file.write(f"{event} {host}\n")


sys.addaudithook(note)
