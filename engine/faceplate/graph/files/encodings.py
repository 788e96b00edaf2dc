"""What the words of a `colorspace` knob mean: spaces of the script's config, or Nuke's own curves."""

import os
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from faceplate.colour import (
    PlateCodec,
    colour_spaces,
    config_identity,
    holds_data,
    load_config,
    native_config,
    native_spaces,
    open_config,
    plate_codec,
    resolve_encoding,
    scene_linear,
)
from faceplate.errors import ColourError
from faceplate.graph.knobs import Moment
from faceplate.graph.render import Node, Session
from faceplate.values import Header, Sample, Window

_default = re.compile(r"default(?:\s*\((?P<named>.*)\))?")
_with_meaning = re.compile(r"(?P<role>[^()]+?)\s*\((?P<space>.+)\)")
_shipped = "fn-nuke_"
_no_header = Header("", Window(0, 0, 0, 0), Window(0, 0, 0, 0), (), ())
_nuke_luts = {"int8": "sRGB", "int16": "sRGB", "log": "Cineon", "float": "linear"}
_ocio_roles = {
    "int8": ("matte_paint", "color_picking", "texture_paint"),
    "int16": ("texture_paint", "matte_paint", "color_picking"),
    "log": ("compositing_log",),
    "float": ("scene_linear",),
}


@dataclass(frozen=True)
class Encoding:
    """How the colour of a file is stored: a space of a config, or data that is never converted.

    Attributes:
        config: the OpenColorIO config that knows the space.
        space: its name there; empty for data.
    """

    config: Any
    space: str

    @cached_property
    def is_linear(self) -> bool:
        """True where stored numbers are the graph's own: data, and light in the working space."""
        return not self.space or self.space == scene_linear(self.config)

    def codec(self, sample: Sample) -> PlateCodec:
        """Stored samples to light and back."""
        return plate_codec(self.space, sample, self.config)


@dataclass(frozen=True)
class ScriptColour:
    """How a script manages colour, as its Root says.

    Attributes:
        config: the OpenColorIO config: `$OCIO`, else the script's, else the built-in one.
        is_native: True where the names are Nuke's own, curves without primaries; those of the config go besides.
        root: Root's knobs.
    """

    config: Any
    is_native: bool
    root: dict[str, str]

    @property
    def identity(self) -> str:
        """A short text that changes whenever what the names mean does."""
        return f"{'Nuke' if self.is_native else 'OCIO'} {config_identity(self.config)}"

    def encoding(self, node: Node, kind: str) -> Encoding:
        """What the knobs `colorspace` and `raw` of a node mean, for a kind of file: int8, int16, log or float.

        Raises:
            ColourError: no such space; the message lists what there is.
        """
        if node.flag("raw"):
            return Encoding(self.config, "")
        name = node.text("colorspace").strip()
        default = _default.fullmatch(name)
        if default is None:
            found = self._found(name)
        else:
            named = default["named"]
            found = (self._found(named) if named else None) or self._of_kind(kind)
        return found or self._refuse(node, name)

    def _of_kind(self, kind: str) -> Encoding | None:
        stated = self.root.get(f"{kind}Lut")
        if stated:
            return self._found(stated)
        names = (_nuke_luts[kind],) if self.is_native else _ocio_roles[kind]
        return next((found for name in names if (found := self._found(name))), None)

    def _found(self, name: str) -> Encoding | None:
        """The space of a name, of a name with what it means behind it, or of the end of a menu's path."""
        meaning = _with_meaning.fullmatch(name)
        candidates = [name, *(meaning.groups() if meaning else ()), name.rpartition("/")[2]]
        return next((found for each in candidates if (found := self._named(each))), None)

    def _named(self, name: str) -> Encoding | None:
        if self.is_native and name in native_spaces():
            return Encoding(native_config(), name)
        if self.is_native and name == "raw":
            return Encoding(self.config, "")
        if holds_data(self.config, name):
            return Encoding(self.config, "")
        try:
            return Encoding(self.config, resolve_encoding(self.config, name, _no_header, name))
        except ColourError:
            return None

    def _refuse(self, node: Node, name: str) -> Encoding:
        own = "; ".join(native_spaces()) + "; " if self.is_native else ""
        mode = "Nuke" if self.is_native else "OCIO"
        raise ColourError(
            f"{node.path}.colorspace",
            expected=f"a colour space of the script (colour management: {mode})",
            came=repr(name),
            next_step=f"choose one of: {own}{'; '.join(colour_spaces(self.config))}",
        )


def script_colour(session: Session) -> ScriptColour:
    """How the session's script manages colour; worked out once.

    Raises:
        ColourError: its config is missing or is none.
    """
    colour: ScriptColour = session.kept(script_colour, lambda: _script_colour(session))
    return colour


def _script_colour(session: Session) -> ScriptColour:
    root = session.script.root_values
    named = root.get("OCIO_config", "")
    stated = root.get("colorManagement", "OCIO" if os.environ.get("OCIO") else "Nuke")
    is_native = stated == "Nuke" or (named == "nuke-default" and not os.environ.get("OCIO"))
    return ScriptColour(_config(session, named, is_native=is_native), is_native, root)


def _config(session: Session, named: str, *, is_native: bool) -> Any:
    """The config of the script's names; where Nuke's own names go first, one that is not there is not missed."""
    path = _custom_path(session) if named == "custom" else ""
    if path and (_is_config(path) or not is_native):
        return load_config(path if os.environ.get("OCIO") else _checked_config(path))
    shipped = None if os.environ.get("OCIO") else _shipped_config(named)
    if not os.environ.get("OCIO") and not is_native and shipped is None and named not in ("", "custom"):
        session.note(
            f"Root.OCIO_config: {named} ships with Nuke and is not here; the built-in ACES studio config is used. "
            "Set $OCIO to the config to use another"
        )
    return load_config(shipped)


def _is_config(path: str) -> bool:
    return path.startswith("ocio://") or os.path.isfile(path)  # noqa: PTH113 -- False for names that no file can have


def _checked_config(path: str) -> str:
    """The path of a config; a pipe or a device would be waited for without end."""
    if not _is_config(path):
        raise ColourError(
            "Root.customOCIOConfigPath",
            expected="the file of an OpenColorIO config",
            came=repr(path[:200]),
            next_step="correct the path, or choose a config that ships with OpenColorIO",
        )
    return path


def _custom_path(session: Session) -> str:
    if "customOCIOConfigPath" not in session.script.root_values:
        return ""
    return session.knobs.text(session.knobs.root_index, "customOCIOConfigPath", Moment(0.0))


def _shipped_config(named: str) -> str | None:
    """OpenColorIO's own config of the same name as one that ships with Nuke; None where it has none."""
    if not named.startswith(_shipped):
        return None
    uri = f"ocio://{named.removeprefix(_shipped)}"
    try:
        open_config(uri)
    except ColourError:
        return None
    return uri
