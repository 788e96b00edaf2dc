"""Which Writes of a script are rendered, and over which frames."""

from collections.abc import Mapping, Sequence

from faceplate.errors import CallError
from faceplate.graph.files.frame_ranges import checked_range, frames_between, most_frames
from faceplate.graph.knobs import Moment
from faceplate.graph.render import Session


def writes_of(session: Session) -> tuple[int, ...]:
    """The Writes at the top of a script and in its groups, in the order of the script; not those inside our nodes."""
    return tuple(
        index
        for index, node in enumerate(session.script.nodes)
        if session.class_name(index) == "Write" and "faceplate_class" not in _values(session, node.parent)
    )


def targets_of(session: Session, names: Sequence[str]) -> tuple[int, ...]:
    """The Writes of these full names, in their `render_order`; the only one that is not disabled where none is named.

    Raises:
        CallError: there is none, there are several, or a node is no Write.
        ScriptError: no node has the name.
    """
    found = tuple(session.named(name) for name in dict.fromkeys(names)) if names else (_only(session),)
    for index in found:
        if session.class_name(index) != "Write":
            raise CallError(
                session.path(index),
                expected=f"a Write: {_listed(session)}",
                came=session.class_name(index),
                next_step="name a Write with --node",
            )
    return tuple(sorted(found, key=lambda index: session.pull().node(index, Moment(0.0)).number("render_order")))


def frames_of(session: Session, index: int, asked: Sequence[int] | None) -> tuple[int, ...]:
    """The frames of a Write: those asked for, within its own limits; without any the limits, else the project's.

    Raises:
        CallError: there are none.
        ScriptError: there are more than `most_frames`.
    """
    node = session.pull().node(index, Moment(0.0))
    limits = (node.whole("first"), node.whole("last")) if node.flag("use_limit") else None
    frames: Sequence[int]
    if asked is not None:
        _check_count(asked)
        frames = tuple(frame for frame in dict.fromkeys(asked) if limits is None or limits[0] <= frame <= limits[1])
        expected = "a frame" if limits is None else f"frames of {limits[0]}-{limits[1]}, the limits of the node"
        came = "none of them" if asked else "no frames"
    else:
        frames = frames_between(*limits, node, "last") if limits else _project_range(session)
        expected, came = "a range that rises", f"{frames.start}-{frames.stop - 1}"
    if not frames:
        raise CallError(
            f"{node.path}: frames",
            expected=expected,
            came=came,
            next_step="name others with --range, or set the limits",
        )
    return tuple(frames)


def _check_count(asked: Sequence[int]) -> None:
    if len(asked) > most_frames:
        raise CallError(
            "the frames to render",
            expected=f"at most {most_frames}",
            came=f"{len(asked)}",
            next_step="name fewer with --range",
        )


def _only(session: Session) -> int:
    there = writes_of(session)
    enabled = [index for index in there if not session.pull().node(index, Moment(0.0)).is_disabled]
    if len(enabled) == 1:
        return enabled[0]
    raise CallError(
        "the node to render",
        expected="its name, where a script has not just one Write",
        came=_listed(session),
        next_step="name one with --node" if there else "add a Write to the script",
    )


def _listed(session: Session) -> str:
    return ", ".join(session.path(index) for index in writes_of(session)) or "a script without a Write"


def _project_range(session: Session) -> range:
    root = session.script.root_values
    try:
        first, last = (int(float(root[name])) for name in ("first_frame", "last_frame"))
    except (KeyError, ValueError, OverflowError) as fault:
        raise CallError(
            "the frames to render",
            expected="--range, or a script that says its first and last frame",
            came=f"{root.get('first_frame', 'none')} to {root.get('last_frame', 'none')}",
            next_step="name them with --range",
        ) from fault
    return checked_range(first, last, "Root.last_frame")


def _values(session: Session, group: int | None) -> Mapping[str, str]:
    return {} if group is None else session.script.values_of(group)
