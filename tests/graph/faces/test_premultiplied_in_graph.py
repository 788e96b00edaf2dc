"""FaceSwap on a stream that stands premultiplied keeps its premultiplication."""

import numpy as np
import pytest
from face_scripts import ALPHA, RGB, Shot

RGBA = (*RGB, ALPHA)
# Alpha falls from 1 to 0 across the face and is 0 to the right of it; then the picture is premultiplied.
ELEMENT = (
    "Expression {\n expr3 min(1,max(0,(360-x)/60))\n name Ramp\n}\nPremult {\n name Premult1\n}\nset element [stack 0]"
)


@pytest.mark.parametrize("mode", ["residual", "replace"])
def test_a_premultiplied_plate_stays_premultiplied_by_its_own_alpha(tmp_path, mode):
    shot = Shot(tmp_path, gain=0.7, offset=0.1)
    swap = shot.node("FaceSwap", "2", mode=mode, unpremult="rgba.alpha", blend_bands="2")
    script = shot.script(ELEMENT, swap)
    before, after = (shot.pixels(script, name, channels=RGBA) for name in ("Premult1", "FaceSwap1"))
    alpha = before[..., 3]
    assert np.array_equal(after[..., 3], alpha)
    assert not after[alpha == 0][..., :3].any()
    # What it is without its alpha is what the bare plate becomes where that is opaque around.
    assert (after[..., :3] != before[..., :3]).any(axis=-1)[(alpha > 0.2) & (alpha < 0.8)].mean() > 0.1


def test_it_is_the_bare_plate_swapped_and_premultiplied(tmp_path):
    shot = Shot(tmp_path, gain=0.7, offset=0.1)
    inside = shot.script(ELEMENT, shot.node("FaceSwap", "2", unpremult="rgba.alpha"))
    ordinary = shot.script(
        ELEMENT, "Unpremult {\n name U\n}", shot.node("FaceSwap", "2"), "Premult {\n name P\n}",
    )  # fmt: skip
    np.testing.assert_allclose(shot.pixels(inside, "FaceSwap1"), shot.pixels(ordinary, "P"), rtol=2e-6, atol=1e-7)


def test_a_model_that_changes_nothing_leaves_the_premultiplied_plate(tmp_path):
    shot = Shot(tmp_path)
    script = shot.script(ELEMENT, shot.node("FaceSwap", "2", unpremult="rgba.alpha"))
    np.testing.assert_allclose(shot.pixels(script, "FaceSwap1"), shot.pixels(script, "Premult1"), rtol=3e-7)
