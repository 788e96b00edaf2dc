"""Scripts on disk."""

from pathlib import Path

from faceplate.errors import ScriptError
from faceplate.graph.script.decoding import decode_script
from faceplate.graph.script.limits import max_bytes
from faceplate.graph.script.model import Script
from faceplate.graph.script.reader import parse_script
from faceplate.graph.script.writer import script_text
from faceplate.storage import whole_or_absent


def read_script(path: Path | str) -> Script:
    """The script in a .nk or .gizmo file, in whatever encoding it was saved; nothing in it is run.

    Raises:
        ScriptError: no such file, a file that is no script, or one past a limit.
    """
    return parse_script(decode_script(_bytes(Path(path))), str(path))


def _bytes(path: Path) -> bytes:
    if not path.is_file():
        came = "something else" if path.exists() else "no such file"
        raise ScriptError(str(path), expected="a .nk or .gizmo file", came=came, next_step="check the path")
    try:
        with path.open("rb") as file:
            data = file.read(max_bytes + 1)
    except OSError as fault:
        came = fault.strerror or str(fault)
        raise ScriptError(
            str(path), expected="a file that can be read", came=came, next_step="ask for access"
        ) from fault
    if len(data) > max_bytes:
        expected = f"a script of at most {max_bytes >> 20} MB"
        raise ScriptError(str(path), expected=expected, came="more", next_step="check that it is a script")
    return data


def write_script(script: Script, path: Path | str) -> None:
    """Writes a script as UTF-8, whole or not at all.

    Raises:
        ScriptError: the nodes cannot stand in a script, see `script_text`.
        StorageError: the place cannot be written.
    """
    data = script_text(script).encode("utf-8")
    with whole_or_absent(Path(path)) as beside:
        beside.write_bytes(data)
