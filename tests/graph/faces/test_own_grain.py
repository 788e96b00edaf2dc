"""A swap that takes the plate's place and is given the plate's own grain, not new grain."""

import numpy as np
import pytest
from face_scripts import FRAMES, Shot

from faceplate.cli import main
from faceplate.plate import open_plate, write_frame
from shots import ENCODING, plate_frame
from swap_models import card, write_model

REPLACE = {"mode": "replace"}


@pytest.fixture
def shot(tmp_path):
    shot = Shot(tmp_path)
    shot.model = write_model(tmp_path / "m.onnx", card(), gain=0.8, offset=0.05, matte=0.8)
    return shot


def swap(shot, name="cli", *words, **flags):
    """Runs the command line and gives the pattern that it delivered to."""
    call = ["swap", shot.plate, "--track", f"{shot.folder}/shot.track", "--model", str(shot.model), *words]
    call += ["--colourspace", ENCODING, "--grain", f"{shot.folder}/plate.grain", "--json"]
    call += [f"--{flag.replace('_', '-')}={value}" for flag, value in {**REPLACE, **flags}.items()]
    assert main([*call, "-o", f"{shot.folder}/{name}/o.%04d.exr"]) == 0
    return f"{shot.folder}/{name}/o.%04d.exr"


def swapped(shot, *words, **flags):
    """What is delivered, frame by frame, as stored."""
    delivered = swap(shot, *words, **flags)
    return [stored(delivered, number) for number in FRAMES]


def stored(pattern, number):
    frame = open_plate(str(pattern)).read(number)
    return frame.stored(frame.header.data)


def codes(halves):
    """The codes of halves in the order of their values: neighbours are one apart."""
    bits = halves.view(np.uint16).astype(int)
    return np.where(bits & 0x8000, -(bits & 0x7FFF), bits)


def test_it_is_the_plates_own_where_new_grain_is_another(shot):
    bare = swapped(shot, "bare", grain_amount="0")
    new, own = (swapped(shot, source, grain_source=source) for source in ("new", "own"))
    for number, clean, anew, back in zip(FRAMES, bare, new, own, strict=True):
        plate = stored(shot.plate, number).astype(float)
        inside = (codes(clean) != codes(stored(shot.plate, number))).all(axis=-1)
        noise = plate - np.median(plate)
        likeness = [
            np.corrcoef((each.astype(float) - clean)[inside].ravel(), noise[inside].ravel())[0, 1]
            for each in (anew, back)
        ]
        assert abs(likeness[0]) < 0.2 < likeness[1]


def test_outside_the_matte_nothing_is_touched(shot):
    mattes = f"{shot.folder}/matte/m.%04d.exr"
    own = swapped(shot, "own", grain_source="mix", matte_output=mattes)
    for number, back in zip(FRAMES, own, strict=True):
        matte, plate = open_plate(mattes).read(number), stored(shot.plate, number)
        covered = np.zeros(plate.shape[:2], bool)
        covered[matte.header.data.slices(matte.header.display)] = matte.groups[0].pixels[..., 0] > 0
        assert np.array_equal(codes(back[~covered]), codes(plate[~covered]))
        assert (codes(back) != codes(plate)).any(axis=-1)[covered].mean() > 0.9


def test_a_graph_with_the_same_wires_gives_the_same(shot):
    theirs = swapped(shot, grain_source="mix", grain_seed="7")
    order = "set clean [stack 0]\npush $tracked\n" + shot.node("FaceSwap", "1", **REPLACE) + "\nset swap [stack 0]"
    wires = "push $clean\npush $plate\npush $swap"
    shot.rendered(
        shot.script(
            "push $tracked",
            shot.node("FaceDegrain"),
            order,
            wires,
            shot.node("FaceRegrain", "3", seed="7"),
            shot.write(),
        )
    )
    for number, cli in zip(FRAMES, theirs, strict=True):
        apart = np.abs(codes(stored(shot.folder / "out/out.%04d.exr", number)) - codes(cli))
        assert apart.max() <= 1
        assert (apart > 0).mean() < 1e-3


def test_a_range_is_the_same_as_in_the_whole(shot):
    whole = swapped(shot, "whole", grain_source="mix")
    for number, expected in zip(FRAMES, whole, strict=True):
        alone = swap(shot, f"one{number}", grain_source="mix", range=number)
        assert np.array_equal(codes(stored(alone, number)), codes(expected))


@pytest.mark.parametrize(("source", "made"), [("new", [1003]), ("mix", [1001, 1002, 1003])])
def test_a_changed_neighbour_is_a_reason_to_make_a_frame_again_where_its_grain_comes_from_it(
    shot, capsys, source, made
):
    swap(shot, "cli", "--other-plate", grain_source=source)
    write_frame(plate_frame(1103), shot.plate % 1003)
    capsys.readouterr()
    swap(shot, "cli", "--other-plate", grain_source=source)
    assert f'"made": {made}' in capsys.readouterr().out
