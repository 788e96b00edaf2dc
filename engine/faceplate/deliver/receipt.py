import hashlib
import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from faceplate.errors import StorageError
from faceplate.values import Attribute, Receipt

attribute_prefix = "faceplate/"

_libraries_that_touch_pixels = ("faceplate", "numpy", "openimageio", "opencolorio", "opencv-python-headless")


@dataclass(frozen=True)
class Job:
    """All that decides a shot's pixels; frames of equal jobs have equal pixels.

    Attributes:
        inputs: each input by role with its path and, where it has one, its digest.
        settings: every knob by node name.
        model_digest: SHA-256 of the model file, or empty where no model ran.
        consent: the consent record of the model's card, or empty.
        versions: Faceplate and the libraries that touch pixels.
    """

    inputs: Mapping[str, Mapping[str, str]]
    settings: Mapping[str, Mapping[str, Any]]
    model_digest: str
    consent: str
    versions: Mapping[str, str]

    @property
    def digest(self) -> str:
        """SHA-256 over everything above."""
        return hashlib.sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()

    @property
    def settings_digest(self) -> str:
        """SHA-256 over the knobs alone."""
        return hashlib.sha256(json.dumps(dict(self.settings), sort_keys=True).encode()).hexdigest()

    def attributes(self) -> tuple[Attribute, ...]:
        """What the job adds to the header of a frame, all under one prefix."""
        entries = {
            "version": self.versions["faceplate"],
            "job": self.digest,
            "settings_digest": self.settings_digest,
            "model_digest": self.model_digest,
            "consent": self.consent,
        }
        return tuple(Attribute(attribute_prefix + name, "string", value) for name, value in entries.items() if value)

    def receipt(self, frame: int, output_bytes: int) -> Receipt:
        """The receipt of one finished frame."""
        return Receipt(
            frame=frame,
            inputs=self.inputs,
            settings=self.settings,
            model_digest=self.model_digest,
            consent=self.consent,
            versions=self.versions,
            job=self.digest,
            output_bytes=output_bytes,
        )


def pixel_versions(**more: str) -> dict[str, str]:
    """The versions of Faceplate and of the libraries that touch pixels; `more` names further ones."""
    return {name: version(name) for name in _libraries_that_touch_pixels} | more


def file_digest(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def write_receipt(receipt: Receipt, path: Path) -> None:
    """Writes a receipt as JSON, beside its name and then renamed.

    Raises:
        StorageError: the folder cannot be written.
    """
    beside = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        beside.write_text(json.dumps(asdict(receipt), indent=1) + "\n")
        beside.replace(path)
    except OSError as fault:
        with suppress(OSError):
            beside.unlink()
        raise StorageError(
            str(path),
            expected="a place to write",
            came=str(fault.strerror),
            next_step="free space or choose another folder",
        ) from fault


def read_receipt(path: Path) -> Receipt | None:
    """The receipt in a file; None where it is absent or is not one, so that its frame is made again."""
    try:
        return Receipt(**json.loads(path.read_text()))
    except (OSError, ValueError, TypeError):
        return None
