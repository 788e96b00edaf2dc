from faceplate.track.find.sightings import FaceFinder
from faceplate.track.landmarks.face import Face
from faceplate.track.networks import FaceNetworks
from faceplate.track.perception import Perception
from faceplate.track.settings import FaceTrackSettings
from faceplate.values import Frame


def faces_of_picture(frame: Frame, perception: Perception) -> tuple[Face, ...]:
    """The faces of a single picture, from left to right.

    Raises:
        PackError: the pack is not whole.
        PlateError: the picture has no three colour channels of one type.
    """
    finder = FaceFinder(FaceNetworks(perception.pack), perception, FaceTrackSettings())
    return tuple(sorted(finder.look(frame).faces, key=lambda face: float(face.middle[0])))
