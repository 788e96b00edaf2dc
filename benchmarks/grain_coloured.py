"""How strong grain is where light has a colour: plates of real cameras, whose primaries are not the working space's.

Beside ours stands what a profile of the working space gives, where each channel's grain is that of three.
"""

from collections.abc import Iterator

import numpy as np

from faceplate.colour import CameraLight, camera_light, conversion, load_config, scene_linear, to_working, working_light
from faceplate.grain import measure_grain
from faceplate.graph import measure_shot_grain
from faceplate.values import Array, ChannelGroup, Floats, Frame, GrainProfile, Header, Plate, Sample, Window
from grain_engine import new_grain
from grain_figures import GrainFigure
from grain_staged import MODELS, GrainModel, worst_percent

CAMERAS = {
    "ARRI": ("ARRI LogC3 (EI800)", "Linear ARRI Wide Gamut 3"),
    "RED": ("Log3G10 REDWideGamutRGB", "Linear REDWideGamutRGB"),
    "Sony": ("S-Log3 S-Gamut3", "Linear S-Gamut3"),
}
COLOURS = {
    "skin": (0.5, 0.35, 0.28), "lips": (0.3, 0.1, 0.1), "sky": (0.1, 0.2, 0.4), "leaves": (0.06, 0.1, 0.03),
    "red lamp": (0.6, 0.04, 0.02), "green lamp": (0.08, 0.3, 0.1), "blue lamp": (0.02, 0.05, 0.6),
    "black": (0.01,) * 3, "dark": (0.04,) * 3, "grey": (0.18,) * 3, "white": (0.7,) * 3, "bright": (1.2,) * 3,
}  # fmt: skip
ACROSS, SIDE_PX, FRAMES = 4, 256, 6
EDGE_PX = 16  # of a patch, left out: the lens mixes it with its neighbour
SEED = 11


def of_coloured(*, quick: bool) -> Iterator[GrainFigure]:
    """Grain made anew over patches of colour, in the camera's primaries."""
    for camera in list(CAMERAS)[: 1 if quick else None]:
        for model in MODELS.values():
            yield _figure(camera, model)


def _figure(camera: str, model: GrainModel) -> GrainFigure:
    encoding, linear = CAMERAS[camera]
    plate = _plate(encoding, linear, model)
    ours = _ratio(measure_shot_grain(plate, plate.frames), camera_light(encoding), encoding, model)
    working = _ratio(_in_working(plate), working_light, encoding, model)
    row, channel = np.unravel_index(int(np.abs(ours - 1).argmax()), ours.shape)
    beside = f"{'RGB'[channel]} of {list(COLOURS)[row]}: {ours[row, channel]:.3f} of the truth; "
    beside += f"in the working space {worst_percent(working, np.ones_like(working)):.0f} %"
    return GrainFigure(
        f"coloured: response, worst % ({model.name}, {camera})", worst_percent(ours, np.ones_like(ours)), beside
    )


def _plate(encoding: str, linear: str, model: GrainModel) -> Plate:
    """A plate in memory: every colour a patch, grain as the camera's own channels have it."""
    encode, shown = conversion(linear, encoding), _patches()
    window = Window(0, 0, shown.shape[1], shown.shape[0])
    header = Header("openexr", window, window, ("R", "G", "B"), (Sample.HALF,) * 3)

    def read(number: int) -> Frame:
        exposed = model.exposed(shown, np.random.default_rng((SEED, number)))
        pixels = encode(exposed.astype(np.float32)).astype(np.float16)
        return Frame(number, "patches", header, (ChannelGroup(("R", "G", "B"), pixels),))

    return Plate("patches", tuple(range(FRAMES)), encoding, read)


def _patches() -> Array:
    grid = np.array(list(COLOURS.values())).reshape(-1, ACROSS, 3)
    return np.repeat(np.repeat(grid, SIDE_PX, axis=0), SIDE_PX, axis=1)


def _in_working(plate: Plate) -> GrainProfile:
    encoding = str(plate.encoding)
    frames = ((number, plate.read(number).groups[0].pixels) for number in plate.frames)
    return measure_grain(frames, to_working(encoding), encoding)


def _ratio(profile: GrainProfile, light: CameraLight, encoding: str, model: GrainModel) -> Array:
    """The deviation in the camera's primaries over the truth, colours x channels."""
    comp = conversion(dict(CAMERAS.values())[encoding], scene_linear(load_config()))(_patches().astype(np.float32))
    made = []
    for frame in range(FRAMES):
        before = light.camera(comp)
        made.append(light.changed(comp, before, before + new_grain(before, profile, frame)))
    seen: Floats = camera_light(encoding).camera(np.concatenate(made)) - np.tile(_patches(), (FRAMES, 1, 1))
    inner = slice(EDGE_PX, -EDGE_PX)
    by_patch = seen.reshape(FRAMES, -1, SIDE_PX, ACROSS, SIDE_PX, 3)[:, :, inner, :, inner]
    sigma = by_patch.std(axis=(0, 2, 4)).reshape(-1, 3)
    return np.asarray(sigma / model.sigma(np.array(list(COLOURS.values()))))
