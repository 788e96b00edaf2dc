"""Faceplate's menu among the nodes, and what listens for changes."""

from __future__ import annotations

import webbrowser
from pathlib import Path

import nuke

from faceplate_nuke.installed import RECORD, record
from faceplate_nuke.watch import any_changed, loaded

DOCS = RECORD.parent / "docs"


def install() -> None:
    """Adds the menu; from here on changes are looked at."""
    menu = nuke.menu("Nodes").addMenu("Faceplate")
    for name in record()["nodes"]:
        menu.addCommand(name, f"nuke.createNode({name!r})")
    menu.addSeparator()
    for page in sorted(DOCS.glob("*.md")):
        menu.addCommand(f"Help/{page.stem}", lambda page=page: show(page))
    nuke.addKnobChanged(any_changed)
    nuke.addOnScriptLoad(loaded)


def show(page: Path) -> None:
    """Opens a page of the documentation."""
    webbrowser.open(page.as_uri())
