"""Everything in a checkout that is generated from the registry: text by path."""

import argparse
from pathlib import Path

from faceplate.cli.commands import demo
from faceplate.cli.node_reference import node_reference
from faceplate.demo.film import encoding
from faceplate.demo.motion import FIRST_FRAME
from faceplate.graph.gizmo import designs, face_replacement, gizmo_text, open_gizmos
from faceplate.graph.script import script_text

reference = Path("docs") / "nodes.md"
gizmos = Path("gizmos")
examples = Path("docs") / "examples"


def generated_files() -> dict[Path, str]:
    """The text of each file, by its path in the checkout."""
    return {
        reference: node_reference(),
        **{gizmos / f"{name}.gizmo": gizmo_text(name) for name in designs},
        **{examples / name: text for name, text in _examples().items()},
    }


def left_over() -> list[Path]:
    """Gizmos in the checkout that no node stands behind."""
    return sorted(set(gizmos.glob("*.gizmo")) - {gizmos / f"{name}.gizmo" for name in designs})


def _examples() -> dict[str, str]:
    """The example script for the plate that the demo makes unless told otherwise, with gizmos and with groups."""
    parser = argparse.ArgumentParser()
    demo.add_arguments(parser)
    plate = parser.parse_args([])
    frames = (FIRST_FRAME, FIRST_FRAME + plate.frames - 1)
    script = face_replacement(encoding=encoding, frames=frames, size=plate.size)
    return {
        "face_replacement.nk": script_text(script),
        "face_replacement_groups.nk": script_text(open_gizmos(script)),
    }
