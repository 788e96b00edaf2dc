import threading

import numpy as np
import pytest

from faceplate import compiled as compiled_module
from faceplate.compiled import compiled


def doubled(numbers):
    total = 0.0
    for number in numbers:
        total += 2 * number
    return total


def test_a_compiled_loop_gives_what_the_loop_gives():
    assert compiled(doubled)(np.arange(10.0)) == 90.0


def test_threads_that_meet_at_the_first_run_all_get_the_answer():
    loop, answers = compiled(doubled), []
    threads = [threading.Thread(target=lambda: answers.append(loop(np.arange(10.0)))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [90.0] * 4


def test_where_nothing_may_be_kept_the_loop_is_compiled_all_the_same(monkeypatch):
    compile_for_real, asked = compiled_module.njit, []

    def nowhere_to_keep_it(**options):
        asked.append(options)
        if options.get("cache"):
            raise RuntimeError("cannot cache function: no locator available")
        return compile_for_real(**options)

    monkeypatch.setattr(compiled_module, "njit", nowhere_to_keep_it)
    assert compiled(doubled)(np.arange(10.0)) == pytest.approx(90.0)
    assert asked == [{"cache": True, "nogil": True}, {"nogil": True}]
