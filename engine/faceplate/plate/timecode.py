import re
from fractions import Fraction

_written = re.compile(r"(\d\d):(\d\d):(\d\d)([:;.])(\d\d)")
_drop_flag = 0x40
_field_flag = 0x8000
# Above 30 frames a second two frames share a number, and the field mark tells them apart.
_highest_base = 30


def timecode_at(start: str, rate: Fraction, frame: int) -> tuple[int, int] | None:
    """The SMPTE time code word, `frame` frames after `start` (`01:00:00:00`, drop-frame with `;`), and empty user bits.

    None where `start` is no time code or counts more frames than the rate has.

    Source: SMPTE ST 12-1, binary-coded decimal fields and drop-frame counting.
    """
    match = _written.fullmatch(start)
    base = round(rate)
    if match is None or not 0 < base < 100 or int(match[5]) >= base:  # noqa: PLR2004 -- two digits
        return None
    drops = match[4] != ":" and base % 30 == 0
    hours, minutes, seconds, frames = (int(match[part]) for part in (1, 2, 3, 5))
    count = ((hours * 60 + minutes) * 60 + seconds) * base + frames - _dropped(hours * 60 + minutes, base, drops=drops)
    return _word(count + frame, base, drops=drops), 0


def _dropped(minutes: int, base: int, *, drops: bool) -> int:
    """Numbers left out until a minute begins: two (at 30) in each minute but every tenth."""
    return (base // 15) * (minutes - minutes // 10) if drops else 0


def _word(count: int, base: int, *, drops: bool) -> int:
    if drops:
        per_minute, per_ten = 60 * base - base // 15, 600 * base - 9 * (base // 15)
        tens, rest = divmod(count, per_ten)
        inside = max(0, rest - base // 15) // per_minute
        count += (base // 15) * (9 * tens + inside)
    seconds, frames = divmod(count, base)
    minutes, seconds = divmod(seconds, 60)
    second_of_pair = base > _highest_base and frames % 2
    fields = (minutes // 60 % 24, minutes % 60, seconds, frames // 2 if base > _highest_base else frames)
    word = 0
    for field in fields:
        word = word << 8 | field // 10 << 4 | field % 10
    return word | (_drop_flag if drops else 0) | (_field_flag if second_of_pair else 0)
