import numpy as np
from face_scripts import FRAMES, ROOT

from faceplate.demo.film import encoding
from faceplate.demo.plate import make_plate
from faceplate.graph import RenderSettings, render_script
from faceplate.graph.script import parse_script
from faceplate.track import read_track


def script(folder, *above, **knobs):
    """A Read of the demo's plate, FaceTrack and a Write of it."""
    stated = "".join(f" {name} {value}\n" for name, value in knobs.items())
    return parse_script(
        ROOT
        + f"Read {{\n inputs 0\n file {folder}/plate/plate.%04d.exr\n first 1001\n last 1003\n"
        + f' colorspace "{encoding}"\n}}\n'
        + "\n".join(above)
        + f"\nFaceTrack {{\n name FaceTrack1\n track_file {folder}/made/shot.track\n{stated}}}\n"
        + f"Write {{\n file {folder}/out/out.%04d.exr\n name Write1\n}}"
    )


def test_a_track_that_is_not_there_is_made_before_the_first_frame_and_kept_when_the_picture_changes(
    tmp_path, face_pack
):
    assert face_pack.is_dir()
    make_plate(tmp_path / "plate", frames=3, size=(640, 338), first=1001)
    settings = RenderSettings()
    assert render_script(script(tmp_path), settings=settings).notes == ()
    track = read_track(tmp_path / "made" / "shot.track")
    assert track.frames == FRAMES
    assert np.isfinite(track.people[0].landmarks_plate).all()
    before = (tmp_path / "made" / "shot.track").read_bytes()
    assert render_script(script(tmp_path), settings=settings).notes == ()
    for changed in (script(tmp_path, smoothing=0), script(tmp_path, "Grade {\n multiply 2\n}")):
        notes = render_script(changed, settings=settings).notes
        assert len(notes) == 1
        assert "made of another picture, or with other knobs" in notes[0]
    assert (tmp_path / "made" / "shot.track").read_bytes() == before
