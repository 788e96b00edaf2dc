"""Where an expression stands: a knob of a node at a frame, and the keys behind it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from faceplate.graph.knobs.curves import Curve, Key
from faceplate.graph.knobs.faults import TextError, short
from faceplate.graph.knobs.trail import KnobAt

if TYPE_CHECKING:
    from faceplate.graph.knobs.answers import Answers


@dataclass(frozen=True)
class Within:
    """Gives an expression the values of names, seen from its knob."""

    answers: "Answers"
    at: KnobAt
    keys: Curve

    @property
    def frame(self) -> float:
        """The frame the knob is asked about."""
        return self.at.moment.frame

    def named(self, path: str, frame: float) -> float:
        """The value of a name at a frame."""
        return self.answers.of_named(path, self.at.index, self.at.at_frame(frame))

    def own_value(self, frame: float) -> float:
        """The value of the knob's own keys."""
        return self.keys.value(frame)

    def area(self, path: str, start: float, end: float) -> float:
        """The integral of keys."""
        return self._curve(path, "integrate").integrate(start, end)

    def slope(self, path: str, frame: float) -> float:
        """The change per frame of keys."""
        return self._curve(path, "derivative").derivative(frame)

    def _curve(self, path: str, purpose: str) -> Curve:
        if not path:
            return self.keys
        element = self.answers.element_of_named(path, self.at)
        if isinstance(element, float):
            return Curve((Key(x=0.0, y=element),))
        if isinstance(element, Curve):
            return element
        raise TextError(
            short(path),
            expected=f"a knob with keys to {purpose}",
            came=f"{path}, which an expression drives",
            next_step="bake it to keys in Nuke",
        )
