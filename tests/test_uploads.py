"""Where a browser may send a photo is told it, also when a page begins to be drawn anew."""

import pytest
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue

from pages.parts.shared.uploads import keep_upload_addresses


@pytest.mark.parametrize("fragments", [None, ["one"]])
def test_a_run_that_begins_clears_no_address_for_an_upload(fragments):
    keep_upload_addresses()
    queue, address, element = ForwardMsgQueue(), ForwardMsg(), ForwardMsg()
    address.file_urls_response.response_id = "a photo"
    element.delta.new_element.text.body = "of the run before"
    element.metadata.delta_path[:] = [0, 1]
    for message in (element, address):
        queue.enqueue(message)
    queue.clear(retain_lifecycle_msgs=True, fragment_ids_this_run=fragments)
    kept = [message.WhichOneof("type") for message in queue.flush()]
    assert kept.count("file_urls_response") == 1
    assert ("delta" in kept) == (fragments is not None)
