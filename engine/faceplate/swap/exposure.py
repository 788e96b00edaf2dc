import numpy as np

from faceplate.errors import TrackError
from faceplate.models import ModelCard
from faceplate.swap.settings import FaceSwapSettings
from faceplate.track import steady_exposure
from faceplate.values import Matrix, Person

largest_match_ev = 10.0
"""As far as the artist's own knob goes; a face that is further away from the anchor is not lit at all."""


def exposure_ev(card: ModelCard, person: Person, settings: FaceSwapSettings) -> Matrix:
    """What the face is exposed by on its way into the model, for every frame of the track, in stops.

    Where the card has an anchor the face's steady exposure is brought to it, as far as `exposure_match` says; the
    artist's own `exposure_ev` comes on top. It hangs on the track alone, never on which frames are rendered.

    Raises:
        TrackError: the card has an anchor, and the track does not know how the face is exposed.
    """
    asked = np.full(len(person.exposure), settings.exposure_ev)
    if card.anchor == 0 or settings.exposure_match == 0:
        return asked
    steady = steady_exposure(person.exposure, settings.exposure_smooth)
    if np.isnan(steady).any():
        raise TrackError(
            f"exposure of {person.name}",
            expected=f"a track that knows it, for {card.name} wants faces exposed to {card.anchor:g}",
            came="a track without the face's luminance",
            next_step="track the plate again with this version, or set FaceSwap's exposure_match to 0",
        )
    needed = np.clip(np.log2(card.anchor) - steady, -largest_match_ev, largest_match_ev)
    return np.asarray(asked + settings.exposure_match * needed)
