"""The plate's own grain, carried over to a comp that was made on a cleaned plate; new grain where it is not grain."""

from functools import partial

import numpy as np

from faceplate.compiled import compiled
from faceplate.grain.apply.alike import alike
from faceplate.grain.apply.cells import CELL_PX, cells_window, interpolate_row, strips_of
from faceplate.grain.apply.detail import fine_reach_px
from faceplate.grain.apply.leak import leak_of, leak_reach_px
from faceplate.grain.apply.mixture import ALIKE, CARRIED, MAPS, MISSING, TAKEN, Looked, Wanted, fill_strip
from faceplate.grain.apply.regrain import FaceRegrainSettings, new_field, regrain
from faceplate.grain.apply.resized import resized_profile
from faceplate.grain.response.response import sigma_at
from faceplate.grain.threads import side_by_side
from faceplate.values import Floats, GrainProfile, Window, covered_window

transfer_margin_px = leak_reach_px + 4
"""What pictures have to hold around a window for its pixels to be, bit for bit, those of the whole picture."""


def transfer_grain(  # noqa: PLR0913 -- the inputs of a node
    comp_linear: Floats,
    plate_linear: Floats,
    clean_linear: Floats,
    profile: GrainProfile,
    settings: FaceRegrainSettings,
    *,
    window: Window | None = None,
    frame: int = 0,
    view: str = "",
    lost: Floats | None = None,
) -> Floats:
    """The comp with the plate's grain, adapted to the comp's own exposure; where comp is the clean plate, the plate.

    All pictures are rows x columns x 3, scene-linear. The grain is plate - clean, divided by the sigma that the profile
    expects at the clean plate's exposure and multiplied by that at the comp's. With the strength at 1 and all of the
    grain lost, a sample of the comp that equals the clean plate's becomes the plate's, bit for bit.

    What the denoiser took of the picture is taken out of the grain (`leak_of`). Where that cannot be told from grain,
    where the clean plate is no version of the plate, or a sample is not finite, new grain of the profile's strength,
    spectrum and channel correlation stands in; the two are independent, so their variances add up to the profile's.
    Where the denoiser has left a part of the grain in the clean plate, new grain makes up for it. All this where the
    comp is another picture: where it shows the clean plate, graded or mixed in, the plate's own comes back as it is.

    Args:
        comp_linear: what lacks grain.
        plate_linear: the plate.
        clean_linear: the plate without its grain.
        profile: the plate's grain.
        settings: strength, and what is carried over.
        window: where the pictures lie on the plate; at its corner where absent. Pixels `transfer_margin_px` and more
            from a border of the window that is none of the picture do not depend on the window.
        frame: its number; each has its own new grain.
        view: the name of a stereo view.
        lost: rows x columns, how much of its grain the comp has lost, 0 to 1; all of it where absent. A pixel that has
            lost none leaves as it came.

    Source: F. Holtz, DasGrain, https://www.nukepedia.com (method: normalise, then adapt).
    """
    place = window or Window(0, 0, comp_linear.shape[1], comp_linear.shape[0])
    lacks = np.ones(comp_linear.shape[:2], np.float32) if lost is None else np.asarray(lost, np.float32)
    if settings.source == "new":
        return regrain(comp_linear, 1 - lacks, profile, place, frame, settings, view=view)
    same = (comp_linear == clean_linear) & (settings.strength == 1) & (lacks == 1)[..., None]
    result = np.where(same, plate_linear, comp_linear)
    inner = covered_window(~(same[..., 0] & same[..., 1] & same[..., 2]) & (lacks > 0), place)
    if inner.is_empty or not settings.strength.any():
        return result
    here, scaled = inner.slices(place), resized_profile(profile, settings.scale)
    wide, around = (inner.grow(reach).intersect(place) for reach in (transfer_margin_px, fine_reach_px))
    pictures = [each[wide.slices(place)] for each in (comp_linear, plate_linear, clean_linear)]
    looked = looked_at(pictures, scaled, settings, wide)
    field = np.zeros((around.height, around.width, 3), np.float32)
    if settings.source == "mix":
        field = new_field(scaled, around, frame, settings, comp_linear[around.slices(place)], view=view)
    wanted = Wanted(field, lacks[here], same[here], settings.strength)
    side_by_side(partial(fill_strip, looked, wide, wanted, around, inner, result[here]), strips_of(inner))
    return result


def looked_at(pictures: list[Floats], profile: GrainProfile, settings: FaceRegrainSettings, window: Window) -> Looked:
    """Comp, plate and clean plate over a window, and what there is to know of the plate's grain on each cell of it."""
    comp, plate, clean = pictures
    sigma = sigma_at(profile, comp), sigma_at(profile, clean)
    if settings.source == "own":
        return Looked(comp, plate, clean, *sigma, _taken_for_grain(window))
    leak = leak_of(plate, clean, sigma[1], profile, window, settings.leak_sensitivity)
    like = alike(comp, clean, sigma, window)
    found = [leak.shares, leak.missing, leak.carried, leak.taken, like]
    cells = np.concatenate([each.reshape(*like.shape, -1) for each in found], axis=-1)
    return Looked(comp, plate, clean, *sigma, np.ascontiguousarray(np.moveaxis(cells, -1, 0)))


def _taken_for_grain(window: Window) -> Floats:
    cells = cells_window(window)
    maps = np.zeros((MAPS, cells.height // CELL_PX, cells.width // CELL_PX), np.float32)
    maps[CARRIED] = 1
    return maps


def leak_map(looked: Looked, window: Window) -> Floats:
    """What FaceRegrain has done with the plate's own grain, rows x columns x 3.

    Red is the share of variance for which new grain stands because own grain cannot be told from picture, green that
    which makes up for what the denoiser left, blue the picture that was taken out, in sigmas of the grain.
    """
    cells, shown = cells_window(window), np.empty((window.height, window.width, 3), np.float32)
    _show(looked.maps, (window.top - cells.top, window.left - cells.left), shown)
    return shown


@compiled
def _show(cells: Floats, corner: tuple[int, int], shown: Floats) -> None:
    maps = np.empty((cells.shape[0], (cells.shape[2] + 1) * CELL_PX), np.float32)
    found = maps[:, corner[1] + CELL_PX // 2 :]
    for row in range(shown.shape[0]):
        interpolate_row(cells, row + corner[0], maps)
        for column in range(shown.shape[1]):
            other = np.float32(1) - found[ALIKE, column]
            carried = np.float32(1) - other * (np.float32(1) - found[CARRIED, column])
            gaps = np.float32(0)
            for each in range(MISSING, CARRIED):
                gaps += found[each, column] * np.float32(1 / (CARRIED - MISSING))
            shown[row, column, 0] = np.float32(1) - carried * carried
            shown[row, column, 1] = carried * carried * other * gaps
            shown[row, column, 2] = other * np.sqrt(found[TAKEN, column])
