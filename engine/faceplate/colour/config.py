import os
from copy import deepcopy
from functools import cache, lru_cache
from typing import Any

import PyOpenColorIO as ocio  # noqa: N813 -- the name its own documentation uses

from faceplate.errors import ColourError
from faceplate.values import Header

builtin_config = "studio-config-v4.0.0_aces-v2.0_ocio-v2.5"
"""The config used when neither `$OCIO` nor a script names one; pinned here alone."""

foreign_errors = (ocio.Exception, ocio.ExceptionMissingFile)
"""OpenColorIO's two kinds of error; the second is not one of the first."""


def load_config(script_config: str | None = None) -> Any:
    """The OpenColorIO config to work with: `$OCIO`, else the script's own, else the pinned ACES studio config.

    Args:
        script_config: the config that a script names: a path or a URI such as `ocio://default`; None where it names
            none.

    Raises:
        ColourError: the file named is missing or is no config.
    """
    named = os.environ.get("OCIO") or script_config
    return open_config(named or f"ocio://{builtin_config}")


@lru_cache(maxsize=8)
def open_config(named: str) -> Any:
    """The OpenColorIO config of a path or URI, whatever `$OCIO` says.

    Raises:
        ColourError: the file is missing or is no config.
    """
    try:
        return ocio.Config.CreateFromFile(named)
    except foreign_errors as fault:
        raise ColourError(
            named,
            expected="an OpenColorIO config",
            came=str(fault).strip(),
            next_step=_mend(named),
        ) from fault


def _mend(named: str) -> str:
    if named == os.environ.get("OCIO"):
        return "correct $OCIO, or unset it to use the script's config or the built-in ACES studio config"
    return "correct the config that the script names, or set $OCIO to the one to use"


@cache
def rec709_config() -> Any:
    """The built-in config with linear light of Rec. 709 primaries as its working space."""
    config = deepcopy(open_config(f"ocio://{builtin_config}"))
    config.setRole(ocio.ROLE_SCENE_LINEAR, "lin_rec709_scene")
    return config


def config_identity(config: Any = None) -> str:
    """A short text that changes whenever the config in use does: its name and OpenColorIO's own digest of it."""
    config = config or load_config()
    return f"{config.getName() or os.environ.get('OCIO')} {config.getCacheID()}"


def colour_spaces(config: Any) -> tuple[str, ...]:
    """The names of the config's colour spaces that hold pictures, in its own order."""
    return tuple(space.getName() for space in config.getColorSpaces() if not space.isData())


def resolve_encoding(config: Any, asked: str | None, header: Header, source: str) -> str:
    """The colour space a plate is encoded in: what was asked for, else what its header declares.

    Headers are believed where they name an interop ID of the config (`colorInteropID`) or say that the file is an
    ACES container (SMPTE ST 2065-4: linear AP0).

    Raises:
        ColourError: nobody says, or the config has no such colour space; the message lists what there is.
    """
    if asked is not None:
        return _known(config, asked, source)
    declared = header.attribute("colorInteropID")
    if isinstance(declared, str):
        return _known(config, declared, f"{source}: colorInteropID")
    if header.attribute("acesImageContainerFlag") == 1:
        return _known(config, "lin_ap0_scene", f"{source}: acesImageContainerFlag")
    raise ColourError(
        f"{source}: encoding",
        expected="the plate's colour space",
        came="none, neither from the call nor from the header",
        next_step="say --colourspace NAME, one of: " + "; ".join(colour_spaces(config)),
    )


def scene_linear(config: Any) -> str:
    """The working space: the config's `scene_linear` role.

    Raises:
        ColourError: the config has no such role.
    """
    return _known(config, ocio.ROLE_SCENE_LINEAR, "the config's scene_linear role")


def find_space(config: Any, name: str) -> str | None:
    """The config's own name of a colour space given by name, alias, role or interop ID; None where it has none."""
    space = config.getColorSpace(name) or _by_interop_id(config, name)
    return None if space is None or space.isData() else str(space.getName())


def holds_data(config: Any, name: str) -> bool:
    """True where the name is that of a space, or a role, whose samples are data and never converted."""
    space = config.getColorSpace(name)
    return space is not None and bool(space.isData())


def _known(config: Any, name: str, thing: str) -> str:
    space = find_space(config, name)
    if space is None:
        raise ColourError(
            thing,
            expected="a colour space of the config",
            came=repr(name),
            next_step="choose one of: " + "; ".join(colour_spaces(config)),
        )
    return space


def _by_interop_id(config: Any, name: str) -> Any:
    return next((space for space in config.getColorSpaces() if name and space.getInteropID() == name), None)
