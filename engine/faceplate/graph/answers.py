"""What a model gave for a crop, kept for whoever gives it the very same again."""

from collections.abc import Callable, Hashable, Mapping
from typing import Any, NamedTuple, TypeAlias

from faceplate.swap import SwapModel
from faceplate.values import Crop, Floats, Swap

Keep: TypeAlias = Callable[[Hashable, Callable[[], Any], Callable[[Any], int]], Any]
"""Gives the value of a key, made and kept where it is not there; the last argument tells its bytes."""


def answered(model: SwapModel, crop: Crop, keep: Keep, of: str = "") -> Swap:
    """What `model.run` gives, which is asked once for all that show it the same values on the same processor.

    Only what the network itself is given counts, so nodes of other knobs and other frames of the same picture share an
    answer. `of` is named in errors.
    """
    given = model.given(crop)

    def asked() -> _Answer:
        made = model.run(crop, of, given)
        return _Answer(made.rgb_model, made.mattes)

    answer: _Answer = keep(model.question(given), asked, _size_bytes)
    return Swap(answer.rgb_model, answer.mattes, crop)


class _Answer(NamedTuple):
    """What is kept of a swap: all but the crop, which whoever asks has."""

    rgb_model: Floats
    mattes: Mapping[str, Floats]


def _size_bytes(answer: _Answer) -> int:
    return sum(picture.nbytes for picture in (answer.rgb_model, *answer.mattes.values()))
