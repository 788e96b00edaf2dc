"""What stands inside each of our groups: the engine's result and ordinary nodes that put it into the stream.

An artist may open a group and change the ordinary nodes: nothing has to be made anew for that, in any host. As they
stand here they change no bit.
"""

from faceplate.graph.gizmo.engine_nodes import MASK, add_export, add_inputs, add_marker, add_result
from faceplate.graph.gizmo.layout import Layout
from faceplate.spec import NodeSpec

YOURS = "Change what you like here:\nnothing has to be rendered anew."
YOURS_COLOUR = "0x4f5b66ff"
COLUMN_PX = 200
GRAIN_LOST = "face_grain_lost"
WITH_GRAIN_LOST = f"rgba.red rgba.green rgba.blue rgba.alpha {GRAIN_LOST}.alpha"

Pairs = tuple[tuple[str, str], ...]


def of_parent(expression: str) -> str:
    """A knob's value that follows a knob of the group: `parent.mix`."""
    return f"{{{expression}}}"


def unless_connected(slot: int) -> str:
    """A `disable` that holds while nothing is connected to an input of the group."""
    return f'{{"\\[exists parent.input{slot}] ? 0 : 1"}}'


def copied(*channels: tuple[str, str], bbox: str = "B") -> Pairs:
    """The knobs of a Copy that takes channels from A and leaves the rest, and the bounding box, as B has them."""
    named = ((f"{end}{place}", pair[side]) for place, pair in enumerate(channels) for side, end in enumerate(_ends))
    return (*named, ("bbox", bbox))


_ends = ("from", "to")
_rgb = copied(*((f"rgba.{name}", f"rgba.{name}") for name in ("red", "green", "blue")))


def draw_track(layout: Layout, spec: NodeSpec) -> None:
    """The stream goes through; its metadata say which track it goes by, and which frame of it a picture is."""
    plate = add_inputs(layout, {"plate": (0, 0)})["plate"]
    marker = add_marker(layout, spec, (0, 100), plate)
    entries = {"faceplate/track": "value parent.track_file", "faceplate/frame": "frame"}
    stated = "".join(f'\n {{set {key} "\\[{command}]"}}' for key, command in entries.items())
    track = layout.add("ModifyMetaData", "Track", (0, 160), [marker], knobs=(("metadata", f"{stated}\n"),))
    layout.add("Output", "Output1", (0, 240), [track])
    add_export(layout, "plate", (200, 100), plate)


def draw_matte(layout: Layout, spec: NodeSpec) -> None:
    """Coverage, grown and softened, beside the stream in a layer of its own, or alone as alpha."""
    plate = add_inputs(layout, {"plate": (0, 0)})["plate"]
    result = add_result(layout, spec, (-160, 0))
    alpha = ("channels", "alpha")
    size = ("size", of_parent("-parent.grow"))
    grow = layout.add("FilterErode", "Grow", (-160, 200), [result], knobs=(alpha, size, ("filter", "box")))
    size = ("size", of_parent("parent.soften"))
    soften = layout.add("Blur", "Soften", (-160, 260), [grow], knobs=(alpha, size))
    to_layer = copied(("rgba.alpha", "matte.alpha"))
    stream = layout.add("Copy", "Matte_layer", (0, 360), [plate, soften], knobs=to_layer)
    alone = _with_metadata(layout, "Matte_metadata", (-160, 360), soften, plate)
    _choose_output(layout, [stream, alone], (0, 440))
    add_export(layout, "plate", (200, 100), plate)
    layout.backdrop("Yours", YOURS, [grow, soften], YOURS_COLOUR)


def draw_swap(layout: Layout, spec: NodeSpec) -> None:
    """The face graded, held by its matte, mixed, and merged over the plate; or alone, premultiplied."""
    places = {"plate": (0, 0), "matte": (-460, 0), MASK: (-310, 440)}
    inputs = add_inputs(layout, places)
    result = add_result(layout, spec, (-160, 0))
    face = _held_face(layout, result, inputs["matte"], inputs[MASK])
    layered = _with_layers(layout, inputs["plate"], face, result)
    over = (("operation", "over"), ("output", "rgb"), ("bbox", "B"))
    merged = layout.add("Merge2", "Over_plate", (0, 900), [layered, face], knobs=over)
    # What either has lost of its grain is lost: 1 - (1 - a)(1 - b).
    both = tuple((knob, GRAIN_LOST) for knob in ("Achannels", "Bchannels", "output"))
    screen = (("operation", "screen"), *both, ("bbox", "B"))
    comp = layout.add("Merge2", "Grain_lost", (0, 960), [merged, face], knobs=screen)
    alone = _with_metadata(layout, "Face_metadata", (-160, 900), face, inputs["plate"])
    _choose_output(layout, [comp, alone], (0, 1040))
    add_export(layout, "plate", (200, 100), inputs["plate"], WITH_GRAIN_LOST)
    add_export(layout, "matte", (-620, 100), inputs["matte"])


def _with_layers(layout: Layout, plate: int, face: int, result: int) -> int:
    """The plate with what the comp is made of beside it, where that is asked for."""
    off = ("disable", of_parent("1-parent.layers"))
    own = copied(*((f"rgba.{name}", f"face.{name}") for name in ("red", "green", "blue", "alpha")))
    raw = [f"face_raw.{name}" for name in ("red", "green", "blue")]
    made = [f"face_to_plate.{name}" for name in ("u", "v", "alpha")]
    first = [(name, name) for name in (*raw, "face_matte_outline.alpha")]
    second = [(name, name) for name in (*made, "face_matte_model.alpha")]
    stream = layout.add("Copy", "Face_layer", (0, 700), [plate, face], knobs=(*own, off))
    stream = layout.add("Copy", "Raw_layers", (0, 760), [stream, result], knobs=(*copied(*first), off))
    return layout.add("Copy", "Map_layers", (0, 820), [stream, result], knobs=(*copied(*second), off))


