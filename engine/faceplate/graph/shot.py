"""One shot to be walked, and what comes of one frame of it."""

from dataclasses import dataclass, field
from functools import cached_property

from faceplate.colour import Unprocessable, model_range
from faceplate.composite import Composite
from faceplate.grain import FaceDegrainSettings, FaceRegrainSettings
from faceplate.graph.frames_near import FramesNear
from faceplate.graph.render.cache import Cache
from faceplate.graph.timing import StageTimes
from faceplate.matte import FaceMatteSettings
from faceplate.swap import FaceSwapSettings, SwapModel, exposure_ev, fit_model
from faceplate.values import Floats, Frame, GrainProfile, Matrix, Matte, Person, Plate, Swap, Track

kept_colours_bytes = 2**20
"""What a shot keeps of its frames' colour statistics: some hundred frames'."""

kept_answers_bytes = 2**28
"""What a shot keeps of its model's answers where frames go by those around them: 340 of 256 px, 85 of 512 px."""


@dataclass(frozen=True)
class Shot:
    """All that a frame of the walk is made from.

    Attributes:
        plate: with its encoding resolved.
        track: of that plate.
        person: whose face is replaced.
        model: the swap model, loaded.
        grain: the plate's profile.
        swap_settings: knobs of FaceSwap.
        matte_settings: knobs of FaceMatte.
        regrain_settings: knobs of FaceRegrain.
        degrain_settings: how the plate is degrained around the face, so that its own grain comes back; None where all
            grain is made anew.
        degrain_device: on what, as `grain.degrain_device` chose it.
        times: where the seconds of each stage are counted.
        other_plate: True where the plate is meant to show other pictures than those that were tracked.
        under: the face that is put into the plate before this one, of the same plate; None where this is the first.
            This one is cut from the picture as the one under it leaves it: the plate itself but where the two overlap.
        colours: the colour statistics of the frames met last, for those that lie around them.
        answers: what the model gave in those frames.

    Raises:
        ColourError: the model's card names colours that nobody knows.
        TrackError: the model wants the face at an exposure, and the track does not know the face's.
    """

    plate: Plate
    track: Track
    person: Person
    model: SwapModel
    grain: GrainProfile
    swap_settings: FaceSwapSettings = field(default_factory=FaceSwapSettings)
    matte_settings: FaceMatteSettings = field(default_factory=FaceMatteSettings)
    regrain_settings: FaceRegrainSettings = field(default_factory=FaceRegrainSettings)
    degrain_settings: FaceDegrainSettings | None = None
    degrain_device: str = "cpu"
    times: StageTimes = field(default_factory=StageTimes, compare=False)
    other_plate: bool = False
    under: "Shot | None" = None
    colours: Cache = field(init=False, compare=False, repr=False, default_factory=lambda: Cache(kept_colours_bytes))
    answers: Cache = field(init=False, compare=False, repr=False, default_factory=lambda: Cache(kept_answers_bytes))

    def __post_init__(self) -> None:
        model_range(self.model.card, self.exposure_ev[0])

    @cached_property
    def exposure_ev(self) -> Matrix:
        """What the face is exposed by on its way into the model, for every frame of the track, in stops."""
        return exposure_ev(self.model.card, self.person, self.swap_settings)

    @cached_property
    def near(self) -> FramesNear:
        """The plate's frames, and those beside each by which it is degrained."""
        return FramesNear(self.plate, self.degrain_settings.frames // 2 if self.degrain_settings else 0)

    @property
    def faces(self) -> "tuple[Shot, ...]":
        """One entry a face, in the order in which they are put in; this is the last."""
        return (*(self.under.faces if self.under else ()), self)

    def model_at(self, row: int) -> SwapModel:
        """The model for the face as it is in a row of the track, in which it is seen."""
        return fit_model(self.model, self.swap_settings, self.person.alignment[row], self.person.landmarks_plate[row])


@dataclass(frozen=True)
class Rendered:
    """One frame of the walk and what led to it; all but the frame are None where the person is not seen.

    `kept` tells which pixels of the face hold what cannot be worked on, and are the plate's own for that reason;
    `grained` is the composite with its new grain, rows x columns x 3, scene-linear; `before` is the frame that the face
    was put into, and `under` what led to that, or None where it is the plate's own.
    """

    frame: Frame
    before: Frame
    swap: Swap | None = None
    matte: Matte | None = None
    composite: Composite | None = None
    kept: Unprocessable | None = None
    grained: Floats | None = None
    under: "Rendered | None" = None

    @property
    def faces(self) -> "tuple[Rendered, ...]":
        """One entry a face, in the order in which they were put in; this is the last."""
        return (*(self.under.faces if self.under else ()), self)
