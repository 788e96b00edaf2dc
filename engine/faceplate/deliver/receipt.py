import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from faceplate.errors import FaceplateError
from faceplate.storage import whole_or_absent
from faceplate.values import Attribute, Header, Receipt

attribute_prefix = "faceplate/"

_libraries_that_touch_pixels = ("faceplate", "numpy", "openimageio", "opencolorio", "opencv-python-headless")


@dataclass(frozen=True)
class Job:
    """All that decides a shot's pixels, beside the pixels of the plate; equal jobs make equal frames of equal files.

    Attributes:
        inputs: each input by role with its path and, where it has them, its digest and encoding.
        settings: every knob by node name.
        model_digest: SHA-256 of the model file, or empty where no model ran.
        consent: the consent record of the model's card, or empty.
        versions: Faceplate, its nodes, the colour config and the libraries that touch pixels.
    """

    inputs: Mapping[str, Mapping[str, str]]
    settings: Mapping[str, Mapping[str, Any]]
    model_digest: str
    consent: str
    versions: Mapping[str, str]

    @property
    def digest(self) -> str:
        """SHA-256 over everything above but the paths: a shot is the same shot on another mount."""
        told = asdict(self)
        told["inputs"] = {
            role: {name: value for name, value in about.items() if name != "path"}
            for role, about in self.inputs.items()
        }
        return _sha256(told)

    def attributes(self, plate: Header) -> tuple[Attribute, ...]:
        """What the job adds to a frame's header, all under one prefix; what an earlier job left there is kept."""
        entries = {
            "version": self.versions["faceplate"],
            "job": self.digest,
            "settings_digest": _sha256(self.settings),
            "model_digest": self.model_digest,
            "consent": self.consent,
            "earlier": _earlier(plate),
        }
        return tuple(Attribute(attribute_prefix + name, "string", value) for name, value in entries.items() if value)

    def receipt(self, frame: int, states: Mapping[str, str], output_bytes: int) -> Receipt:
        """The receipt of one finished frame."""
        return Receipt(
            frame=frame,
            inputs=self.inputs,
            states=states,
            settings=self.settings,
            model_digest=self.model_digest,
            consent=self.consent,
            versions=self.versions,
            job=self.digest,
            output_bytes=output_bytes,
        )


def _earlier(plate: Header) -> str:
    """What earlier jobs wrote into the header of a plate that Faceplate delivered, as JSON; empty on a fresh plate."""
    ours = {entry.name: entry.value for entry in plate.attributes if entry.name.startswith(attribute_prefix)}
    return json.dumps(ours, sort_keys=True) if ours else ""


def _sha256(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def pixel_versions(**more: str) -> dict[str, str]:
    """The versions of Faceplate and of the libraries that touch pixels; `more` names further ones."""
    return {name: version(name) for name in _libraries_that_touch_pixels} | more


def file_digest(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def write_receipt(receipt: Receipt, path: Path) -> None:
    """Writes a receipt as JSON; it is whole or absent.

    Raises:
        StorageError: the folder cannot be written.
    """
    with whole_or_absent(path) as beside:
        beside.write_text(json.dumps(asdict(receipt), indent=1) + "\n")


def write_failure(job: str, frame: int, fault: FaceplateError, path: Path) -> None:
    """Writes as JSON why a frame of a job was left out; it is whole or absent.

    Raises:
        StorageError: the folder cannot be written.
    """
    why = {name: getattr(fault, name) for name in ("thing", "expected", "came", "next_step")}
    told = {"frame": frame, "job": job, "kind": type(fault).__name__, **why}
    with whole_or_absent(path) as beside:
        beside.write_text(json.dumps(told, indent=1) + "\n")


def read_receipt(path: Path) -> Receipt | None:
    """The receipt in a file; None where it is absent or is not one, so that its frame is made again."""
    try:
        return Receipt(**json.loads(path.read_text()))
    except (OSError, ValueError, TypeError):
        return None
