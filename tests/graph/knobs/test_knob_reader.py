"""What knobs of a whole script mean at a moment."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from faceplate.errors import ScriptError
from faceplate.graph.knobs import KnobReader, Moment, PictureFacts, ReaderSettings, user_knobs
from faceplate.graph.script import parse_script

AT = Moment(1004.0)
RGBA = ("rgba.red", "rgba.green", "rgba.blue", "rgba.alpha")
DEFAULTS = {
    "Blur": {"size": "0", "channels": "all", "mix": "1", "crop": "true", "filter": "gaussian"},
    "Transform": {"translate": "0 0", "center": "0 0", "rotate": "0", "scale": "1"},
    "Grade": {"white": "1", "black_clamp": "true"},
    "Crop": {"box": "0 0 0 0"},
}


class Pictures:
    """Each node gives a picture as many hundred pixels wide as its place in the script, plus one."""

    def facts(self, index, moment):
        return PictureFacts(
            width=100 * (index + 1),
            height=50,
            pixel_aspect=2.0,
            box=(-10, 0, 90, 40),
            channels=RGBA,
            metadata={"input/filename": f"/plates/a.{moment.frame:.0f}.exr", "count": "3"},
            frames=(1001, 1050),
            format_name="plate",
        )


def reader(text, **settings):
    return KnobReader(
        parse_script(text),
        defaults=lambda klass: DEFAULTS.get(klass, {}),
        pictures=Pictures(),
        settings=ReaderSettings(**settings),
    )


def named(script, path):
    return script.script.find(path)


def number(body, knob="size", klass="Blur", before="", at=AT):
    script = reader(f"{before}\n{klass} {{\n {body}\n name It\n}}\n")
    return script.number(named(script, "It"), knob, at)


def refusal(ask):
    with pytest.raises(ScriptError) as caught:
        ask()
    return str(caught.value)


PLATE = "Constant {\n inputs 0\n name Plate\n}"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("size 5", 5),
        ("size 1e2", 100),
        ("size {3 4}", 3),
        ("size {curve x1001 0 x1011 10}", 3),
        ("size {{curve x1001 0 x1011 10}}", 3),
        ("size {{curve L x1001 0 x1011 10} {curve x1 7}}", 3),
        ("size {{frame/2}}", 502),
        ('size {{"frame > 1000 ? 2 : 3"}}', 2),
        ("size {{frame-1000 i x1001 5}}", 4),
        ("size {{curve+1 x1001 5}}", 6),
        ("size {{curve(1001)+y(1011) i x1001 5 x1011 7}}", 12),
        ("size {{mix*2}}", 2),
        ("size {{crop}}", 1),
        ("size {{Plate.width}}", 100),
        ("size {{width+input.height+input0.pixel_aspect}}", 152),
        ("size {{input.bbox.x+input.bbox.w+bbox.t}}", 130),
        ("size {{input.format.w+input.format.r}}", 200),
        ("size {{input.first_frame+this.last_frame}}", 2051),
        ("size {{root.first_frame+root.width}}", 2049),
        ("size {{root.frame}}", 1004),
        ('size {{"\\[value Plate.width]/2"}}', 50),
        ('size {{"\\[exists input1] ? 1 : \\[exists input]+\\[exists nothing.at.all]"}}', 1),
        ('size "\\[value mix]"', 1),
        ("size {{this.mix.main}}", 1),
    ],
)
def test_numbers_are_numbers_curves_and_expressions(body, expected):
    assert number(body, before=PLATE) == expected


def test_a_knob_that_the_script_leaves_out_has_its_class_default():
    assert number("xpos 4", knob="mix") == 1
    assert number("xpos 4", knob="disable") == 0


def test_one_number_stands_for_all_elements_and_missing_ones_are_the_default():
    script = reader(
        "Grade {\n inputs 0\n white 0.5\n black {0.1 0.2}\n name G\n}\nGrade {\n inputs 0\n white {2 3}\n name H\n}"
    )
    assert script.numbers(0, "white", 4, AT) == (0.5, 0.5, 0.5, 0.5)
    assert script.numbers(0, "black", 3, AT) == (0.1, 0.2, 0.0)
    assert script.numbers(1, "white", 4, AT) == (2, 3, 1, 1)


def test_a_link_to_an_array_takes_the_element_it_stands_in():
    script = reader(
        "Transform {\n inputs 0\n translate {3 4}\n name A\n}\n"
        "Transform {\n translate {{A.translate} {A.translate*2}}\n center {{A.translate.y} {A.translate.0}}\n name B\n}"
    )
    assert script.numbers(1, "translate", 2, AT) == (3, 8)
    assert script.numbers(1, "center", 2, AT) == (4, 3)


def test_a_knob_may_be_asked_at_another_frame():
    script = reader(
        "Blur {\n inputs 0\n size {{curve L x1001 0 x1011 10}}\n name A\n}\n"
        "Blur {\n size {{A.size(1006)+A.size(frame-1)+A.size.integrate(1001,1011)+A.size.derivative(1003)}}\n name B\n}"
    )
    assert script.number(1, "size", AT) == pytest.approx(5 + 2 + 50 + 1)


def test_integrals_follow_links_but_not_arithmetic():
    text = (
        "Blur {\n inputs 0\n size {{curve L x1001 0 x1011 10}}\n name A\n}\n"
        "Blur {\n size {{A.size}}\n name B\n}\nBlur {\n size {{B.size.integrate(1001,1011)}}\n name C\n}\n"
        "Blur {\n size {{A.size*2}}\n name D\n}\nBlur {\n size {{D.size.integrate(1001,1011)}}\n name E\n}"
    )
    script = reader(text)
    assert script.number(2, "size", AT) == 50
    assert "bake it to keys" in refusal(lambda: script.number(4, "size", AT))


FIELDS = """NoOp {
 inputs 0
 name N
 addUserKnob {20 User}
 addUserKnob {12 xy}
 addUserKnob {14 wh}
 addUserKnob {15 area_of}
 addUserKnob {19 colour}
 addUserKnob {13 xyz}
 addUserKnob {17 size}
 xy {1 2}
 wh {3 4}
 area_of {10 20 110 220}
 colour {0.1 0.2 0.3 0.4}
 xyz {5 6 7}
 size "640 480 0 0 640 480 1.5 small"
}
"""


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("xy.x", 1),
        ("xy.y", 2),
        ("xy.1", 2),
        ("wh.w", 3),
        ("wh.h", 4),
        ("area_of.r", 110),
        ("area_of.t", 220),
        ("area_of.w", 100),
        ("area_of.h", 200),
        ("colour.r", 0.1),
        ("colour.green", 0.2),
        ("colour.alpha", 0.4),
        ("xyz.z", 7),
        ("size.w", 640),
        ("size.height", 480),
        ("size.pixel_aspect", 1.5),
    ],
)
def test_fields_mean_what_their_kind_of_knob_means_by_them(field, expected):
    assert number(f"size {{{{N.{field}}}}}", before=FIELDS) == expected


def test_boxes_of_nukes_own_knobs_have_edges():
    assert number("size {{C.box.r-C.box.w}}", before="Crop {\n inputs 0\n box {10 0 30 5}\n name C\n}") == 10


GROUP = """Root {
 inputs 0
 name ignored
 format "1920 1080 0 0 1920 1080 1 HD_1080"
 first_frame 1001
}
Constant {
 inputs 0
 name Plate
}
Group {
 name G
 label "inside: \\[value Blur1.size]"
 addUserKnob {20 User}
 addUserKnob {7 amount l Amount R 0 10}
 addUserKnob {4 mode M {over under "far away" ""}}
 addUserKnob {6 on}
 addUserKnob {41 inner l Inner T Blur1.size}
 addUserKnob {26 ""}
 addUserKnob {1 note}
 amount 3
 mode "far away"
 note "v \\[value amount] of \\[value this.name]"
}
 Input {
  inputs 0
  name Input1
 }
 Blur {
  size {{parent.amount*2}}
  channels {{{parent.Blur2.channels}}}
  filter {{Blur2.filter}}
  name Blur1
  label "\\[value size] \\[value parent.mode] \\[numvalue parent.mode] \\[class parent]"
  note "\\[class input] \\[node this] \\[topnode]"
 }
 Blur {
  size {{amount+mode}}
  channels {rgba.red -rgba.green rgba.blue}
  filter box
  mix {{parent.input.width}}
  name Blur2
 }
 Output {
  name Output1
 }
