"""What a frame holds for its readers, and what its pictures are known by."""

import weakref
from concurrent.futures import CancelledError

import numpy as np
import pytest

from faceplate.errors import ScriptError
from faceplate.graph.operators import standard
from faceplate.graph.render import Box
from faceplate.graph.render.hold import Hold, spare_bytes
from faceplate.graph.render.node import most_side_px
from faceplate.graph.render.operators import class_of
from script_shots import exr_frame, node, picture, read, root, session_of, stored_plate, write_exr_plate, write_frame

FORMAT = "64 32 0 0 64 32 1 small"
RED = ("rgba.red",)
WHOLE = Box(0, 0, 64, 32)


def constant(**knobs):
    return node("Constant", 0, **{"color": "0.25 0.5 0.75 1", "format": FORMAT, "channels": "rgba", **knobs})


def counted(monkeypatch, klass):
    made = []
    kind = type(class_of(klass).operator)
    pixels = kind.pixels
    monkeypatch.setattr(kind, "pixels", lambda self, at, *rest: (made.append(at.path), pixels(self, at, *rest))[1])
    return made


def twice_read(count, between):
    """Merges that each read the one before on two ways."""
    steps = (
        between(index)
        + f"set d{index} [stack 0]\n"
        + node("Transform", name=f"A{index}", translate="1 0")
        + f"push $d{index}\n"
        + node("Merge2", 2, name=f"M{index}", operation="max")
        for index in range(count)
    )
    return "".join(steps)


@pytest.mark.parametrize("cache_bytes", [0, 2**29])
@pytest.mark.parametrize(
    "between",
    [
        lambda _: "",
        lambda index: node("Grade", name=f"G{index}", disable="true"),
        lambda index: node("Dot", name=f"G{index}"),
        lambda index: node("Transform", name=f"G{index}", translate="0 1.5"),
    ],
    ids=["plain", "disabled", "dot", "transform"],
)
def test_pictures_with_two_readers_are_made_a_few_times_whatever_the_cache_and_what_stands_between(
    monkeypatch, between, cache_bytes
):
    made = counted(monkeypatch, "Merge2")
    script = (root(), constant(), node("Blur", name="B", size=2), twice_read(12, between))
    picture(session_of(*script, cache_bytes=cache_bytes), "M11").pixels(WHOLE, RED)
    assert len(made) <= 3 * 12


def test_a_value_of_this_frame_alone_is_made_once_and_is_not_left_to_other_frames(tmp_path):
    session = session_of(root(), read(write_exr_plate(tmp_path)), cache_bytes=2**29)
    pull, made = session.pull(), []
    at = pull.source(session.named("Read1"), 1002).node
    for _ in range(2):
        assert pull.kept_value(at, "key", lambda: made.append(1) or "value", len) == "value"
    assert made == [1]
    assert session.cache.get("key") is None


def test_a_value_that_other_frames_may_ask_for_is_left_to_them(tmp_path):
    held = node("FrameHold", name="H", first_frame=1002)
    session = session_of(root(), read(write_exr_plate(tmp_path)), held)
    for frame in (1001, 1003):
        at = session.pull().source(session.named("H"), frame).node
        at.pull.kept_value(at, "key", lambda: "value", len)
    assert session.cache.get("key") == "value"


def test_a_held_picture_is_left_to_other_frames_once_a_second_one_asks(tmp_path):
    held = node("FrameHold", name="H", first_frame=1001)
    session = session_of(root(), read(write_exr_plate(tmp_path)), held)
    kept = []
    for frame in (1001, 1002):
        at = session.pull().source(session.named("H"), frame).node
        at.pull.kept_value(at, "key", lambda: "value", len)
        kept.append(session.cache.get("key"))
    assert kept == [None, "value"]


