"""The errors that Faceplate raises, one branch for each person who can act on them.

FaceplateError
  ArtistError           a plate, a track or a knob: the person at the graph can mend it
    CallError           the call itself was wrong (exit code 2)
    PlateError          a frame that is missing, damaged or not of this sequence
    ColourError         an encoding that is not named or not known
    TrackError          no face, a damaged track, a frame the track does not hold
    ScriptError         a Nuke script that cannot be read, or a node of it that cannot be rendered
    DeadlineError       work that was not done when the caller's deadline passed
  SetupError            packs, models, disks, devices: the TD can mend it
    ModelError          a model that is not ONNX, has no card, or has another shape
    PackError           a model pack that is absent or whose digest is wrong
    DeviceError         a processor that was asked for and is not there
    StorageError        a folder that cannot be written, a disk that is full
  EngineError           neither: a fault of ours, worth a report
"""


class FaceplateError(Exception):
    """Something that a person has to know, said so that they can act.

    The message names the thing, what was expected, what came instead, and what to do next.
    """

    exit_code = 1

    def __init__(self, thing: str, *, expected: str, came: str, next_step: str) -> None:
        self.thing = thing
        self.expected = expected
        self.came = came
        self.next_step = next_step
        super().__init__(thing, expected, came, next_step)

    def __str__(self) -> str:
        return f"{self.thing}: expected {self.expected}; came {self.came}. Next: {self.next_step}."

    def __reduce__(self) -> tuple[object, ...]:
        return (_rebuild, (type(self), self.thing, self.expected, self.came, self.next_step))


def _rebuild(kind: type[FaceplateError], thing: str, expected: str, came: str, next_step: str) -> FaceplateError:
    return kind(thing, expected=expected, came=came, next_step=next_step)


class ArtistError(FaceplateError):
    """The person at the graph can mend it."""


class CallError(ArtistError):
    """A command, a knob or a range that makes no sense as given."""

    exit_code = 2


class PlateError(ArtistError):
    """A frame or sequence that is missing, damaged, or unlike its neighbours."""


class ColourError(ArtistError):
    """An encoding that nobody named, or that the colour config does not know."""


class TrackError(ArtistError):
    """No face, a damaged track file, or a frame that the track does not hold."""


class ScriptError(ArtistError):
    """A Nuke script that cannot be read, or a node of it that cannot be rendered."""


class DeadlineError(ArtistError):
    """Work that was not done when the caller's deadline passed."""


class SetupError(FaceplateError):
    """The pipeline TD can mend it."""


class ModelError(SetupError):
    """A model that is not ONNX, carries no card, or does not have the shape its card states."""


class PackError(SetupError):
    """A model pack that is not installed, or whose digest is not the one on record."""


class DeviceError(SetupError):
    """A processor that was asked for and is not there."""


class StorageError(SetupError):
    """A place that cannot be written, or a disk that is full."""


class EngineError(FaceplateError):
    """A promise of the engine that did not hold: report it."""
