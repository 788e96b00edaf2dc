"""More stack for work that follows a long chain."""

import threading
from collections.abc import Callable
from contextvars import copy_context
from typing import TypeVar

Given = TypeVar("Given")


def on_a_thread_of_its_own(work: Callable[[], Given]) -> Given:
    """What the work gives, or raises, on a fresh thread with a stack of its own, in the same context."""
    answers: list[Given] = []
    faults: list[BaseException] = []
    context = copy_context()

    def run() -> None:
        try:
            answers.append(context.run(work))
        except BaseException as fault:  # noqa: BLE001 -- handed to the thread that waits
            faults.append(fault)

    thread = threading.Thread(target=run, name="deeper")
    thread.start()
    thread.join()
    if faults:
        raise faults[0]
    return answers[0]
