"""Channels of files and their names in Nuke: `R` is `rgba.red`, `Z` is `depth.Z`, `diffuse.R` is `diffuse.red`."""

from collections.abc import Iterable, Mapping, Sequence

from faceplate.values import Header

rgb = ("rgba.red", "rgba.green", "rgba.blue")
alpha = "rgba.alpha"

_colours = {"R": "red", "G": "green", "B": "blue", "A": "alpha"}
_last_names = {
    **_colours,
    **{name.lower(): colour for name, colour in _colours.items()},
    **{colour: colour for colour in _colours.values()},
}
_file_names = {f"rgba.{colour}": name for name, colour in _colours.items()}
_luminance = ("Y", "y")
_layers_of_lone_channels = {"Z": "depth", "z": "depth"}


def nuke_channels(header: Header, view: str) -> dict[str, str]:
    """The channels of a file in a view: the file's name by Nuke's, in the file's order.

    A lone luminance stands for all three colours. Where several names mean one channel, the first counts. A file's
    channels name their views as in `left.diffuse.R` or `diffuse.left.R`; those that name none are of the first view,
    and of others where these have no such channel of their own.
    """
    views = views_of(header)
    found: dict[str, str] = {}
    for name in _own_first(header.channels, views, view):
        found.setdefault(_nuke_name(_without(name, views)), name)
    luminance = next((name for name in _luminance if name in header.channels), None)
    if luminance is not None and not set(rgb) & found.keys():
        found = {**dict.fromkeys(rgb, luminance), **found}
        found.pop(f"other.{luminance}", None)
    return found


def views_of(header: Header) -> tuple[str, ...]:
    """The views whose channels an EXR part holds; empty where it tells of none."""
    listed = header.attribute("multiView")
    return tuple(listed) if isinstance(listed, tuple | list) else ()


def _own_first(names: Iterable[str], views: Sequence[str], view: str) -> list[str]:
    """The names that are of the view, those that say so first."""
    own = view if view in views else (views[0] if views else "")
    named = [(name, _view_in(name, views)) for name in names]
    stated = [name for name, said in named if said and said == own]
    return [*stated, *(name for name, said in named if not said)]


def _view_in(name: str, views: Sequence[str]) -> str:
    return next((word for word in name.split(".")[:-1] if word in views), "")


def _without(name: str, views: Sequence[str]) -> str:
    *layer, last = name.split(".")
    return ".".join([*(word for word in layer if word not in views), last])


def _nuke_name(name: str) -> str:
    layer, _, last = name.rpartition(".")
    if not layer:
        lone = "rgba" if last in _last_names else _layers_of_lone_channels.get(last, "other")
        return f"{lone}.{last.upper() if lone == 'depth' else _last_names.get(last, last)}"
    return f"{layer.replace('.', '_')}.{_last_names.get(last, last)}"


def file_channels(names: Iterable[str], like: Mapping[str, str]) -> dict[str, str]:
    """The file's name of each of Nuke's channels: that of the file they came from (`like`), else Nuke's usual one."""
    taken = {name: like[name] for name in names if name in like}
    if len(set(taken.values())) < len(taken):
        taken = {}
    return {name: taken.get(name) or _file_names.get(name, name) for name in names}
