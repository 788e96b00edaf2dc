"""How far the engine is: in Nuke's progress bar, or in lines where there is no window."""

from __future__ import annotations

import time
from typing import Any, Protocol

import nuke

LINE_EVERY_S = 5.0


class Display(Protocol):
    """Shows the engine's events; the artist may call the work off there."""

    def show(self, event: dict[str, Any]) -> None:
        """Shows one event."""

    def is_cancelled(self) -> bool:
        """True once the artist has had enough."""
        ...


class Bar:
    """Nuke's own progress bar, which lives as long as this does.

    Nuke's documentation uses a ProgressTask from the thread that does the work; it is the one thing of Nuke's that such
    a thread may touch.
    """

    def __init__(self, title: str) -> None:
        self._task = nuke.ProgressTask(title)

    def show(self, event: dict[str, Any]) -> None:
        """Moves the bar and says where the work is."""
        words = in_words(event)
        if words:
            self._task.setMessage(words)
        if event.get("total"):
            self._task.setProgress(int(100 * event.get("done", 0) / event["total"]))

    def is_cancelled(self) -> bool:
        """True once Cancel was pressed."""
        return bool(self._task.isCancelled())


class Lines:
    """Lines in the terminal, not too many of them; Ctrl-C is the way to cancel there."""

    def __init__(self, title: str) -> None:
        self._title, self._said = title, 0.0

    def show(self, event: dict[str, Any]) -> None:
        """Prints where the work is, every few seconds."""
        words, now = in_words(event), time.monotonic()
        if words and (event["event"] != "progress" or now - self._said > LINE_EVERY_S):
            self._said = now
            nuke.tprint(f"{self._title}: {words}")

    def is_cancelled(self) -> bool:
        """Never."""
        return False


def in_words(event: dict[str, Any]) -> str:
    """What an event says to an artist; nothing where it says nothing new."""
    if "text" in event:
        return str(event["text"])
    stage, counted = event.get("stage", ""), ""
    if event.get("total"):
        counted = f"{event.get('done', 0)} of {event['total']}"
    frame = f"frame {event['frame']}" if "frame" in event else ""
    return ", ".join(part for part in (stage, frame, counted) if part)
