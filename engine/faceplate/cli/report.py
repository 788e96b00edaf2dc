import json
import math
import os
import re
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from faceplate.errors import FaceplateError

steering = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


class Report:
    """What a command says: words and a progress bar for a person, or with `--json` one JSON object a line.

    A person's progress goes to the error stream, so that results can be piped.
    """

    def __init__(self, *, as_json: bool) -> None:
        self.as_json = as_json
        self._lock = threading.Lock()
        self._unheard = False
        self._console = Console(stderr=True, highlight=False)

    def result(self, words: str, **values: Any) -> None:
        """The outcome: `words` for a person, the values for a program."""
        if self.as_json:
            self.event("result", **values)
        else:
            self._say(harmless(words))

    def document(self, values: Mapping[str, Any], words: str) -> None:
        """A whole document as the outcome: indented JSON with `--json`, `words` otherwise."""
        self._say(json.dumps(json_values(values), indent=1, allow_nan=False) if self.as_json else harmless(words))

    def note(self, words: str) -> None:
        """Something a person should know on the way."""
        if self.as_json:
            self.event("note", text=words)
        else:
            self._console.print(harmless(words), markup=False)

    def failure(self, fault: FaceplateError) -> None:
        """What went wrong, and the next step."""
        if self.as_json:
            self.event(
                "error", kind=type(fault).__name__, thing=fault.thing, expected=fault.expected, came=fault.came,
                next_step=fault.next_step,
            )  # fmt: skip
        else:
            self._console.print(harmless(f"faceplate: {fault}"), markup=False, soft_wrap=True)

    def event(self, kind: str, /, **values: Any) -> None:
        """One line of JSON."""
        self._say(json.dumps(json_values({"event": kind, **values}), allow_nan=False))

    def _say(self, line: str) -> None:
        with self._lock:
            if self._unheard:
                return
            try:
                sys.stdout.write(line + "\n")
                sys.stdout.flush()
            except BrokenPipeError:
                # Whoever read our output went away (`... | head -1`); the work itself goes on.
                self._unheard = True
                sys.stdout = open(os.devnull, "w")  # noqa: PTH123, SIM115 -- stands in for the closed pipe to the end

    @contextmanager
    def frames(self, label: str, total: int) -> Iterator["FrameCount"]:
        """Progress over frames: a bar with frame, rate and time left, or an event for each."""
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("frame {task.fields[frame]}"),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
        )
        if self.as_json:
            self.event("start", stage=label, frames=total)
            yield FrameCount(self, label, None)
            return
        with Progress(*columns, console=self._console) as bar:
            yield FrameCount(self, label, (bar, bar.add_task(label, total=total, frame="-", rate="")))


def harmless(words: str) -> str:
    """The words with control characters spelt out: names out of foreign files steer no terminal."""
    return steering.sub(lambda found: repr(found[0])[1:-1], words)


def json_values(value: Any) -> Any:
    """The value with what JSON cannot say, NaN and infinity, as null."""
    if isinstance(value, Mapping):
        return {key: json_values(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [json_values(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


class FrameCount:
    """Counts finished frames into a report; called from any thread."""

    def __init__(self, report: Report, label: str, bar: tuple[Progress, Any] | None) -> None:
        self._report, self._label, self._bar = report, label, bar

    def more(self, frames: int) -> None:
        """So many frames are to be done beyond those that were known of before."""
        if self._bar is None:
            self._report.event("more", stage=self._label, frames=frames)
            return
        progress, task = self._bar
        progress.update(task, total=(progress.tasks[task].total or 0) + frames)

    def __call__(self, number: int) -> None:
        """One more frame is done."""
        if self._bar is None:
            self._report.event("frame", stage=self._label, frame=number)
            return
        progress, task = self._bar
        speed = progress.tasks[task].speed
        progress.update(task, advance=1, frame=number, rate=f"{speed:.2f} frames/s" if speed else "")
