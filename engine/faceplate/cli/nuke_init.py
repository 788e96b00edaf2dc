"""The one line in the user's ~/.nuke/init.py that tells Nuke of the plugin. No other byte of that file is ours."""

import ast
import re
import warnings
from codecs import BOM_UTF8
from pathlib import Path
from stat import S_IMODE

from faceplate.errors import CallError
from faceplate.storage import unwritable, whole_or_absent

FOLDER = "faceplate"
LINE = f'import nuke; nuke.pluginAddPath("./{FOLDER}")  # added by `faceplate install nuke`'.encode()
_blank_or_comment = re.compile(rb"[ \t\f]*(#|[\r\n]|$)")
_encoding = re.compile(rb"[ \t\f]*#.*?coding[:=][ \t]*[-\w.]+")  # PEP 263


def init_with_line(init: Path) -> bytes:
    """What the init.py has to hold; what it holds where our line is in it already. Nothing is written.

    The line goes to the top, behind what has to stay first: byte order mark, shebang, encoding, docstring and
    `from __future__` imports. There it cuts no statement in two, however the last line ends.

    Raises:
        CallError: it is no file, cannot be read, or is no Python.
    """
    content = _content(init)
    bom, lines = _split(content)
    if any(_is_ours(line) for line in lines):
        return content
    place = _place(lines, _parsed(init, content))
    ends = [line[len(line.rstrip(b"\r\n")) :] for line in lines]
    newline = (ends and ends[0]) or b"\n"
    if place and not ends[place - 1]:
        lines[place - 1] += newline
    return bom + b"".join([*lines[:place], LINE + newline, *lines[place:]])


def write_init(init: Path, content: bytes) -> None:
    """Replaces the file that the path leads to and keeps its mode; a file that says so already is left alone.

    Raises:
        StorageError: it cannot be written.
    """
    file = init.resolve()
    if file.exists() and file.read_bytes() == content:
        return
    with whole_or_absent(file) as beside:
        beside.write_bytes(content)
        if file.exists():
            beside.chmod(S_IMODE(file.stat().st_mode))


def take_line_out(init: Path, *, made_by_us: bool) -> bool:
    """Takes our line out and says whether it was there; an init.py that we made and nobody filled goes with it.

    Raises:
        CallError: it cannot be read.
        StorageError: it cannot be written.
    """
    if not init.is_file():
        return False
    content = _content(init)
    bom, lines = _split(content)
    kept = bom + b"".join(line for line in lines if not _is_ours(line))
    if kept == content:
        return False
    if kept or not made_by_us:
        write_init(init, kept)
    else:
        _unlink(init.resolve())
    return True


def _content(init: Path) -> bytes:
    try:
        return init.resolve().read_bytes()
    except FileNotFoundError:
        return b""
    except (OSError, RuntimeError) as fault:  # RuntimeError: links in a circle
        raise _unusable(init, getattr(fault, "strerror", None) or str(fault)) from fault


def _split(content: bytes) -> tuple[bytes, list[bytes]]:
    bom = BOM_UTF8 if content.startswith(BOM_UTF8) else b""
    return bom, content.removeprefix(bom).splitlines(keepends=True)


def _is_ours(line: bytes) -> bool:
    return line.rstrip(b"\r\n") == LINE


def _parsed(init: Path, content: bytes) -> list[ast.stmt]:
    """Its statements. Where the encoding is not said, Latin-1 finds them at the same lines as any other."""
    faults = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for source in (content, content.decode("latin-1")):
            try:
                return ast.parse(source, init.name).body
            except (SyntaxError, ValueError) as fault:
                faults.append(fault)
    raise _unusable(init, str(faults[0]))


def _place(lines: list[bytes], statements: list[ast.stmt]) -> int:
    """How many lines stay before ours."""
    place = _fixed_lines(lines)
    for number, statement in enumerate(statements):
        if _stays_first(number, statement) or statement.lineno <= place:
            place = max(place, statement.end_lineno or statement.lineno)
    return place


def _fixed_lines(lines: list[bytes]) -> int:
    count = 0
    for number, line in enumerate(lines[:2], 1):
        if not _blank_or_comment.match(line):
            break
        if line.startswith(b"#!") or _encoding.match(line):
            count = number
    return count


def _stays_first(number: int, statement: ast.stmt) -> bool:
    if isinstance(statement, ast.ImportFrom):
        return statement.module == "__future__"
    is_text = isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    return number == 0 and is_text


def _unlink(file: Path) -> None:
    try:
        file.unlink()
    except OSError as fault:
        raise unwritable(file, fault.strerror or str(fault)) from fault


def _unusable(init: Path, came: str) -> CallError:
    return CallError(
        str(init),
        expected="a file of Python",
        came=came,
        next_step="repair it, or name a folder with --to and put that folder on NUKE_PATH",
    )
