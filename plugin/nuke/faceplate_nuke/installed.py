"""What `faceplate install nuke` wrote beside this package: the engine's Python, and what each node tells the engine."""

from __future__ import annotations

import json
import os
from functools import lru_cache
from pathlib import Path
from typing import Any

import nuke

from faceplate_nuke.engine import Engine
from faceplate_nuke.problem import Problem

RECORD = Path(__file__).parents[1] / "faceplate.json"


@lru_cache(maxsize=1)
def record() -> dict[str, Any]:
    """The record of the installation.

    Raises:
        Problem: it is missing or damaged.
    """
    try:
        read = json.loads(RECORD.read_text(encoding="utf-8"))
    except (OSError, ValueError) as fault:
        raise Problem(str(RECORD), f"unreadable ({fault})", "run `faceplate install nuke` again") from fault
    if not _is_whole(read):
        raise Problem(str(RECORD), "not what an installation holds", "run `faceplate install nuke` again")
    return read


def _is_whole(read: Any) -> bool:
    if not isinstance(read, dict) or not isinstance(read.get("nodes"), dict):
        return False
    said = [read.get("python"), read.get("version")]
    return all(isinstance(word, str) for word in said) and all(isinstance(k, list) for k in read["nodes"].values())


def engine_knobs(node_name: str) -> list[str]:
    """The knobs that the engine wants to know of one of our nodes.

    Raises:
        Problem: the node is of a Faceplate that is not installed here.
    """
    nodes = record()["nodes"]
    if node_name not in nodes:
        raise Problem(node_name, f"not a node of Faceplate {record()['version']}", "install the newer Faceplate")
    return list(nodes[node_name])


@lru_cache(maxsize=1)
def engine() -> Engine:
    """The engine; it is started by the first request. `$FACEPLATE_ENGINE` names another than the installed one."""
    command = None if "FACEPLATE_ENGINE" in os.environ else [record()["python"], "-m", "faceplate.cli"]
    return Engine(f"Nuke {nuke.NUKE_VERSION_STRING}", command=command)
