"""The work that is going on, and whose it is: a copied node has its original's identity, but not its work."""

from __future__ import annotations

import nuke

from faceplate_nuke.surface import identity, ours
from faceplate_nuke.work import Work

_running: dict[str, Work] = {}


def at_work(group: nuke.Node) -> Work | None:
    """The node's work that has not ended; None where there is none."""
    work = _running.get(identity(group))
    owner = None if work is None else _owner(work)
    return work if owner is not None and owner.fullName() == group.fullName() else None


def add(work: Work) -> None:
    """Begins to know of a work."""
    _running[work.who] = work


def finished(work: Work) -> nuke.Group | None:
    """Forgets a work that has ended; gives its node, whatever it is called by now, or None where it is gone."""
    if _running.get(work.who) is not work:
        return None
    del _running[work.who]
    return _owner(work)


def forget_all() -> None:
    """Another script is open: no node of it is at work, though it may be a copy of the one before."""
    _running.clear()


def _owner(work: Work) -> nuke.Group | None:
    same = [node for node in ours() if identity(node) == work.who]
    return next((node for node in same if node.fullName() == work.name), same[0] if same else None)