def test_a_frame_that_is_done_lets_go_of_its_pictures_at_once(tmp_path):
    session = session_of(
        root(), read(write_exr_plate(tmp_path)), "set r [stack 0]\n", node("Merge2", name="M"), "push $r\n", node("Dot")
    )
    with session.pull() as pull:
        at = pull.source(session.named("Read1"), 1001)
        held = weakref.ref(at.plane(Box(0, 0, 8, 8), "rgba.red").base)
        value = weakref.ref(pull.kept_value(at.node, "key", lambda: np.zeros(1), len))
        assert held() is not None
        assert value() is not None
    assert held() is None
    assert value() is None


class TestHold:
    def plane(self, side=4):
        return np.zeros((side, side), np.float32)

    def test_it_gives_any_part_of_what_it_holds(self):
        hold, plane = Hold(), np.arange(16, dtype=np.float32).reshape(4, 4)
        hold.put("key", Box(10, 20, 14, 24), plane, 1)
        assert np.array_equal(hold.get("key", Box(11, 21, 13, 22)), plane[1:2, 1:3])
        assert hold.get("key", Box(9, 20, 12, 22)) is None

    def test_what_nobody_waits_for_goes_when_there_is_no_room(self):
        hold, side = Hold(), int((spare_bytes / 4) ** 0.5)
        box = Box(0, 0, side, side)
        hold.put("waited for", box, self.plane(side), 1)
        hold.put("read", box, self.plane(side), 0)
        hold.put("read later", box, self.plane(side), 0)
        assert hold.get("read", box) is None
        assert hold.get("waited for", box) is not None

    def test_the_next_band_waits_for_nothing_of_the_last(self):
        hold, side = Hold(), int((spare_bytes / 4) ** 0.5) + 1
        box = Box(0, 0, side, side)
        hold.put("key", box, self.plane(side), 9)
        hold.next_band()
        assert hold.get("key", box) is None

    def test_what_readers_wait_for_is_made_along_and_what_is_left_of_the_last_band_is_not(self):
        hold, box = Hold(), Box(0, 0, 4, 4)
        hold.put("key", box, self.plane(), 1)
        assert hold.around("key", Box(0, 1, 4, 5)) == Box(0, 0, 4, 5)
        hold.next_band()
        assert hold.around("key", Box(0, 1, 4, 5)) == Box(0, 1, 4, 5)


def test_what_is_read_once_for_the_whole_frame_makes_no_band_larger(tmp_path):
    session = session_of(root(), read(write_exr_plate(tmp_path)), node("Dot", name="D"))
    pull = session.pull()
    pull.band = Box(0, 0, 64, 8)
    at = pull.source(session.named("D"), 1001)
    pull.kept_value(at.node, "key", lambda: at.plane(Box(0, 0, 64, 48), "rgba.red"), lambda plane: plane.nbytes)
    assert pull.reach_px == 0
    at.plane(Box(0, 0, 64, 11), "rgba.red")
    assert pull.reach_px == 3


@pytest.mark.parametrize(("numbers", "shown"), [((None, 1), 0.25), ((1, None), 0.75), ((None, None), 0.25)])
def test_an_input_without_a_number_is_number_0_and_its_place_only_where_none_has_one(numbers, shown):
    inputs = [
        node("Input", 0, name=f"I{place}", **({} if number is None else {"number": number}))
        for place, number in enumerate(numbers)
    ]
    group = node("Group", 2, name="G") + "".join(inputs)
    group += node("Merge2", 2, name="M", operation="copy") + node("Output", name="O") + "end_group\n"
    session = session_of(root(), constant(name="C1", color="0.75"), constant(name="C0", color="0.25"), group)
    assert picture(session, "G.I0").plane(Box(0, 0, 1, 1), "rgba.red")[0, 0] == pytest.approx(shown)


