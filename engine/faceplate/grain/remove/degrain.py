"""The plate without its grain, edges and highlights in place."""

from collections.abc import Sequence

import numpy as np

from faceplate.grain.remove.aligned import aligned
from faceplate.grain.remove.filled import filled, is_light
from faceplate.grain.remove.flow import known_of
from faceplate.grain.remove.motion import Seen, motion_between, whitening
from faceplate.grain.remove.opponents import channels_of, opponent_covariances, opponents_of
from faceplate.grain.remove.part import Part, blocks_margin_px
from faceplate.grain.remove.settings import FaceDegrainSettings
from faceplate.grain.remove.shrink import noise_variances, shrunk
from faceplate.grain.remove.steady import steadied
from faceplate.grain.response.stabilise import Stabiliser, stabilisers
from faceplate.grain.threads import side_by_side
from faceplate.values import Floats, GrainProfile, Matrix, Window

degrain_margin_px = blocks_margin_px
"""What a crop has to hold around a window for its clean plate to be, bit for bit, that of the whole picture."""
degrain_motion_margin_px = 160
"""The same where there are neighbours: as far as motion is looked for, and what it is looked for by."""


def degrain(  # noqa: PLR0913 -- the inputs of a node
    rgb_linear: Floats,
    profile: GrainProfile,
    settings: FaceDegrainSettings,
    *,
    window: Window | None = None,
    inside: Window | None = None,
    neighbours: Sequence[Floats] = (),
    offsets: Sequence[int] = (),
    device: str = "cpu",
) -> Floats:
    """The picture, or what of it lies `inside`, without the grain that the profile describes: rows x columns x 3,
    scene-linear.

    Grain is brought to one strength at all exposures. Neighbours are moved onto the picture and merged with it as far
    as they agree; in each of luminance and two colours what is no stronger than the profile's spectrum allows is taken
    out of what remains. Values below 0 and above 1 come through; samples that are NaN, infinite or beyond 2^20 stay
    and do not spread. With amount 0, or a profile without grain, the picture leaves as it came.

    Args:
        rgb_linear: the picture.
        profile: the plate's grain.
        settings: how much goes. How many `frames` is for who reads them: all neighbours that are given are used.
        window: where the picture lies on the plate; the plate's corner where absent. The blocks stand on the plate's
            grid, and sums run in one order, so a crop has the bits of the whole picture at all pixels that are
            `degrain_margin_px` or more from its border, with neighbours `degrain_motion_margin_px`.
        inside: the part of the window that is wanted, the whole where absent. The rest is looked at as far as it guides
            the part, and costs less.
        neighbours: the same window of frames beside it, in order of their numbers. One that is the picture bit for bit,
            or an earlier neighbour, is a held frame, has no grain of its own and is not used.
        offsets: the neighbours' numbers less the picture's own. Where they are told, motion is taken to be even from
            frame to frame as far as the picture does not say otherwise: weak edges stay sharper.
        device: `cpu` or `cuda`, as `degrain_device` chose it. What was said of bits holds on each, on a GPU among those
            of one kind; between the two, rounding differs.

    Raises:
        DeviceError: the GPU has not enough memory.
    """
    window = window or Window(0, 0, rgb_linear.shape[1], rgb_linear.shape[0])
    part = Part(window, (inside or window).intersect(window))
    if not settings.amount or not profile.response.any():
        return rgb_linear[part.inside.slices(window)].copy()
    used = _unlike(rgb_linear, neighbours)
    pictures = [rgb_linear, *(neighbours[each] for each in used)]
    told = tuple(offsets[each] for each in used) if offsets else ()
    if device == "cpu":
        return _on_cpu(pictures, profile, settings, part, told)
    from faceplate.grain.remove.gpu.degrain import degrained  # noqa: PLC0415 -- torch is an extra, and heavy

    return degrained(pictures, profile, settings, part=part, offsets=told, device=device)


def _on_cpu(
    pictures: list[Floats],
    profile: GrainProfile,
    settings: FaceDegrainSettings,
    part: Part,
    offsets: tuple[int, ...],
) -> Floats:
    rgb_linear, *others = pictures
    whole = filled(rgb_linear, is_light(rgb_linear))
    scales, covariances = stabilisers(profile), opponent_covariances(profile)
    frames = [whole, *(filled(each, is_light(each)) for each in others)]
    stack = _stacked([_even(frame, scales) for frame in frames], covariances[0], part, offsets)
    variances = noise_variances(covariances, settings.luminance, settings.colour)
    cut = part.inside.slices(part.near)
    smooth = channels_of(np.stack([plane[cut] for plane in shrunk(stack, variances, part.near_corner)]))
    clean = np.stack([scale.inverse(plane) for scale, plane in zip(scales, smooth, strict=True)], axis=-1)
    own, before = (picture[part.inside.slices(part.window)] for picture in (rgb_linear, whole))
    mixed = before + np.float32(settings.amount) * (clean - before)
    return np.where(is_light(own) & profile.response.any(axis=1), mixed, own)


def _unlike(rgb_linear: Floats, neighbours: Sequence[Floats]) -> list[int]:
    """Which of the neighbours are not a frame once more."""
    seen, used = [rgb_linear], []
    for place, neighbour in enumerate(neighbours):
        if not any(_is_same(neighbour, each) for each in seen):
            seen.append(neighbour)
            used.append(place)
    return used


def _is_same(one: Floats, other: Floats) -> bool:
    """Their first rows tell grain apart at once."""
    return all(np.array_equal(one[rows], other[rows], equal_nan=True) for rows in (slice(1), slice(1, None)))


def _even(frame: Floats, scales: Sequence[Stabiliser]) -> Floats:
    """Luminance and two colours on the scale where the grain has one strength."""
    return opponents_of(np.stack([scale.forward(frame[..., each]) for each, scale in enumerate(scales)]))


def _stacked(even: list[Floats], covariance: Matrix, part: Part, offsets: tuple[int, ...]) -> Floats:
    """Opponents x frames x rows x columns near the part: the first frame, and the others moved onto it."""
    near = part.near
    stack = np.empty((3, len(even), near.height, near.width), np.float32)
    stack[:, 0] = even[0][:, *near.slices(part.window)]
    if len(even) > 1:
        motions = _motions([frame[0] for frame in even], whitening(covariance), part.corner, offsets)

        def move(place: int) -> None:
            stack[:, place + 1] = aligned(even[place + 1], motions[place], part.corner, near)

        side_by_side(move, range(len(motions)))
    return stack


def _motions(luminances: list[Floats], whitener: Floats, corner: tuple[int, int], offsets: tuple[int, ...]) -> Floats:
    """From the first frame to each of the others: frames x nodes x nodes x 2."""
    ours = Seen.of(luminances[0], whitener, corner)
    known = known_of(ours.half)
    motions = np.empty((len(luminances) - 1, *known.shape[:2], 2), np.float32)

    def find(place: int) -> None:
        motions[place] = motion_between(ours, Seen.of(luminances[place + 1], whitener, corner), known)

    side_by_side(find, range(len(motions)))
    return steadied(motions, known, offsets) if offsets else motions
