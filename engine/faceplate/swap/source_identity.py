from collections.abc import Mapping
from dataclasses import dataclass

from faceplate.values import Floats


@dataclass(frozen=True, eq=False)
class Identity:
    """Whom a one-shot model shows.

    Attributes:
        vector: what its identity input is given.
        inputs: what a receipt tells of it: source pictures, recogniser and converter by their digests, and the licence
            that was accepted.
        faces: where in each source picture the face was found, in words.
    """

    vector: Floats
    inputs: Mapping[str, Mapping[str, str]]
    faces: tuple[str, ...] = ()