end_group
Blur {
 size {{G.amount+G.Blur1.size+G.inner+input.inner}}
 mix {{parent.first_frame}}
 name Last
}
"""


def test_children_see_the_knobs_of_their_group():
    script = reader(GROUP)
    assert script.number(named(script, "G.Blur1"), "size", AT) == 6
    assert script.number(named(script, "G.Blur2"), "size", AT) == 5
    assert script.number(named(script, "G.Blur2"), "mix", AT) == 100
    assert script.number(named(script, "Last"), "size", AT) == 3 + 6 + 6 + 6
    assert script.number(named(script, "Last"), "mix", AT) == 1001


def test_user_knobs_are_declared_with_kind_menu_range_and_default():
    script = parse_script(GROUP)
    knobs = {knob.name: knob for knob in user_knobs(script.nodes[1])}
    assert list(knobs) == ["User", "amount", "mode", "on", "inner", "", "note"]
    assert knobs["amount"].range == (0, 10)
    assert knobs["amount"].label == "Amount"
    assert knobs["mode"].menu == ("over", "under", "far away", "")
    assert [knobs[name].default for name in ("amount", "mode", "on", "inner", "note")] == ["0", "over", "false", "", ""]
    assert (knobs["inner"].type, knobs["inner"].text) == (41, "Blur1.size")


def test_a_user_menu_without_a_value_chooses_its_first_item():
    script = reader("NoOp {\n inputs 0\n addUserKnob {4 m M {a b}}\n addUserKnob {78 many n 3}\n name N\n}")
    assert script.choice(0, "m", ("a", "b"), AT) == "a"
    assert script.numbers(0, "many", 3, AT) == (0, 0, 0)


def test_texts_have_their_brackets_replaced():
    script = reader(GROUP)
    assert script.text(named(script, "G"), "label", AT) == "inside: 6"
    assert script.text(named(script, "G"), "note", AT) == "v 3 of G"
    assert script.text(named(script, "G.Blur1"), "label", AT) == "6 far away 2 Group"
    assert script.text(named(script, "G.Blur1"), "note", AT) == "Input G.Blur1 Plate"
    assert script.text(named(script, "G.Blur1"), "size", AT) == "6"
    assert script.text(named(script, "G"), "mode", AT) == "far away"


def test_brackets_know_metadata_channels_frame_view_script_and_date():
    settings = {"script_path": Path("/show/shot/comp_v003.nk"), "clock": datetime(2024, 3, 9, tzinfo=UTC)}
    script = reader(
        PLATE
        + "\nBlur {\n name It\n"
        + ' a "\\[metadata input/filename]|\\[metadata -t 5 input/filename]|"\n'
        + ' f "\\[metadata Plate count]|\\[metadata no]"\n'
        + ' b "\\[channels input]|\\[frame]|\\[view]|\\[input this 0]|\\[input 3]|\\[knob size]"\n size {{1+1}}\n'
        + ' c "\\[value root.name]|\\[python \\{nuke.script_directory()\\}]|\\[basename \\[value root.name]]"\n'
        + ' d "\\[date %Y]|\\[expression width*2]|\\[value gone fallback]|"\n'
        + ' h "\\[numvalue gone 4]|"\n g "\\[python nuke.frame()]"\n'
        + ' e "\\[file dirname \\[value root.name]]/x.%04d.exr"\n}',
        **settings,
    )
    texts = [script.text(1, knob, Moment(1004.0, "left")) for knob in "afbcdhge"]
    assert texts == [
        "/plates/a.1004.exr|/plates/a.5.exr|",
        "3|",
        "rgba.red rgba.green rgba.blue rgba.alpha|1004|left|Plate|0|{1+1}",
        "/show/shot/comp_v003.nk|/show/shot|comp_v003.nk",
        "2024|200|fallback|",
        "4|",
        "1004",
        "/show/shot/x.%04d.exr",
    ]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("crop true", True),
        ("crop false", False),
        ("crop 1", True),
        ("crop 0", False),
        ("crop {{frame>2000}}", False),
        ('crop {{"!\\[exists parent.input1]"}}', True),
        ("xpos 0", True),
    ],
)
def test_flags_are_words_numbers_and_expressions(body, expected):
    script = reader(f"Blur {{\n inputs 0\n {body}\n name It\n}}")
    assert script.flag(0, "crop", AT) is expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("filter box", "box"),
        ('filter "all frames"', "all frames"),
        ("filter 1", "box"),
        ("filter {{frame-1003}}", "box"),
        ("filter {{1} gaussian box}", "box"),
        ('filter {{0} "gaussian\\tGaussian 8" box}', "gaussian"),
        ('filter "\\[if 1 \\{return box\\}]"', "box"),
        ("xpos 3", "gaussian"),
    ],
)
def test_choices_are_words_numbers_and_menus_that_nuke_filled(body, expected):
    script = reader(f"Blur {{\n inputs 0\n {body}\n name It\n}}")
    assert script.choice(0, "filter", ("gaussian", "box", "all frames"), AT) == expected


def test_a_choice_may_be_linked_to_another_menu():
    script = reader(GROUP)
    assert script.choice(named(script, "G.Blur1"), "filter", ("gaussian", "box"), AT) == "box"


def test_menus_of_nukes_own_classes_have_numbers_where_they_are_told():
    script = reader(
        "Blur {\n inputs 0\n filter box\n name A\n}\nBlur {\n size {{A.filter}}\n name B\n}",
        menus={"Blur": {"filter": ("gaussian", "triangle", "box")}},
    )
    assert script.number(1, "size", AT) == 2


def test_whole_numbers_are_cut_off():
    assert reader("Blur {\n inputs 0\n size 2.9\n name A\n}").whole(0, "size", AT) == 2
    assert reader("Blur {\n inputs 0\n size -2.9\n name A\n}").whole(0, "size", AT) == -2
    assert reader("Blur {\n inputs 0\n size {{0.1*3*10}}\n name A\n}").whole(0, "size", AT) == 3
    assert reader("Blur {\n inputs 0\n size {{curve x0 0 s1 x2000 2000}}\n name A\n}").whole(0, "size", AT) == 1004
    assert "a whole number; came inf" in refusal(
        lambda: reader("Blur {\n inputs 0\n size {{1/0}}\n name A\n}").whole(0, "size", AT)
    )


AVAILABLE = (*RGBA, "depth.Z", "forward.u", "forward.v")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rgba", RGBA),
        ("rgb", RGBA[:3]),
        ("alpha", RGBA[3:]),
        ("all", AVAILABLE),
        ("none", ()),
        ("depth", ("depth.Z",)),
        ("forward", ("forward.u", "forward.v")),
        ("unknown", ()),
        ("rgba.alpha", RGBA[3:]),
        ("{rgba.red rgba.green -rgba.blue none}", RGBA[:2]),
        ("{rgba -rgba.alpha}", RGBA[:3]),
        ("{alpha depth}", ("rgba.alpha", "depth.Z")),
        ("{-rgba.red -rgba.green -rgba.blue rgba.alpha}", RGBA[3:]),
        ("{{{A.channels}}}", RGBA[:3]),
        ("{{{parent.A.channels}}}", RGBA[:3]),
        ("{{A.channels}}", RGBA[:3]),
        ('"\\[value A.channels]"', RGBA[:3]),
    ],
)
def test_channel_sets_choose_in_the_order_of_the_picture(text, expected):
    script = reader(f"Blur {{\n inputs 0\n channels rgb\n name A\n}}\nBlur {{\n channels {text}\n name It\n}}")
    assert script.channels(1, "channels", AVAILABLE, AT) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("rgba.alpha", "rgba.alpha"),
        ("-rgba.alpha", None),
        ("none", None),
        ("alpha", "rgba.alpha"),
        ("red", "rgba.red"),
        ("depth.Z", "depth.Z"),
        ("depth", "depth.Z"),
        ("mine", "mine.left"),
        ("{{{A.channels}}}", "rgba.blue"),
        ('""', None),
    ],
)
def test_single_channels_have_their_full_name(text, expected):
    script = reader(
        f"add_layer {{mine mine.left mine.right}}\nBlur {{\n inputs 0\n channels rgba.blue\n name A\n}}\n"
        f"Blur {{\n channels {text}\n name It\n}}"
    )
    assert script.channel(1, "channels", AT) == expected


def test_what_is_no_channel_is_refused():
    script = reader("Blur {\n inputs 0\n channels wrong\n mask {rgba.red rgba.blue}\n name It\n}")
    assert "It.channels: expected a channel such as rgba.alpha" in refusal(lambda: script.channel(0, "channels", AT))
    assert "expected one channel; came 2" in refusal(lambda: script.channel(0, "mask", AT))


def formatted(text, before=""):
    script = reader(f"{before}\nConstant {{\n inputs 0\n format {text}\n name It\n}}")
    return script.format(named(script, "It"), "format", AT)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('"1920 1080 0 0 1920 1080 1 HD_1080"', (1920, 1080, 1, "HD_1080", (0, 0, 1920, 1080))),
        ('"800 600 10 20 790 580 2 "', (800, 600, 2, "", (10, 20, 790, 580))),
        ('"2048 1556 1"', (2048, 1556, 1, "", (0, 0, 2048, 1556))),
        ('"100 50"', (100, 50, 1, "", (0, 0, 100, 50))),
        ("2K_Super_35(full-ap)", (2048, 1556, 1, "2K_Super_35(full-ap)", (0, 0, 2048, 1556))),
        ("square_512", (512, 512, 1, "square_512", (0, 0, 512, 512))),
        ("PAL_16:9", (720, 576, 1.46, "PAL_16:9", (0, 0, 720, 576))),
        ("mine", (7, 8, 1, "mine", (0, 0, 7, 8))),
        ("{{{Other.format}}}", (7, 8, 1, "mine", (0, 0, 7, 8))),
        ("{{{Other.input.format}}}", (100, 50, 2, "plate", (0, 0, 100, 50))),
        ('"\\[value Other.format]"', (7, 8, 1, "mine", (0, 0, 7, 8))),
    ],
)
def test_formats_are_sizes_names_and_links(text, expected):
    before = PLATE + '\nReformat {\n format "7 8 0 0 7 8 1 mine"\n name Other\n}'
    found = formatted(text, before)
    assert (found.width, found.height, found.pixel_aspect, found.name, found.box) == expected


def test_the_project_has_nukes_own_format_until_it_says_another():
    assert reader(PLATE).root_format().name == "2K_Super_35(full-ap)"
    assert reader(GROUP).root_format().name == "HD_1080"
    assert formatted('""') is None


def test_formats_that_nobody_knows_are_refused():
    assert "write it as `width height 0 0 width height 1 nowhere`" in refusal(lambda: formatted("nowhere"))
    assert "sides of 1 to 200000 pixels" in refusal(lambda: formatted('"0 1080 0 0 0 1080 1 x"'))
    assert "sides of 1 to 200000 pixels" in refusal(lambda: formatted('"9999999 9 0 0 1 1 1 x"'))
    assert "5 numbers" in refusal(lambda: formatted('"1 2 3 4 5 x"'))


def test_clones_share_the_knobs_of_their_original():
    script = reader(
        "Blur {\n inputs 0\n size {{parent.G.amount+3}}\n addUserKnob {7 own}\n own 4\n name A\n}\nset C1 [stack 0]\n"
        "NoOp {\n inputs 0\n addUserKnob {7 amount}\n amount 2\n name G\n}\nclone $C1 {\n inputs 0\n xpos 5\n}"
    )
    assert script.script.nodes[2].clone_of == 0
    assert (script.number(2, "size", AT), script.number(2, "own", AT), script.number(2, "xpos", AT)) == (5, 4, 5)


def test_a_knob_named_like_a_measure_reads_the_picture_in_its_own_expression():
    before = PLATE
    assert number("width {{width*2}}", knob="width", before=before) == 200


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("5", False),
        ("{1 2}", False),
        ("{{0.5} 2}", False),
        ("{{1} B A}", False),
        ("true", False),
        ("{{curve x1 0 x2 1}}", True),
        ("{{parent.x}}", True),
        ('"\\[frame]"', True),
        ("{{{A.channels}}}", True),
    ],
)
def test_what_may_change_with_the_frame_is_known_from_the_text(text, expected):
    script = reader(f"NoOp {{\n inputs 0\n addUserKnob {{41 link T xpos}}\n it {text}\n name A\n}}")
    assert script.is_animated(0, "it") is expected
    assert script.is_animated(0, "link")
    assert not script.is_animated(0, "nothing")
    assert script.has(0, "it")
    assert not script.has(0, "nothing")


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (
            "size {{gone.x}}",
            "It.size: expected a knob, or a measure such as width, by a name that It can see; came gone.x, in",
        ),
        ("size {{input1.width}}", "expected something connected to input 1 of It; came nothing"),
        ("size {{input}}", "by a name that It can see; came input"),
        ("size {{noise(frame)}}", "whose numbers are published; came noise, in '{noise(frame)}'"),
        ("size {{wrong(frame)}}", "came wrong"),
        ("size {{mix.q}}", "expected a field of the knob; came 'q'"),
        ("size {{1+}}", "came its end, in '{1+}'"),
        ("size {{curve x1 q}}", "It.size: expected a key of a curve: a number, or one after x, s, t, u or v; came 'q'"),
        ('size {{"\\[exec ls]"}}', "came 'exec', in '{\"\\\\\\\\[exec ls]\"}'"),
        ('size {{"\\[python nuke.delete()]"}}', "scripts are data, and nothing in them is run"),
        ('size "\\[python \\{nuke.script_directory()\\}]"', "a script that is a file"),
        ('size "\\[date %Y]"', "a render that was given a time"),
        ("size {{{unclosed}}", None),
        ("size {{It.size}}", "does not depend on itself; came It.size -> It.size"),
        ("size {{mix}}\n mix {{size}}", "came It.size -> It.mix -> It.size"),
        ('size {{"\\[value label]"}}\n label "\\[value size]"', "came It.size -> It.label -> It.size"),
        ("size {{size(frame-1)+1}}", "at most 400 links in a row"),
    ],
)
def test_refusals_name_node_knob_and_text(body, words):
    if words is None:
        with pytest.raises(ScriptError):
            number(body)
        return
    message = refusal(lambda: number(body, before=PLATE))
    assert words.replace("\\\\\\\\", "\\\\") in message
    assert "Next: " in message


def test_a_fault_is_named_where_it_stands_and_not_where_it_was_asked():
    script = reader("Blur {\n inputs 0\n size {{1+}}\n name A\n}\nBlur {\n size {{A.size*2}}\n name B\n}")
    assert refusal(lambda: script.number(1, "size", AT)).startswith("A.size: ")


def test_a_knob_that_no_one_knows_is_refused():
    script = reader("Blur {\n inputs 0\n name A\n}")
    assert "A.radius: expected a knob of Blur that is known here" in refusal(lambda: script.number(0, "radius", AT))
    assert "expected one of gaussian, box" in refusal(
        lambda: reader("Blur {\n inputs 0\n filter mush\n name A\n}").choice(0, "filter", ("gaussian", "box"), AT)
    )
    assert "0 to 1, for gaussian, box" in refusal(
        lambda: reader("Blur {\n inputs 0\n filter 7\n name A\n}").choice(0, "filter", ("gaussian", "box"), AT)
    )


def test_a_circle_through_pictures_is_found():
    class Circular(Pictures):
        def facts(self, index, moment):  # noqa: ARG002 -- every picture depends on A
            size = script.number(0, "size", moment)
            return PictureFacts(
                width=int(size), height=1, pixel_aspect=1, box=(0, 0, 1, 1), channels=(), metadata={}, frames=(1, 1)
            )

    script = KnobReader(
        parse_script("Blur {\n inputs 0\n size {{B.width}}\n name A\n}\nBlur {\n name B\n}"),
        defaults=lambda _: {},
        pictures=Circular(),
    )
    assert "came A.size -> A.size" in refusal(lambda: script.number(0, "size", AT))


def test_links_that_double_at_every_step_are_worked_out_once():
    text = "Blur {\n inputs 0\n size 1\n name N0\n}\n" + "".join(
        f"Blur {{\n size {{{{N{place - 1}.size+N{place - 1}.size}}}}\n name N{place}\n}}\n" for place in range(1, 200)
    )
    assert reader(text).number(199, "size", AT) == 2.0**199


def test_long_chains_of_links_through_deep_brackets_exhaust_no_stack():
    deep = "(" * 30 + "N{}.size" + ")" * 30
    text = "Blur {\n inputs 0\n size 1\n name N0\n}\n" + "".join(
        f"Blur {{\n size {{{{{deep.format(place - 1)}}}}}\n name N{place}\n}}\n" for place in range(1, 60)
    )
    assert reader(text).number(59, "size", AT) == 1


def test_links_past_all_reason_are_refused():
    text = "Blur {\n inputs 0\n size 1\n name N0\n}\n" + "".join(
        f"Blur {{\n size {{{{N{place - 1}.size}}}}\n name N{place}\n}}\n" for place in range(1, 402)
    )
    assert reader(text).number(390, "size", AT) == 1
    assert "at most 400 links in a row" in refusal(lambda: reader(text).number(401, "size", AT))


def test_threads_share_a_reader():
    script = reader(GROUP)
    blur = named(script, "G.Blur1")
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda frame: script.text(blur, "label", Moment(float(frame))), range(40)))
    assert set(found) == {"6 far away 2 Group"}
