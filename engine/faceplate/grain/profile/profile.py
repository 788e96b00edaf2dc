"""A grain profile as a file: safetensors, or JSON to be read and edited. Neither holds code."""

import json
import os
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save

from faceplate.errors import PlateError
from faceplate.grain.profile.profile_check import profile_fault, texts, whole_numbers
from faceplate.grain.profile.profile_json import profile_as_json, profile_from_json
from faceplate.storage import whole_or_absent
from faceplate.values import Array, GrainProfile

VERSION = 3
READ_VERSIONS = (1, 2, 3)
METADATA = "faceplate.grain"
MOST_BYTES = 2**24
FIRST_TENSORS = ("exposure", "sigma", "response", "kernel", "correlation")
LATER_TENSORS = (
    "curve_exposure",
    "curve_sigma",
    "measured",
    "zone_exposure",
    "zone_kernel",
    "zone_correlation",
    "time_correlation",
)
TENSORS = {1: FIRST_TENSORS, 2: FIRST_TENSORS + LATER_TENSORS, 3: FIRST_TENSORS + LATER_TENSORS}


def write_profile(profile: GrainProfile, path: str | os.PathLike[str]) -> None:
    """Writes the profile as one file: beside its name first, then renamed, so it is whole or absent.

    JSON where the name ends in `.json`, else safetensors. Equal profiles give equal files; both give back every number.

    Raises:
        StorageError: the place cannot be written.
    """
    target = Path(path)
    is_json = target.suffix.lower() == ".json"
    data = _json_bytes(profile) if is_json else _safetensors(profile)
    with whole_or_absent(target) as beside:
        beside.write_bytes(data)


def _json_bytes(profile: GrainProfile) -> bytes:
    return (json.dumps(profile_as_json(profile), allow_nan=False, indent=1) + "\n").encode()


def _safetensors(profile: GrainProfile) -> bytes:
    about = {
        "version": VERSION,
        "encoding": profile.encoding,
        "light": profile.light,
        "frames": list(profile.frames),
        "models": list(profile.models),
        "warnings": list(profile.warnings),
    }
    tensors = {name: np.ascontiguousarray(getattr(profile, name), np.float32) for name in TENSORS[VERSION]}
    return save(tensors, {METADATA: json.dumps(about)})


def read_profile(path: str | os.PathLike[str]) -> GrainProfile:
    """The profile that `write_profile` wrote, of either kind. Nothing in the file is executed.

    Raises:
        PlateError: no such file, a damaged one, one of another kind, or one of a newer version.
    """
    source = Path(path)
    try:
        profile = profile_from_json(json.loads(source.read_bytes())) if _is_text(source) else _profile(*_load(source))
    except OSError as problem:
        _refuse(source, problem.strerror or "a file that cannot be opened")
    except KeyError as problem:
        _refuse(source, f"a damaged file or one of another kind (without {problem})")
    except (SafetensorError, ValueError, TypeError, OverflowError, RecursionError) as problem:
        _refuse(source, f"a damaged file or one of another kind ({problem})")
    return profile


def _is_text(source: Path) -> bool:
    """JSON, where safetensors begins with a length whose upper bytes are 0."""
    if source.stat().st_size > MOST_BYTES:
        msg = f"{source.stat().st_size} bytes, more than any profile has"
        raise ValueError(msg)
    with source.open("rb") as file:
        start = file.read(8)
    return len(start) == 8 and 0 not in start  # noqa: PLR2004 -- the length's bytes


def _load(source: Path) -> tuple[dict[str, Array], dict[str, Any]]:
    with safe_open(source, framework="numpy") as file:
        text = (file.metadata() or {}).get(METADATA, "")
        if not text:
            msg = "no grain metadata"
            raise ValueError(msg)
        about = json.loads(text)
        if about["version"] not in READ_VERSIONS:
            msg = f"version {about['version']}, this Faceplate reads {', '.join(map(str, READ_VERSIONS))}"
            raise ValueError(msg)
        return {name: file.get_tensor(name) for name in TENSORS[about["version"]]}, about


def _profile(tensors: dict[str, Array], about: dict[str, Any]) -> GrainProfile:
    told: dict[str, Any] = {"encoding": str(about["encoding"]), "frames": whole_numbers(about["frames"]), **tensors}
    if about["version"] > 1:
        told |= {"models": texts(about["models"]), "warnings": texts(about["warnings"])}
    if about["version"] == VERSION:  # before it all profiles were of the working space
        told["light"] = about["light"]
    profile = GrainProfile(**told)
    fault = profile_fault(profile)
    if fault:
        raise ValueError(fault)
    return profile


def _refuse(source: Path, came: str) -> NoReturn:
    raise PlateError(
        f"{source}",
        expected=f"a grain profile of version {READ_VERSIONS[0]} to {READ_VERSIONS[-1]}",
        came=came,
        next_step="measure the plate's grain again with `faceplate grain measure`",
    ) from None
