"""A grain profile as a page that a person can read."""

from collections.abc import Iterator, Sequence
from html import escape

import numpy as np

from faceplate import __version__
from faceplate.colour import Conversion, from_working
from faceplate.grain import profile_notes
from faceplate.graph.grain_light import grain_light
from faceplate.graph.grain_report.charts import (
    GREY,
    colours,
    encoded_chart,
    radial_chart,
    spectrum_maps,
    strength_chart,
)
from faceplate.graph.grain_report.svg import panels
from faceplate.graph.grain_report.used import Look
from faceplate.values import Array, Floats, GrainProfile, describe_frames

style = (
    ":root{color-scheme:light}"
    "body{font:15px/1.45 sans-serif;color:#222;background:#fff;max-width:1180px;margin:24px auto;padding:0 16px}"
    "h1{font-size:22px;margin:0 0 4px}h2{font-size:17px;margin:28px 0 6px}p{max-width:76ch}"
    "table{border-collapse:collapse;margin:6px 24px 6px 0;display:inline-table;vertical-align:top}"
    "td,th{border:1px solid #ccc;padding:3px 10px;text-align:right}caption{text-align:left;font-weight:bold}"
    ".warning{background:#fff3d6;border-left:5px solid #d98a00;padding:8px 14px;margin:8px 0}"
    ".well{background:#e6f4e8;border-left:5px solid #1a8f3c;padding:8px 14px;margin:8px 0}"
    "svg{max-width:100%;height:auto}"
)
coarse = (
    "The middle of a map is slow change, its edges are the finest there is. An ellipse is grain wider than high "
    "or higher than wide; a cross or a grid of dots is compression or a scaler, and no grain."
)


def grain_page(
    profile: GrainProfile, *, plate: str = "", looks: Sequence[Look] = (), encode: Conversion | None = None
) -> str:
    """The profile as one HTML page that holds all it shows: no script, nothing fetched.

    Args:
        profile: what was measured.
        plate: the plate's name for the headline.
        looks: frames with the places that were used; none where the profile alone is known.
        encode: the profile's light to the plate's encoding; by the profile's own name for it where absent.

    Raises:
        ColourError: the config in use does not know the profile's encoding.
    """
    encode = encode or _encoder(profile)
    name = plate or "a plate"
    parts = [
        f"<h1>Grain of {escape(name)}</h1>",
        f"<p>{escape(_about(profile))}</p>",
        *_warnings(profile),
        "<h2>How strong</h2>",
        strength_chart(profile),
        encoded_chart(profile, encode),
        _figures(profile),
        "<h2>How coarse</h2>",
        f"<p>{coarse}</p>",
        radial_chart(profile),
        *spectrum_maps(profile),
        "<h2>How alike</h2>",
        _correlations(profile),
        *_used(looks),
    ]
    return f'<!DOCTYPE html>\n<html lang="en">{_head(name)}<body>\n' + "\n".join(parts) + "\n</body></html>\n"


def _head(name: str) -> str:
    metas = '<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    return f"<head>{metas}<title>Grain of {escape(name)}</title><style>{style}</style></head>"


def _encoder(profile: GrainProfile) -> Conversion:
    encode, light = from_working(profile.encoding), grain_light(profile)
    return lambda rgb: encode(light.working(rgb))


def _about(profile: GrainProfile) -> str:
    frames = f"frames {describe_frames(profile.frames)}" if profile.frames else "no frames"
    light = "its own primaries" if profile.light == "camera" else "the working space"
    return f"{profile.encoding}; measured on {frames}, in light of {light}; Faceplate {__version__}"


def _warnings(profile: GrainProfile) -> list[str]:
    notes = profile_notes(profile)
    if not notes:
        return ['<p class="well">Nothing speaks against this profile.</p>']
    return [
        f'<p class="warning">{escape(note[:1].upper() + note[1:])}.</p>'
        for note in (each.rstrip(".") for each in notes)
    ]


def _figures(profile: GrainProfile) -> str:
    rows = [
        (name, *(_number(value) for value in (*terms, *ends)))
        for name, terms, ends in zip(colours, _terms(profile), _stops(profile.measured), strict=True)
    ]
    heads = ("", "shot, slope", "read, floor", "square", "from, stops", "to, stops")
    about = "Variance = slope * x + floor + square * x\N{SUPERSCRIPT TWO} at scene-linear exposure x"
    curved = [name for name, model in zip(colours, profile.models, strict=True) if model == "curve"]
    also = f"; in {', '.join(curved)} a curve through the bins fits better and is used" if curved else ""
    return _table(about + also, heads, rows)


def _terms(profile: GrainProfile) -> Floats:
    terms = np.zeros((3, 3), np.float32)
    terms[:, : profile.response.shape[-1]] = profile.response
    return terms


def _stops(exposure: Floats) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.log2(np.maximum(exposure, 1e-9) / GREY))


def _correlations(profile: GrainProfile) -> str:
    between = [(name, *(_number(each) for each in row)) for name, row in zip(colours, profile.correlation, strict=True)]
    over_time = [tuple(_number(each) for each in profile.time_correlation)]
    return _table("Between the channels", ("", *colours), between) + _table(
        "From one frame to the next; near 0 where every frame has grain of its own", tuple(colours), over_time
    )


def _used(looks: Sequence[Look]) -> list[str]:
    if not looks:
        return []
    words = (
        "Flat blocks that were used: green against the frame before, yellow within the frame. Texture, edges, clipped "
        "and crushed places are left out."
    )
    return ["<h2>Where it was measured</h2>", f"<p>{words}</p>", *map(_thumbnail, looks)]


def _thumbnail(look: Look) -> str:
    height, width = look.picture.shape[:2]
    return panels(f"frame {look.frame}, {look.blocks} blocks", [("", look.picture)], (width, height))


def _table(caption: str, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table; where its first head is empty, the first cell of each row is that row's head."""
    top = "".join(_head_cell(head, "col") if head else "<td></td>" for head in heads)
    body = "".join("<tr>" + "".join(_cells(row, is_headed=not heads[0])) + "</tr>" for row in rows)
    return f"<table><caption>{escape(caption)}</caption><tr>{top}</tr>{body}</table>"


def _cells(row: Sequence[str], *, is_headed: bool) -> Iterator[str]:
    for place, cell in enumerate(row):
        yield _head_cell(cell, "row") if is_headed and place == 0 else f"<td>{escape(cell)}</td>"


def _head_cell(words: str, scope: str) -> str:
    return f'<th scope="{scope}">{escape(words)}</th>'


def _number(value: float) -> str:
    return f"{value:.3g}" if np.isfinite(value) else "not measured"
