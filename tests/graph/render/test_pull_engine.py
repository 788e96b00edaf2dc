import gc
import weakref
from concurrent.futures import CancelledError, ThreadPoolExecutor
from threading import Event

import numpy as np
import pytest

from faceplate.errors import ScriptError
from faceplate.graph.render import Box, Cache
from faceplate.graph.render.depth import node_of
from faceplate.graph.render.node import most_pixels
from faceplate.graph.render.operators import class_of
from script_shots import node, picture, read, root, session_of, write_exr_plate

FORMAT = "64 32 0 0 64 32 1 small"
RED = ("rgba.red",)


def constant(**knobs):
    return node("Constant", 0, **{"color": "0.25 0.5 0.75 1", "format": FORMAT, "channels": "rgba", **knobs})


@pytest.mark.parametrize("klass", ["Dot", "Grade"])
def test_a_chain_of_three_thousand_nodes_is_followed(klass):
    chain = "".join(node(klass, name=f"N{index}", add=0.001 if index % 1000 == 0 else 0) for index in range(3000))
    session = session_of(root(), constant(), chain)
    source = picture(session, "N2999")
    assert source.info.format.width == 64
    expected = 0.25 + (0.003 if klass == "Grade" else 0)
    assert source.plane(Box(0, 0, 2, 2), "rgba.red") == pytest.approx(np.full((2, 2), expected), abs=1e-6)
    assert len(source.digest) == 32


def test_an_error_at_the_far_end_of_a_long_chain_names_its_node():
    chain = "".join(node("Dot", name=f"D{index}") for index in range(500))
    with pytest.raises(ScriptError, match=r"Odd1 .Oddity") as raised:
        picture(session_of(root(), constant(), node("Oddity", name="Odd1"), chain), "D499").info  # noqa: B018 -- is refused once it is read
    assert node_of(raised.value) == "Odd1"


def test_a_picture_whose_size_hangs_on_itself_is_refused_and_does_not_hang():
    circle = node("Crop", name="Crop1", box="0 0 {Dot1.width} 32", reformat="true")
    with pytest.raises(ScriptError, match="circle"):
        picture(session_of(root(), constant(), circle, node("Dot", name="Dot1")), "Dot1").info  # noqa: B018 -- is refused once it is read


@pytest.mark.parametrize("side", [10**5, 10**9, 10**15])
def test_a_huge_box_is_refused_before_memory_is_asked_for(side):
    source = picture(session_of(root(), constant(name="C1")), "C1")
    with pytest.raises(ScriptError, match=f"at most {most_pixels} pixels") as raised:
        source.pixels(Box(-side, -side, side, side), RED)
    assert "C1" in str(raised.value)


def test_a_filter_of_absurd_size_is_refused_by_its_own_name():
    session = session_of(root(), constant(), node("Blur", name="Blur1", size=1e9, channels="rgba"))
    with pytest.raises(ScriptError, match="Blur1"):
        picture(session, "Blur1").pixels(Box(0, 0, 64, 32), RED)


def test_an_unknown_class_says_its_name_and_how_to_pass_it():
    script = (root(), constant(), node("ZDefocus2", name="Z1"))
    with pytest.raises(ScriptError, match="--pass ZDefocus2"):
        picture(session_of(*script), "Z1").info  # noqa: B018 -- is refused once it is read
    for passed in (True, frozenset({"ZDefocus2"})):
        assert picture(session_of(*script, passed=passed), "Z1").plane(Box(0, 0, 1, 1), "rgba.red")[0, 0] == 0.25
    with pytest.raises(ScriptError, match="ZDefocus2"):
        picture(session_of(*script, passed=frozenset({"Other"})), "Z1").info  # noqa: B018 -- is refused once it is read


def test_a_disabled_node_is_its_first_input_whatever_its_class():
    session = session_of(root(), constant(), node("ZDefocus2", name="Z1", disable="true"))
    above = session.pull().source(0, 1001)
    assert picture(session, "Z1").info == above.info
    assert picture(session, "Z1").digest == above.digest


def test_a_render_called_off_ends_at_the_next_node():
    over = Event()
    session = session_of(root(), constant(), node("Dot", name="Dot1"), over=over)
    over.set()
    with pytest.raises(CancelledError):
        picture(session, "Dot1").info  # noqa: B018 -- is refused once it is read


