"""The buttons of our nodes, in the order in which they stand."""

from faceplate.graph.gizmo.python_text import button_python
from faceplate.graph.gizmo.user_knobs import Pairs, button

copies = {
    "Tracker4": "The steady points of the face, one track each, ready to stabilise or match-move.",
    "CornerPin2D": "The square around the face as four moving corners.",
    "Roto": "The outlines of face, eyes and lips, a key at each frame.",
    "Axis": "Position, rotation and size of the head as curves.",
}
"""The classes that a track can be copied to, each with what it then holds."""


def track_buttons() -> Pairs:
    """What FaceTrack can be asked to do."""
    return (
        *_first(
            "track",
            "Track",
            "Tracks every face of the plate over the frames of the project, and writes the track file.",
        ),
        *_always(),
    )


def copy_buttons() -> Pairs:
    """Ordinary nodes made from a track."""
    made = (
        button(f"copy_{klass.lower()}", klass, tip, button_python(f'copy_track(nuke.thisNode(), "{klass}")'))
        for klass, tip in copies.items()
    )
    return tuple(pair for pairs in made for pair in pairs)


def render_buttons(label: str) -> Pairs:
    """What a node whose pictures the engine makes can be asked to do."""
    return (*_first("render", label, "Makes the pictures of this node for the frames of the project."), *_always())


def _first(call: str, label: str, tip: str) -> Pairs:
    return button(call, label, tip, button_python(f"{call}(nuke.thisNode())"), on_new_line=True)


def _always() -> Pairs:
    return (
        *_plain("cancel", "Cancel", "Stops the work; frames that are finished stay."),
        *_plain("clear", "Clear", "Forgets what the engine made: pictures are deleted, a track is renamed."),
        *_plain("open_cache", "Open cache", "Shows the folder that holds what the engine made."),
    )


def _plain(call: str, label: str, tip: str) -> Pairs:
    return button(call, label, tip, button_python(f"{call}(nuke.thisNode())"))
