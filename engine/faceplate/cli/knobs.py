"""Flags derived from the settings that nodes declare: one knob, one flag."""

import argparse
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, TypeVar

from faceplate.spec import Knob, Settings, knobs_of

S = TypeVar("S", bound=Settings)


def add_knobs(
    parser: argparse.ArgumentParser,
    settings: type[Settings],
    prefix: str = "",
    otherwise: Mapping[str, Any] = MappingProxyType({}),
) -> None:
    """A flag for every knob of a node; `prefix` keeps the flags of several nodes in one command apart.

    `otherwise` says what knobs stand at in this command where that is not their default.
    """
    groups: dict[str, Any] = {}
    for name, (about, usual, kind) in knobs_of(settings).items():
        default = otherwise.get(prefix + name, usual)
        title = f"{settings.__name__.removesuffix('Settings')}: {about.group}"
        if title not in groups:
            groups[title] = parser.add_argument_group(title)
        groups[title].add_argument(
            _flag(name, prefix),
            dest=prefix + name,
            default=default,
            type=_boolean if kind is bool else kind,
            choices=about.choices or None,
            metavar=None if about.choices else about.unit or kind.__name__.upper(),
            help=_help(about, default),
        )


def settings_from(arguments: argparse.Namespace, settings: type[S], prefix: str = "") -> S:
    """The settings that the flags of a call make.

    Raises:
        CallError: a value is out of its knob's range.
    """
    return settings(**{name: getattr(arguments, prefix + name) for name in knobs_of(settings)})


def _flag(name: str, prefix: str) -> str:
    return "--" + (prefix + name).replace("_", "-")


def _help(about: Knob, default: Any) -> str:
    span = f" {about.span} {about.unit}".rstrip() + ";" if about.span else ""
    return f"{about.help}{span} default {default}".replace("%", "%%")


def _boolean(word: str) -> bool:
    if word.lower() not in ("on", "off", "true", "false"):
        msg = f"expected on or off, not {word!r}"
        raise argparse.ArgumentTypeError(msg)
    return word.lower() in ("on", "true")
