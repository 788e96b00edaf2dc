from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, TypeAlias

import numpy as np
import PyOpenColorIO as ocio  # noqa: N813 -- the name its own documentation uses

from faceplate.colour.config import (
    builtin_config,
    colour_spaces,
    find_space,
    foreign_errors,
    load_config,
    open_config,
    scene_linear,
)
from faceplate.errors import ColourError
from faceplate.values import Floats

Conversion: TypeAlias = Callable[[Floats], Floats]
"""Takes rows x columns x 3 in one colour space, gives a new array of the same shape in another; nothing is clamped."""


def conversion(source: str, target: str, config: Any = None) -> Conversion:
    """The conversion between two colour spaces of the config, negatives and values above 1 included.

    NaN and infinite samples stay what they are.

    Raises:
        ColourError: a space is unknown, or no path leads from one to the other.
    """
    return _processor_conversion(config or load_config(), source, target)


def to_working(encoding: str, config: Any = None) -> Conversion:
    """From a plate's encoding to the scene-linear working space."""
    config = config or load_config()
    return conversion(encoding, scene_linear(config), config)


def from_working(encoding: str, config: Any = None) -> Conversion:
    """From the scene-linear working space to a plate's encoding."""
    config = config or load_config()
    return conversion(scene_linear(config), encoding, config)


@lru_cache(maxsize=32)
def _processor_conversion(config: Any, source: str, target: str) -> Conversion:
    with _told(config, source, target):
        # Lossless: OpenColorIO's default trades exactness of log and power for speed.
        processor = _processor(config, source, target).getOptimizedCPUProcessor(ocio.OPTIMIZATION_LOSSLESS)

    def convert(rgb: Floats) -> Floats:
        packed, lost = np.array(rgb, np.float32, order="C"), ~np.isfinite(rgb)
        # A matrix would make NaN of the other channels, a curve that clamps a plain number of the sample itself.
        packed[lost] = 0
        rows, columns, channels = packed.shape
        processor.apply(ocio.PackedImageDesc(packed, columns, rows, channels))
        # What OpenColorIO makes NaN of numbers is light beyond what a float holds, less such light.
        packed[np.isnan(packed)] = np.inf
        packed[lost] = rgb[lost]
        return packed

    return convert


def processor_between(config: Any, source: str, target: str) -> Any:
    """OpenColorIO's processor from one colour space to another.

    Raises:
        ColourError: a space is unknown, or no path leads from one to the other.
    """
    with _told(config, source, target):
        return _processor(config, source, target)


@contextmanager
def _told(config: Any, source: str, target: str) -> Iterator[None]:
    try:
        yield
    except foreign_errors as fault:
        raise ColourError(
            f"conversion {source} -> {target}",
            expected="two colour spaces with a way between them",
            came=str(fault).strip().rstrip("."),
            next_step=_mend(config, source, target, str(fault)),
        ) from fault


def _mend(config: Any, source: str, target: str, fault: str) -> str:
    spaces = "; ".join(colour_spaces(config))
    if not all(find_space(*_home(config, name)) for name in (source, target)):
        return f"choose from: {spaces}"
    if "interchange" in fault:
        return f"add the role aces_interchange to the config, or name spaces of it in the model's card: {spaces}"
    return "mend the config: the files of these colour spaces lie on its search_path, their matrices have an inverse"


def _processor(config: Any, source: str, target: str) -> Any:
    """A space that the config lacks is taken from the built-in one, joined through the ACES interchange role.

    So a model's card, and what detectors are shown, mean the same under every config.
    """
    ends = [_home(config, name) for name in (source, target)]
    if ends[0][0] is ends[1][0]:
        return ends[0][0].getProcessor(ends[0][1], ends[1][1])
    return ocio.Config.GetProcessorFromConfigs(*ends[0], *ends[1])


def _home(config: Any, name: str) -> tuple[Any, str]:
    known = find_space(config, name)
    if known:
        return config, known
    builtin = open_config(f"ocio://{builtin_config}")
    return builtin, find_space(builtin, name) or name
