"""FaceSwap's layers in a node graph, and several FaceSwaps in a row."""

import numpy as np
import pytest
from face_scripts import ENCODING, RGB, WHOLE, Shot

from faceplate.cli import main
from faceplate.errors import ScriptError
from faceplate.graph.render import Box
from faceplate.plate import open_plate
from faceplate.swap import FACE_SWAP
from faceplate.track import write_track
from faceplate.values import Track
from shots import known_track

LAYERS = tuple(channel for _, channels in FACE_SWAP.layers for channel in channels)
ASKED_FOR = tuple(channel for channel in LAYERS if channel != "face_grain_lost.alpha")
FACE = LAYERS[:4]


@pytest.mark.parametrize("mode", ["residual", "replace"])
def test_the_layer_face_merged_over_the_plate_is_the_comp_bit_for_bit(tmp_path, mode):
    shot = Shot(tmp_path, gain=0.8, offset=0.1)
    swap = shot.node("FaceSwap", "2", mode=mode, layers="true", mix="0.7", white="1.2")
    comp = shot.pixels(shot.script(swap), "FaceSwap1")
    over = "push $tracked\nMerge2 {\n inputs 2\n Achannels face\n output rgb\n bbox B\n name Merge1\n}"
    assert np.array_equal(shot.pixels(shot.script(swap, over), "Merge1"), comp)
    assert not np.array_equal(comp, shot.pixels(shot.script(), "Read1"))


def test_layers_change_no_pixel_of_the_comp_and_are_there_only_where_they_are_asked_for(tmp_path):
    shot = Shot(tmp_path, gain=0.8)
    plain, layered = (shot.script(shot.node("FaceSwap", "2", layers=word)) for word in ("false", "true"))
    assert np.array_equal(shot.pixels(plain, "FaceSwap1"), shot.pixels(layered, "FaceSwap1"))
    assert set(ASKED_FOR).isdisjoint(shot.source(plain, "FaceSwap1").info.channels)
    assert set(LAYERS) <= set(shot.source(layered, "FaceSwap1").info.channels)


def test_layers_beside_the_stream_from_above_stay_as_they_are(tmp_path):
    shot = Shot(tmp_path, gain=0.8)
    matte, swap = shot.node("FaceMatte", feather="5"), shot.node("FaceSwap", "2", layers="true")
    before = shot.pixels(shot.script(matte), "FaceMatte1", channels=("matte.alpha",))
    after = shot.pixels(shot.script(matte, swap), "FaceSwap1", channels=("matte.alpha",))
    assert np.array_equal(before, after)
    assert before.max() == 1


def test_the_layers_are_those_of_the_command_line(tmp_path):
    shot = Shot(tmp_path, gain=0.8, offset=0.1)
    script = shot.script(shot.node("FaceSwap", "2", mode="replace", layers="true"))
    call = ["swap", shot.plate, "--track", f"{tmp_path}/shot.track", "--model", str(shot.model), "--mode", "replace"]
    call += ["--colourspace", ENCODING, "--grain", f"{tmp_path}/plate.grain", "--layers", "all"]
    assert main([*call, "-o", f"{tmp_path}/cli/cli.%04d.exr"]) == 0
    frame = open_plate(f"{tmp_path}/cli/cli.%04d.exr").read(1002)
    held = {name: group.pixels[..., at] for group in frame.groups for at, name in enumerate(group.names)}
    for channel in LAYERS:
        mine = shot.pixels(script, "FaceSwap1", channels=(channel,))[::-1, :, 0]
        np.testing.assert_allclose(mine, held[channel].astype(np.float32), rtol=2e-3, atol=2e-4, err_msg=channel)


def test_layers_are_written_and_shuffled_as_any_others(tmp_path):
    shot = Shot(tmp_path, gain=0.8)
    shuffle = "Shuffle {\n in face_raw\n name Shuffle1\n}"
    script = shot.script(shot.node("FaceSwap", "2", layers="true"), shuffle, shot.write(channels="all"))
    shot.rendered(script)
    frame = open_plate(f"{tmp_path}/out/out.%04d.exr").read(1002)
    assert {"face_raw.red", "face_to_plate.u", "face_matte_model.alpha", "face.alpha"} <= set(frame.header.channels)
    raw = shot.pixels(script, "FaceSwap1", channels=("face_raw.red", "face_raw.green", "face_raw.blue"))
    assert np.array_equal(shot.pixels(script, "Shuffle1"), raw)