class TestDepends:
    def digest(self, *parts, frame=1001):
        session = session_of(*parts)
        return session.pull().source(len(session.script.nodes) - 1, frame).digest

    @pytest.mark.parametrize("klass", ["Expression", "MergeExpression"])
    def test_a_line_of_maths_that_goes_by_the_frame_makes_another_picture_at_another_frame(self, klass):
        for line in ("frame/1000", "r*C1.color", "x+[frame]"):
            script = (root(), constant(name="C1"), node(klass, name="E", expr0=line))
            assert self.digest(*script) != self.digest(*script, frame=1002)

    def test_a_line_of_maths_over_channels_and_places_alone_is_still(self):
        lines = {"temp_name0": "half", "temp_expr0": "r/2", "expr0": "half+sin(x)*1e5+cy*width", "expr1": "alpha"}
        script = (root(), constant(), node("Expression", name="E", **lines))
        assert self.digest(*script) == self.digest(*script, frame=1002)

    def test_a_line_of_maths_hangs_on_the_knobs_it_names(self):
        def named(value):
            gain = node("NoOp", 0, name="Gain", value=value)
            return self.digest(root(), gain, constant(), node("Expression", name="E", expr0="r*Gain.value"))

        assert named(2) != named(3)

    @pytest.mark.parametrize("where", ["box", "expr0", "bracket"])
    def test_a_knob_hangs_on_the_size_of_a_file_that_is_not_wired_to_its_node(self, tmp_path, where):
        plate = write_exr_plate(tmp_path)
        asks = {
            "box": node("Crop", name="C", box="0 0 {Read1.width/2} 32"),
            "expr0": node("Expression", name="E", expr0="r*Read1.width"),
            "bracket": node("Grade", name="G", white='{{"\\[metadata -n Read1 input/width]"}}').replace('"{', "{"),
        }[where]
        script = (root(), read(plate), constant(), asks.replace('}}"', "}}"))
        before = self.digest(*script)
        assert self.digest(*script) == before
        (tmp_path / "plate.1001.exr").unlink()
        write_frame(exr_frame(1001, stored_plate(size=(40, 24))), tmp_path / "plate.1001.exr")
        assert self.digest(*script) != before

    @pytest.mark.parametrize("between", [node("Dot"), node("NoOp"), node("Blur", size=9, disable="true")])
    def test_what_stands_aside_changes_nothing(self, between):
        last = node("Grade", add=0.5)
        assert self.digest(root(), constant(), between, last) == self.digest(root(), constant(), last)


@pytest.mark.parametrize(("offset", "whole"), [(0.5, (1002, 1003)), (-0.5, (1003, 1004))])
def test_half_a_frame_is_the_later_frame_for_even_and_odd_ones(tmp_path, offset, whole):
    moved = node("TimeOffset", name="T", time_offset=offset)
    session = session_of(root(), read(write_exr_plate(tmp_path)), moved)
    for frame, shown in zip((1002, 1003), whole, strict=True):
        assert session.pull().source(session.named("Read1"), frame - offset).node.frame == shown


def test_a_render_called_off_while_pixels_are_made_ends_before_the_next_node_makes_its_own(monkeypatch):
    chain = "".join(node("Grade", name=f"G{index}", add=0.1) for index in range(40))
    session = session_of(root(), constant(), chain)
    source, kind = picture(session, "G39"), type(class_of("Constant").operator)
    source.info  # noqa: B018 -- known before
    pixels = kind.pixels
    monkeypatch.setattr(kind, "pixels", lambda *given: (session.over.set(), pixels(*given))[1])
    laid = []
    monkeypatch.setattr(standard, "laid_over", lambda *given: laid.append(given))
    with pytest.raises(CancelledError):
        source.pixels(WHOLE, RED)
    assert not laid


def test_a_thin_box_of_absurd_length_is_refused():
    session = session_of(root(), constant(), node("Crop", name="C", box=f"0 0 {2 * most_side_px} 1"))
    source = picture(session, "C")
    with pytest.raises(ScriptError, match=f"{most_side_px} a side"):
        source.pixels(source.info.box, RED)
