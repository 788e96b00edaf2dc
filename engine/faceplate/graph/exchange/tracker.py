"""Knobs of a Tracker4: points of the face as a compositor would track them by hand."""

from itertools import pairwise

from faceplate.graph.exchange.keyed import Keyed
from faceplate.graph.script import join_list

steady = {
    "right eye outer": 33,
    "right eye inner": 133,
    "left eye inner": 362,
    "left eye outer": 263,
    "nose bridge": 168,
    "right temple": 127,
    "left temple": 356,
}
"""Points of the skull by name; they drive rotation and scale as well."""

moving = {"nose tip": 1, "mouth right": 61, "mouth left": 291, "chin": 152}

# Columns of the table: Nuke's type of the cell, its width in the panel, and its name.
columns = (
    *((5, 20, "enable"), (3, 75, "name"), (2, 58, "track_x"), (2, 58, "track_y"), (2, 63, "offset_x")),
    *((2, 63, "offset_y"), (4, 27, "T"), (4, 27, "R"), (4, 27, "S"), (2, 45, "error")),
    *((1, 0, name) for name in ("error_min", "error_max")),
    *((1, 0, f"pattern_{side}") for side in "xyrt"),
    *((1, 0, f"search_{side}") for side in "xyrt"),
    (2, 0, "key_track"),
    *((2, 0, f"key_search_{side}") for side in "xyrt"),
    *((2, 0, f"key_track_{side}") for side in "xyrt"),
    *((2, 0, f"key_centre_offset_{side}") for side in "xy"),
)
# The eleven cells from `key_track` on hold nothing: our tracks have no pattern of pixels behind them.
_boxes, _no_keys = "-12 -12 12 12 -24 -24 24 24", " ".join(["{}"] * 11)


def tracker_knobs(path: Keyed) -> dict[str, str]:
    """Of a Tracker4 with eleven points of the face."""
    heads = " ".join(f"{{ {kind} 1 {width} {name} {name} 1 }}" for kind, width, name in columns)
    rows = [_row(path, name, index, "1 1 1") for name, index in steady.items()]
    rows += [_row(path, name, index, "1 0 0") for name, index in moving.items()]
    table = f" {{ 1 {len(columns)} {len(rows)} }} {{ {heads} }} {{ {' '.join(rows)} }} "
    return {"tracks": table, "reference_frame": str(path.reference_frame)}


def _enabled(path: Keyed) -> str:
    """Off where the face is not seen: Nuke would glide from one place to the next."""
    keys = [(path.frames[0], 1)]
    for before, after in pairwise(path.frames):
        if after != before + 1:
            keys += [(before + 1, 0), (after, 1)]
    return f"{{curve K {' '.join(f'x{frame} {state}' for frame, state in keys)}}}"


def _row(path: Keyed, name: str, index: int, drives: str) -> str:
    first = path.frames[0]
    still = f"{{curve K x{first} 0}}"
    where = f"{path.curves(path.landmark(index))} {still} {still}"
    return f"{{ {_enabled(path)} {join_list([name])} {where} {drives} {still} 0 0 {_boxes} {_no_keys} }}"
