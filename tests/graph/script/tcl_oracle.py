"""What tclsh makes of a script, as far as two readers can be compared."""

import shutil
import subprocess
from pathlib import Path

import pytest

needs_tclsh = pytest.mark.skipif(shutil.which("tclsh") is None, reason="tclsh, the oracle, is not installed")

ORACLE = Path(__file__).with_name("nk_oracle.tcl")
TCLSH = "tclsh"


def tcl_lists(texts, folder):
    """For each text the words that Tcl makes of it, or None where it is no list."""
    path = folder / "lists.txt"
    path.write_text("".join(text.encode("utf-8").hex() + "\n" for text in texts))
    done = subprocess.run([TCLSH, ORACLE, "--lists", path], capture_output=True, check=True, timeout=60, text=True)
    shown = [line.split(" ") for line in done.stdout.splitlines()]
    return [None if kind == "error" else [_text(word) for word in words if word] for kind, *words in shown]


def tcl_readings(paths):
    """For each file what Tcl read: a dictionary, or None where Tcl gave up."""
    done = subprocess.run([TCLSH, ORACLE, *paths], capture_output=True, check=True, timeout=600, text=True)
    readings, lines = [], []
    for line in done.stdout.splitlines():
        kind, *words = line.split(" ")
        if kind in {"end", "error"}:
            readings.append(_reading(lines) if kind == "end" else None)
            lines = []
        else:
            lines.append((kind, [_text(word) for word in words if word]))
    return readings


def _text(word):
    return bytes.fromhex(word[1:]).decode("utf-8", "surrogatepass")


def _reading(lines):
    found = {"nodes": [], "version": None, "layers": [], "root": None, "layout": None}
    for kind, words in lines:
        if kind == "node":
            found["nodes"].append(_node(*words))
        elif kind == "root":
            found["root"] = [*(found["root"] or []), *_pairs(words)]
        elif kind == "layer" and words:
            found["layers"].append((words[0], *words[1:]))
        elif kind in {"version", "layout"}:
            found[kind] = words[0]
    return found


def _node(klass, parent, original, inputs, *knobs):
    slots = [None if place == "0" else _index(place) for place in inputs.split()]
    return klass, _index(parent), _index(original), slots, _pairs(knobs)


def _index(place):
    return int(place.removeprefix("node:")) if place else None


def _pairs(words):
    return list(zip(words[::2], words[1::2], strict=True))


def our_reading(script):
    """The same of a `Script`."""
    return {
        "nodes": [(n.klass, n.parent, n.clone_of, list(n.inputs), list(n.knobs)) for n in script.nodes],
        "version": script.version,
        "layers": [(layer.name, *layer.channels) for layer in script.layers],
        "root": None if script.root is None else list(script.root),
        "layout": script.layout,
    }