def test_two_readers_have_the_picture_made_once_and_one_has_it_made_afresh(monkeypatch):
    made = []
    kind = type(class_of("Grade").operator)
    pixels = kind.pixels
    monkeypatch.setattr(kind, "pixels", lambda self, at, *rest: (made.append(rest[-1]), pixels(self, at, *rest))[1])
    grade = node("Grade", name="Grade1", add=0.5) + "set N1 [stack 0]\n"
    both = node("Dot", name="Dot1") + "push $N1\n" + node("Merge2", 2, name="Merge1", operation="plus")
    picture(session_of(root(), constant(), grade, both), "Merge1").pixels(Box(0, 0, 64, 32), RED)
    channels = [name for some in made for name in some]
    assert len(channels) == len(set(channels)) > 0


def test_a_viewer_is_no_reader():
    session = session_of(root(), constant(name="C1"), "set N1 [stack 0]\n", node("Viewer"), "push $N1\n", node("Dot"))
    assert session.readers_of(session.named("C1")) == 1


def test_threads_get_the_same_pixels(tmp_path):
    plate = write_exr_plate(tmp_path)
    nodes = read(plate) + "set N1 [stack 0]\n" + node("Blur", size=4) + "push $N1\n" + node("Merge2", 2, name="M1")
    session = session_of(root(), nodes)

    def red(number):
        return picture(session, "M1", 1001 + number % 4).plane(Box(0, 0, 64, 48), "rgba.red").tobytes()

    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(red, range(32)))
    alone = session_of(root(), nodes)
    for number in range(4):
        own = picture(alone, "M1", 1001 + number).plane(Box(0, 0, 64, 48), "rgba.red").tobytes()
        assert {each for place, each in enumerate(together) if place % 4 == number} == {own}


class TestDigest:
    def digest(self, *parts, frame=1001):
        session = session_of(*parts)
        return session.pull().source(len(session.script.nodes) - 1, frame).digest

    def test_it_changes_with_a_knob_and_not_with_a_label(self):
        first = self.digest(root(), constant(), node("Grade", add=0.5))
        assert self.digest(root(), constant(), node("Grade", add=0.5, label="hello", xpos=7)) == first
        assert self.digest(root(), constant(), node("Grade", add=0.25)) != first
        assert self.digest(root(), constant(color="0"), node("Grade", add=0.5)) != first

    def test_a_still_picture_is_the_same_at_every_frame_and_an_animated_one_is_not(self):
        still, moving = node("Grade", add=0.5), node("Grade", add="{{frame/100}}")
        assert self.digest(root(), constant(), still) == self.digest(root(), constant(), still, frame=7)
        assert self.digest(root(), constant(), moving) != self.digest(root(), constant(), moving, frame=7)

    def test_a_held_frame_hangs_on_the_file_of_that_frame_alone(self, tmp_path):
        plate = write_exr_plate(tmp_path)
        held = (root(), read(plate), node("FrameHold", first_frame=1002))
        before = self.digest(*held)
        assert self.digest(*held, frame=1004) == before
        (tmp_path / "plate.1004.exr").touch()
        assert self.digest(*held, frame=1004) == before
        (tmp_path / "plate.1002.exr").touch()
        assert self.digest(*held) != before

    def test_what_stands_in_a_group_hangs_on_what_comes_into_it(self):
        inside = node("Input", 0, name="Input1") + node("Output", name="Output1") + "end_group\n"
        first = self.digest(root(), constant(), node("Group", name="G1"), inside, node("Dot"))
        assert self.digest(root(), constant(color="1"), node("Group", name="G1"), inside, node("Dot")) != first


class TestCache:
    def test_it_holds_no_more_than_its_limit_and_drops_what_was_used_longest_ago(self):
        cache = Cache(100)
        for name in "abc":
            cache.put(name, name, 40)
        assert (cache.get("a"), cache.get("b"), cache.held_bytes) == (None, "b", 80)
        cache.get("b")
        cache.put("d", "d", 40)
        assert cache.get("c") is None
        assert cache.get("b") == "b"

    def test_what_is_larger_than_the_limit_is_not_kept(self):
        cache = Cache(100)
        cache.put("a", "a", 101)
        assert (cache.get("a"), cache.held_bytes) == (None, 0)

    def test_one_of_several_threads_makes_a_value_and_the_others_wait(self):
        cache, made = Cache(100), []

        def make():
            made.append(1)
            return len(made)

        with ThreadPoolExecutor(8) as pool:
            values = set(pool.map(lambda _: cache.value("a", make, lambda _: 1), range(50)))
        assert values == {1}


def test_a_note_is_told_once():
    told = []
    session = session_of(root(), on_note=told.append)
    session.note("a")
    session.note("a")
    assert (told, tuple(session.notes)) == (["a"], ("a",))


def test_sessions_are_let_go_of():
    session = session_of(root(), constant(), node("Grade", name="G", add="{{frame}}"))
    picture(session, "G").pixels(Box(0, 0, 2, 2), RED)
    gone = weakref.ref(session)
    del session
    gc.collect()
    assert gone() is None
