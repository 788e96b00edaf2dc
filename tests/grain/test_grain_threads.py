import pytest

from faceplate.grain import threads
from faceplate.grain.threads import BAND_ROWS, rows_of, side_by_side


@pytest.mark.parametrize("count", [1, 3])
def test_every_part_is_worked_on_once(count, monkeypatch):
    monkeypatch.setattr(threads, "threads", count)
    done = []
    side_by_side(done.append, range(20))
    assert sorted(done) == list(range(20))


@pytest.mark.parametrize("count", [1, 3])
def test_what_a_part_raises_is_raised(count, monkeypatch):
    monkeypatch.setattr(threads, "threads", count)
    with pytest.raises(ZeroDivisionError):
        side_by_side(lambda part: 1 / part, [1, 0, 2])


def test_bands_hold_every_row_once():
    height = 2 * BAND_ROWS + 7
    assert [row for band in rows_of(height) for row in range(height)[band]] == list(range(height))
    assert rows_of(0) == []
