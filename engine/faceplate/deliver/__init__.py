"""Finished frames on disk: EXR with the plate's header, DPX, TIFF or PNG, each whole, each with its receipt."""

from faceplate.deliver.receipt import Job, attribute_prefix, file_digest, pixel_versions, read_receipt, write_receipt
from faceplate.deliver.sequence import (
    Delivery,
    States,
    check_outputs,
    layer_formats,
    lossless_compression,
    open_delivery,
    states_of,
)

__all__ = [
    "Delivery",
    "Job",
    "States",
    "attribute_prefix",
    "check_outputs",
    "file_digest",
    "layer_formats",
    "lossless_compression",
    "open_delivery",
    "pixel_versions",
    "read_receipt",
    "states_of",
    "write_receipt",
]
