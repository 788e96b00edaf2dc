"""The face of one frame of a shot, given to its model."""

from dataclasses import dataclass

from faceplate.colour import ModelRange, PlateCodec, model_range, plate_codec, shown_plate
from faceplate.composite import FacePlace, needs_statistics
from faceplate.graph.answers import answered
from faceplate.graph.plates import encoding_of
from faceplate.graph.shot import Shot
from faceplate.graph.shot_checks import check_frame, tracked_row
from faceplate.matte import FaceMatteSettings, face_matte
from faceplate.swap import SwapModel, cut_crop, region_of
from faceplate.track import face_oval
from faceplate.values import Crop, Floats, Frame, Matte, Swap, Window


@dataclass(frozen=True)
class ShotFace:
    """The face of a frame given to its model.

    Attributes:
        place: where it stands.
        model: as it stands for this face.
        region: the pixels of the plate that its crop is made from.
        light: the model's range at the face's exposure.
        codec: of the plate's samples.
        swap: what the model gave.
    """

    place: FacePlace
    model: SwapModel
    region: Window
    light: ModelRange
    codec: PlateCodec
    swap: Swap

    @property
    def outline_plate(self) -> Floats:
        """The face's outline, points x 2."""
        return self.place.landmarks_plate[list(face_oval)]

    def matte(self, settings: FaceMatteSettings) -> Matte:
        """What it covers of the plate."""
        return face_matte(self.outline_plate, self.swap, self.model.card.crop, self.region, settings)


def face_in(shot: Shot, frame: Frame) -> ShotFace | None:
    """The face through its model; None where the person is not seen, or not on the picture."""
    row = tracked_row(shot.track, frame.number)
    # With other faces in it the frame is no longer the one that was tracked; that was checked under them.
    check_frame(shot.track, frame, other_plate=shot.other_plate or shot.under is not None)
    if not shot.person.seen[row]:
        return None
    model, alignment = shot.model_at(row), shot.person.alignment[row]
    region = region_of(alignment, model.card, frame.header.data)
    if region.is_empty:
        return None
    light = model_range(model.card, shot.exposure_ev[row])
    codec = plate_codec(encoding_of(shot.plate), frame.sample)
    with shot.times.stage("colour"):
        shown = shown_plate(frame.stored(region), codec, light)
    with shot.times.stage("swap"):
        settings = shot.swap_settings
        crop = cut_crop(shown, region, alignment, model.card, settings.filter, settings.passes)
        swap = _answer(shot, model, crop, f"{shot.person.name}, frame {frame.number}")
    return ShotFace(FacePlace(shot.person.landmarks_plate[row], alignment), model, region, light, codec, swap)


def _answer(shot: Shot, model: SwapModel, crop: Crop, of: str) -> Swap:
    """What the model gives; kept where frames around this one will ask again. `of` is named in errors."""
    if needs_statistics(shot.swap_settings) and shot.swap_settings.colour_smooth:
        return answered(model, crop, shot.answers.value, of)
    return model.run(crop, of)
