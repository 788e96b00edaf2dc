"""Finished frames on disk: EXR with the plate's header or 10-bit DPX, each whole, each with its receipt."""

from faceplate.deliver.receipt import Job, attribute_prefix, file_digest, pixel_versions, read_receipt, write_receipt
from faceplate.deliver.sequence import Delivery, lossless_compression, open_delivery

__all__ = [
    "Delivery",
    "Job",
    "attribute_prefix",
    "file_digest",
    "lossless_compression",
    "open_delivery",
    "pixel_versions",
    "read_receipt",
    "write_receipt",
]