def _held_face(layout: Layout, result: int, matte: int, mask: int) -> int:
    """The face, premultiplied by the matte that is connected, else by its own."""
    first = len(layout.nodes)
    neutral = (("black_clamp", "false"),)
    grade = layout.add("Grade", "Face_grade", (-160, 220), [result], knobs=neutral)
    which = (("which", '{"\\[exists parent.input1]"}'),)
    chosen = layout.add("Switch", "Matte_choice", (-310, 300), [result, matte], knobs=which)
    # Where the matte ends the face does, and nothing is made of it beyond.
    alpha = copied(("rgba.alpha", "rgba.alpha"), bbox="intersection")
    held = layout.add("Copy", "Face_matte", (-160, 380), [grade, chosen], knobs=alpha)
    alone = layout.add("BlackOutside", "Face_alone", (-160, 440), [held])
    # Alpha goes to 0 where the mask does not let the face through; without a mask the node stands aside.
    limits = (("channels", "alpha"), ("value", "0"), *_outside_mask(2))
    limited = layout.add("Multiply", "Limit_to_mask", (-160, 500), [alone, mask], masks=1, knobs=limits)
    face = layout.add("Premult", "Face_premult", (-160, 560), [limited])
    mix = (("channels", "rgba"), ("value", of_parent("parent.mix")))
    mixed = layout.add("Multiply", "Face_mix", (-160, 620), [face], knobs=mix)
    layout.backdrop("Yours", YOURS, range(first, len(layout.nodes)), YOURS_COLOUR)
    # Where the face does not cover, no grain is lost.
    return layout.add("Premult", "Face_grain_lost", (-160, 660), [mixed], knobs=(("channels", GRAIN_LOST),))


def draw_degrain(layout: Layout, spec: NodeSpec) -> None:
    """The clean plate in the place of the plate, by mix and mask."""
    inputs = add_inputs(layout, {"plate": (0, 0), MASK: (200, 240)})
    result = add_result(layout, spec, (-160, 0))
    copy = (("operation", "copy"), ("output", "rgb"), ("also_merge", GRAIN_LOST), ("bbox", "B"))
    mix = (("mix", of_parent("parent.mix")),)
    clean = layout.add("Merge2", "Clean", (0, 220), [inputs["plate"], result], knobs=(*copy, *mix))
    # The plate comes back where the mask does not let the clean plate through.
    back = (clean, inputs["plate"], inputs[MASK])
    limited = layout.add("Merge2", "Limit_to_mask", (0, 320), back, masks=1, knobs=(*copy, *_outside_mask(1)))
    layout.add("Output", "Output1", (0, 400), [limited])
    add_export(layout, "plate", (200, 100), inputs["plate"], WITH_GRAIN_LOST)


def draw_regrain(layout: Layout, spec: NodeSpec) -> None:
    """The result's colour in the place of the comp's, which has lost no grain any more."""
    comp = _over_comp(layout, spec)
    gone = (("operation", "remove"), ("channels", GRAIN_LOST))
    made_up = layout.add("Remove", "Grain_made_up", (0, 300), [comp], knobs=gone)
    layout.add("Output", "Output1", (0, 380), [made_up])


def draw_check(layout: Layout, spec: NodeSpec) -> None:
    """The result's colour in the place of the comp's."""
    layout.add("Output", "Output1", (0, 300), [_over_comp(layout, spec)])


def _over_comp(layout: Layout, spec: NodeSpec) -> int:
    """The comp with the result's colour; the other inputs are for the engine alone."""
    inputs = add_inputs(layout, {name: (COLUMN_PX * place, 0) for place, name in enumerate(spec.inputs)})
    result = add_result(layout, spec, (-160, 0))
    for place, name in enumerate(spec.inputs):
        channels = WITH_GRAIN_LOST if spec.layers and name == "comp" else "rgba"
        add_export(layout, name, (COLUMN_PX * place + 90, 100), inputs[name], channels)
    return layout.add("Copy", "Result_colour", (0, 220), [inputs["comp"], result], knobs=_rgb)


def _with_metadata(layout: Layout, name: str, at: tuple[int, int], image: int, stream: int) -> int:
    """The picture with the stream's metadata: in Nuke those of the engine's file would take their place."""
    return layout.add("CopyMetaData", name, at, [image, stream], knobs=(("mergeMode", "Meta only"),))


def _outside_mask(slot: int) -> Pairs:
    """Works where the group's mask does not let through, so the other way round than the group's own switch."""
    return (
        ("maskChannelMask", "rgba.alpha"),
        ("invert_mask", of_parent("1-parent.invert_mask")),
        ("disable", unless_connected(slot)),
    )


def _choose_output(layout: Layout, choices: list[int], at: tuple[int, int]) -> None:
    """What the group's menu `output` says, in the order of its words."""
    which = (("which", of_parent("parent.output")),)
    chosen = layout.add("Switch", "Output_choice", at, choices, knobs=which)
    layout.add("Output", "Output1", (at[0], at[1] + 80), [chosen])
