"""What a knob says, as the text of a script that stands alone."""

from __future__ import annotations

import nuke


def text_over(knob: nuke.Knob, frames: range) -> str:
    """The knob's text over these frames; of an expression its values, for what it names stands in no other script."""
    if not isinstance(knob, nuke.Array_Knob) or not knob.hasExpression():
        return str(knob.toScript())
    values = [float(knob.getValueAt(frame)) for frame in frames]
    if len(set(values)) == 1:
        return _exact(values[0])
    return "{curve " + " ".join(f"x{frame} {_exact(value)}" for frame, value in zip(frames, values)) + "}"


def _exact(value: float) -> str:
    return str(int(value)) if value == int(value) else repr(value)
