"""A photo that is dropped in the instant in which a page begins to be drawn anew is not lost.

A browser asks where it may send a file and waits for the answer. Streamlit 1.67 forgets what has
not been sent yet when a script begins, that answer too, and the browser waits for ever. It happens
to a class that opens the page: a new visitor's first page is drawn twice.
"""

from functools import cache

from streamlit.runtime.forward_msg_queue import ForwardMsgQueue


@cache
def keep_upload_addresses() -> None:
    """Let the queue of what goes to a browser keep those answers when it is cleared."""
    clear = ForwardMsgQueue.clear

    def clear_but_addresses(
        self: ForwardMsgQueue,
        retain_lifecycle_msgs: bool = False,
        fragment_ids_this_run: list[str] | None = None,
    ) -> None:
        answers = [each for each in self._queue if each.WhichOneof("type") == "file_urls_response"]
        clear(self, retain_lifecycle_msgs, fragment_ids_this_run)
        self._queue += [each for each in answers if each not in self._queue]

    ForwardMsgQueue.clear = clear_but_addresses  # type: ignore[method-assign]
