"""Photos of two classes, from the project's own drawings or from a folder, ready to train on."""

from core.data.batching import batches, to_network_input
from core.data.dataset import Data, PhotoSet
from core.data.decode import Photo, decode_photo
from core.data.load import load_data
from core.data.report import Group, LeftOut, Report
from core.data.request import DataRequest

__all__ = [
    "Data",
    "DataRequest",
    "Group",
    "LeftOut",
    "Photo",
    "PhotoSet",
    "Report",
    "batches",
    "decode_photo",
    "load_data",
    "to_network_input",
]
