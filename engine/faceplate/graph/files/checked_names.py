"""Names that no file can have, refused before the file system is asked."""

import os
import stat
from pathlib import Path

from faceplate.graph.render import Node
from faceplate.plate import FramePattern

longest_name_bytes, longest_path_bytes = 255, 4095
beside_bytes = 39
"""What a file's name grows by for its receipt, while that is being written beside its place."""


def check_name(node: Node, name: str) -> None:
    """Refuses a name that the file system would not take, by the node's knob `file`.

    Raises:
        ScriptError: it holds a null character, or is too long in all or in one of its parts.
    """
    if "\0" in name:
        raise _refusal(node, "a name without a null character", repr(_short(name)))
    whole = os.fsencode(name)
    longest = max(map(len, whole.split(os.fsencode(os.sep))))
    if longest > longest_name_bytes or len(whole) > longest_path_bytes:
        expected = f"a name of at most {longest_name_bytes} bytes, a path of at most {longest_path_bytes}"
        raise _refusal(node, expected, f"{longest} and {len(whole)} bytes: {_short(name)!r}")


def check_padding(node: Node, pattern: FramePattern) -> FramePattern:
    """The pattern, whose number is not padded to more than a name holds.

    Raises:
        ScriptError: it is.
    """
    if pattern.padding > longest_name_bytes:
        raise _refusal(node, f"a number of at most {longest_name_bytes} digits", f"{pattern.padding}")
    return pattern


def check_written_name(node: Node, path: Path) -> None:
    """Refuses a name that a file that is read may have, but not one that is written.

    Raises:
        ScriptError: it is too long for the name that the file has while it is made, or is no UTF-8.
    """
    try:
        name_bytes = len(path.name.encode())
    except UnicodeEncodeError:
        raise _refusal(node, "a name in UTF-8", ascii(path.name)) from None
    if name_bytes > longest_name_bytes - beside_bytes:
        expected = f"a name of at most {longest_name_bytes - beside_bytes} bytes"
        raise _refusal(node, expected, f"{name_bytes} bytes: {_short(path.name)!r}")


def what_is_there(path: Path) -> str:
    """What stands in the place of a file, in words."""
    try:
        mode = path.stat().st_mode
    except OSError:
        return "no such file"
    known = {stat.S_IFDIR: "a folder", stat.S_IFIFO: "a pipe", stat.S_IFSOCK: "a socket", stat.S_IFREG: "a file"}
    return known.get(stat.S_IFMT(mode), "a device")


def _short(name: str) -> str:
    shown = 80
    return name if len(name) <= shown else f"{name[:shown]}..."


def _refusal(node: Node, expected: str, came: str) -> Exception:
    return node.refusal(knob="file", expected=expected, came=came, next_step="choose another name")