def test_any_part_of_the_layers_is_that_part_of_the_whole(tmp_path):
    shot = Shot(tmp_path, gain=0.8)
    script = shot.script(shot.node("FaceSwap", "2", layers="true"))
    whole, part = shot.pixels(script, "FaceSwap1", channels=LAYERS), Box(250, 100, 411, 233)
    assert np.array_equal(shot.pixels(script, "FaceSwap1", channels=LAYERS, box=part), whole[part.slices(WHOLE)])


def test_a_matte_of_another_format_than_the_comp_that_is_regrained_is_refused_too(shot):
    matte = 'Constant {\n inputs 0\n color {0 0 0 1}\n format "320 180 0 0 320 180 1 half"\n name Small\n}'
    nodes = (matte, "push 0\npush 0\npush $tracked", shot.node("FaceRegrain", "4"), shot.write())
    with pytest.raises(ScriptError, match=r"FaceRegrain1 .*comp's format, 640x360.*320x180 from Small"):
        shot.rendered(shot.script(*nodes))


def test_a_matte_of_another_format_than_the_plate_is_refused_by_name(tmp_path):
    shot = Shot(tmp_path, gain=0.5)
    matte = 'Constant {\n inputs 0\n color {0 0 0 1}\n format "320 180 0 0 320 180 1 half"\n name Small\n}'
    script = shot.script(matte, "push $tracked", shot.node("FaceSwap", "2"), shot.write())
    with pytest.raises(ScriptError, match=r"FaceSwap1 .*frame 1001.*plate's format, 640x360.*320x180 from Small"):
        shot.rendered(script)


class Two(Shot):
    """A shot of two people, `gap_px` apart, with a model for each."""

    def __init__(self, folder, gap_px):
        super().__init__(folder, gain=0.7)
        one, other = (
            known_track((1001, 1002, 1003), face_px=80.0, middle=(x, 190.0), drift_px=0.0, exposure=0.18).people[0]
            for x in (320.0 - gap_px / 2, 320.0 + gap_px / 2)
        )
        named = type(other)(**{**vars(other), "name": "person2"})
        base = known_track((1001, 1002, 1003), exposure=0.18)
        self.track = Track(**{**vars(base), "people": (one, named)})
        write_track(self.track, folder / "shot.track")

    def both(self, *order):
        """The picture with the faces of these people put in, one after another."""
        nodes = [
            self.node("FaceSwap", "2", name=f"Swap{person}", person=f"person{person}", mode="replace",
                      exposure_ev="0" if person == 1 else "1")
            for person in order
        ]  # fmt: skip
        return self.pixels(self.script(*nodes), f"Swap{order[-1]}")


def test_two_faces_that_do_not_meet_are_each_as_if_alone_whatever_their_order(tmp_path):
    shot = Two(tmp_path, 320.0)
    plate, one, two = shot.pixels(shot.script(), "Read1"), shot.both(1), shot.both(2)
    first, second = ((face != plate).any(axis=-1) for face in (one, two))
    assert not (first & second).any()
    both = np.where(first[..., None], one, np.where(second[..., None], two, plate))
    assert np.array_equal(shot.both(1, 2), both)
    assert np.array_equal(shot.both(2, 1), both)


def test_of_two_faces_that_overlap_the_later_one_lies_on_top(tmp_path):
    shot = Two(tmp_path, 90.0)
    plate, one, two = shot.pixels(shot.script(), "Read1"), shot.both(1), shot.both(2)
    first, second = ((face != plate).any(axis=-1) for face in (one, two))
    assert (first & second).any()
    upper = shot.both(1, 2)
    assert np.array_equal(upper[~second], one[~second])
    assert not np.array_equal(upper, shot.both(2, 1))
    # In the middle of the later face nothing shows of the earlier one but what its model was given of it.
    script = shot.script(
        shot.node("FaceSwap", "2", name="S1", person="person1", mode="replace"),
        shot.node("FaceSwap", "2", name="S2", person="person2", mode="replace", output="face", exposure_ev="1"),
    )
    alpha = shot.pixels(script, "S2", channels=("rgba.alpha",))[..., 0]
    face = shot.pixels(script, "S2")
    np.testing.assert_allclose(upper, face + one * (1 - alpha[..., None]), rtol=1e-6, atol=1e-7)
    assert np.array_equal(upper[alpha == 1], face[alpha == 1])
    assert RGB
