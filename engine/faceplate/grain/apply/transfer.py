"""The plate's own grain, carried over to a comp that was made on a cleaned plate; new grain where it is not grain."""

from functools import partial

import numpy as np

from faceplate.compiled import compiled
from faceplate.grain.apply.alike import alike
from faceplate.grain.apply.cells import CELL_PX, cells_window, interpolate_row, spans_of, tiles_of
from faceplate.grain.apply.detail import detail_reach_px
from faceplate.grain.apply.leak import leak_of, leak_reach_px
from faceplate.grain.apply.mixture import ALIKE, CARRIED, MADE, MAPS, TAKEN, Looked, Wanted, fill_tile
from faceplate.grain.apply.planes import planes_of, sigma_planes
from faceplate.grain.apply.regrain import FaceRegrainSettings, new_field, regrain
from faceplate.grain.apply.resized import resized_profile
from faceplate.grain.threads import BAND_ROWS, rows_of, side_by_side
from faceplate.values import Array, Floats, GrainProfile, Window, covered_window

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
    result = np.empty_like(comp_linear)
    pictures = [comp_linear, plate_linear, clean_linear]
    inner = _fill_result(pictures, lacks, settings.strength, place, result)
    if inner.is_empty or not settings.strength.any():
        return result
    scaled = resized_profile(profile, settings.scale)
    wide, around = (inner.grow(reach).intersect(place) for reach in (transfer_margin_px, detail_reach_px))
    looked = looked_at([each[wide.slices(place)] for each in pictures], scaled, settings, wide)
    field = np.zeros((around.height, around.width, 3), np.float32)
    if settings.source == "mix":
        field = new_field(scaled, around, frame, settings, comp_linear[around.slices(place)], view=view)
    wanted = Wanted(field, np.ascontiguousarray(lacks[inner.slices(place)]), settings.strength)
    side_by_side(partial(fill_tile, looked, wide, wanted, around, inner, result[inner.slices(place)]), tiles_of(inner))
    return result


def _fill_result(pictures: list[Floats], lacks: Floats, strength: Floats, window: Window, result: Floats) -> Window:
    """Fills in the plate where the comp is the clean plate, else the comp, and tells where grain is to be added."""
    comp, plate, clean = pictures
    down = np.zeros(comp.shape[0], np.bool_)
    across = np.zeros((len(rows_of(comp.shape[0])), comp.shape[1]), np.bool_)

    def fill(rows: slice) -> None:
        columns = across[rows.start // BAND_ROWS]
        _fill_rows(comp[rows], plate[rows], clean[rows], lacks[rows], strength, result[rows], down[rows], columns)

    side_by_side(fill, rows_of(comp.shape[0]))
    return covered_window(down[:, None] & across.any(axis=0), window)


@compiled
def _fill_rows(  # noqa: PLR0913, PLR0917 -- pictures, and what is said of them
    comp: Floats,
    plate: Floats,
    clean: Floats,
    lacks: Floats,
    strength: Floats,
    result: Floats,
    down: Array,
    across: Array,
) -> None:
    for row in range(comp.shape[0]):
        for column in range(comp.shape[1]):
            lost, is_plate = lacks[row, column], True
            for channel in range(3):
                own = comp[row, column, channel]
                same = own == clean[row, column, channel] and strength[channel] == 1 and lost == 1
                result[row, column, channel] = plate[row, column, channel] if same else own
                is_plate &= same
            if lost > 0 and not is_plate:
                down[row] = across[column] = True


def looked_at(pictures: list[Floats], profile: GrainProfile, settings: FaceRegrainSettings, window: Window) -> Looked:
    """Comp, plate and clean plate over a window, and what there is to know of the plate's grain on each cell of it."""
    comp, plate, clean = (planes_of(each) for each in pictures)
    sigma = sigma_planes(profile, comp), sigma_planes(profile, clean)
    if settings.source == "own":
        return Looked(comp, plate, clean, *sigma, *_as_it_is(window))
    like = alike(comp, clean, sigma, window)
    leak = leak_of(plate, clean, sigma[1], profile, window, settings.leak_sensitivity)
    found = [leak.missing, leak.carried, like, leak.made, leak.taken]
    cells = np.concatenate([each.reshape(*like.shape, -1) for each in found], axis=-1)
    return Looked(comp, plate, clean, *sigma, leak.grain, np.ascontiguousarray(np.moveaxis(cells, -1, 0)))


def _as_it_is(window: Window) -> tuple[Floats, Floats]:
    cells = cells_window(window)
    maps = np.zeros((MAPS, cells.height // CELL_PX, cells.width // CELL_PX), np.float32)
    maps[ALIKE] = 1
    return np.zeros((3, cells.height, cells.width), np.float32), maps


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
    found, spans = np.empty((MAPS, shown.shape[1]), np.float32), spans_of(cells, corner, *shown.shape[:2])
    for row in range(shown.shape[0]):
        interpolate_row(spans, row + corner[0], found)
        for column in range(shown.shape[1]):
            other = np.float32(1) - found[ALIKE, column]
            carried = np.float32(1) - other * (np.float32(1) - found[CARRIED, column])
            shown[row, column, 0] = np.float32(1) - carried * carried
            shown[row, column, 1] = carried * carried * other * found[MADE, column]
            shown[row, column, 2] = other * np.sqrt(found[TAKEN, column])
