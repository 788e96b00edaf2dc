"""What a host shows of each node beside the knobs of the registry: buttons, knobs of its own, its inside."""

from collections.abc import Callable
from dataclasses import dataclass

from faceplate.check import FACE_CHECK
from faceplate.errors import CallError
from faceplate.grain import FACE_DEGRAIN, FACE_REGRAIN
from faceplate.graph.gizmo.buttons import copy_buttons, render_buttons, track_buttons
from faceplate.graph.gizmo.by_hand import hand_controls
from faceplate.graph.gizmo.insides import draw_check, draw_degrain, draw_matte, draw_regrain, draw_swap, draw_track
from faceplate.graph.gizmo.layout import Layout
from faceplate.graph.gizmo.user_knobs import Pairs, channel_knob, link, number_knob, setting, switch_knob, tab
from faceplate.matte import FACE_MATTE
from faceplate.spec import Knob, NodeSpec, knobs_of
from faceplate.swap import FACE_SWAP
from faceplate.track import FACE_TRACK


@dataclass(frozen=True, kw_only=True)
class Design:
    """A node as a group in a node graph.

    Attributes:
        spec: the node.
        draw: lays out its inside.
        buttons: those of its first tab.
        idle: what its status says before anything was made.
        controls: tabs with knobs that are the group's own, worked by the ordinary nodes inside.
        is_masked: True where it has an input `mask` beside the node's own inputs.
    """

    spec: NodeSpec
    draw: Callable[[Layout, NodeSpec], None]
    buttons: Pairs
    idle: str
    controls: Pairs = ()
    is_masked: bool = False


def design_of(name: str) -> Design:
    """The design of a node.

    Raises:
        CallError: there is no such node.
    """
    if name not in designs:
        expected = f"one of {', '.join(designs)}"
        raise CallError("the node", expected=expected, came=name, next_step="name one of these")
    return designs[name]


def _edge_controls() -> Pairs:
    grow = Knob(
        help="Lets the matte out, below 0 draws it in; the node Grow inside.",
        group="Edge", unit="px", minimum=-100, maximum=100,
    )  # fmt: skip
    soften = Knob(help="Blurs the matte; the node Soften inside.", group="Edge", unit="px", minimum=0, maximum=200)
    return (*tab("Edge"), *number_knob("grow", 0, grow), *number_knob("soften", 0, soften))


def _mask_controls() -> Pairs:
    invert = Knob(help="The node works where the mask is black.", group="Mask")
    tip = "The channel of the input `mask` that limits the node."
    return (
        *link("mask_channel", "mask", "Limit_to_mask.maskChannelMask", tip),
        *switch_knob("invert_mask", "invert", invert),
    )


def _mix_controls() -> Pairs:
    mix = Knob(help="How much of the clean plate is seen.", group="Mask", minimum=0, maximum=1)
    return (*tab("Mask"), *_mask_controls(), *number_knob("mix", 1, mix))


def _grade_controls() -> Pairs:
    shown = {
        "blackpoint": "blackpoint",
        "whitepoint": "whitepoint",
        "black": "lift",
        "white": "gain",
        "multiply": "multiply",
        "add": "offset",
        "gamma": "gamma",
    }
    links = (
        link(name, label, f"Face_grade.{name}", "Grades the face before it is merged; the node Face_grade inside.")
        for name, label in shown.items()
    )
    return (*tab("Grade"), *(pair for pairs in links for pair in pairs))


def _copy_controls() -> Pairs:
    about, default, kind = knobs_of(FACE_SWAP.settings)["person"]
    whose = Knob(help="Whose track is copied, by the track's name for them.", group=about.group)
    return (*tab("Copy track"), *setting("person", whose, default, kind), *copy_buttons())


def _unpremult_controls(what: str, work: str) -> Pairs:
    tip = f"The {what} is divided by this channel before {work}, and multiplied after."
    return (*tab("Premultiplied"), *channel_knob("unpremult", "(un)premult by", tip))


_not_rendered = "not rendered"

designs = {
    design.spec.name: design
    for design in (
        Design(
            spec=FACE_TRACK,
            draw=draw_track,
            buttons=track_buttons(),
            idle="not tracked",
            controls=(*hand_controls(), *_copy_controls()),
        ),
        Design(
            spec=FACE_MATTE,
            draw=draw_matte,
            buttons=render_buttons("Render"),
            idle=_not_rendered,
            controls=_edge_controls(),
        ),
        Design(
            spec=FACE_SWAP,
            draw=draw_swap,
            buttons=render_buttons("Swap"),
            idle=_not_rendered,
            controls=(
                *_grade_controls(),
                *tab("Mask"),
                *_mask_controls(),
                *_unpremult_controls("plate", "the model sees it"),
            ),
            is_masked=True,
        ),
        Design(
            spec=FACE_DEGRAIN,
            draw=draw_degrain,
            buttons=render_buttons("Render"),
            idle=_not_rendered,
            controls=_mix_controls(),
            is_masked=True,
        ),
        Design(
            spec=FACE_REGRAIN,
            draw=draw_regrain,
            buttons=render_buttons("Render"),
            idle=_not_rendered,
            controls=_unpremult_controls("comp", "its grain is worked on"),
        ),
        Design(spec=FACE_CHECK, draw=draw_check, buttons=render_buttons("Render"), idle=_not_rendered),
    )
}
