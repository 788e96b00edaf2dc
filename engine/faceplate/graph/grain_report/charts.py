"""The plots of a grain report: strength by exposure, spectra, correlations."""

from collections.abc import Iterator

import numpy as np

from faceplate.colour import Conversion
from faceplate.grain import radial_power, sigma_at
from faceplate.graph.grain_report.svg import Axis, Series, decades_of, panels, plot, scale_of
from faceplate.values import Array, Floats, GrainProfile, Matrix

GREY = 0.18  # scene-linear light of the grey card: stops count from here
colours = {"R": "#c8102e", "G": "#1a8f3c", "B": "#1f5fd1"}
widest_stops = (-11.0, 8.0)
points = 161
map_px = 64
deepest_db = -30.0


def strength_chart(profile: GrainProfile) -> str:
    """Standard deviation of the grain over exposure, both scene-linear: the measured bins and the response."""
    stops = stops_shown(profile)
    with np.errstate(divide="ignore", invalid="ignore"):
        measured = np.log2(profile.exposure / GREY)
        bins = np.log10(profile.sigma)
        curves = np.log10(_response(profile, stops))
    series = [*_channels(stops, curves, "line"), *_channels(measured, bins, "dots", named=False)]
    low, high = _ends(np.concatenate([curves.ravel(), bins.ravel()]), (-4.0, -1.0), 0.15)
    y = Axis("standard deviation, scene-linear", low, high, decades_of(low, high))
    return plot("Grain by exposure: dots are measured, lines are used", _stops_axis(stops), y, series)


def encoded_chart(profile: GrainProfile, encode: Conversion) -> str:
    """The same as it stands in the plate's files: in thousandths of the encoding's range, so log grain looks even."""
    stops = stops_shown(profile)
    curves = 1000 * sigma_encoded(profile, GREY * 2**stops, encode)
    low, high = 0.0, max(1e-3, float(np.nanmax(curves, initial=0)) * 1.15)
    y = Axis("standard deviation, thousandths of the encoded range", low, high, scale_of(low, high))
    title = f"The same in {profile.encoding}"
    return plot(title, _stops_axis(stops), y, [*_channels(stops, curves, "line")])


def radial_chart(profile: GrainProfile) -> str:
    """Power over frequency, whatever its direction, relative to the mean: 0 dB everywhere would be white noise."""
    frequency, power = radial_power(profile.kernel, rings=32)
    with np.errstate(divide="ignore"):
        decibels = np.maximum(10 * np.log10(power), -60)
    low, high = _ends(decibels, (-10.0, 10.0), 2.0)
    low = max(low, deepest_db)
    x = Axis("spatial frequency, cycles a pixel", 0.0, 0.5, scale_of(0.0, 0.5))
    return plot("Spectrum", x, Axis("power, dB", low, high, scale_of(low, high)), [*_channels(frequency, decibels)])


def spectrum_maps(profile: GrainProfile) -> Iterator[str]:
    """The power in two dimensions by channel, one row for the mean and one for each exposure zone that was measured."""
    rows = [("Spectrum in two dimensions, whole plate", profile.kernel)]
    for exposure, kernels in zip(profile.zone_exposure, profile.zone_kernel, strict=True):
        rows.append((f"Around {np.log2(exposure / GREY):+.1f} stops", kernels))
    for title, kernels in rows:
        yield panels(title, [(name, _map(kernel)) for name, kernel in zip(colours, kernels, strict=True)])


def stops_shown(profile: GrainProfile) -> Matrix:
    """The exposures that plots run over, in stops from grey: what was measured and a stop to either side."""
    there = profile.exposure[np.isfinite(profile.sigma).any(axis=0)] if profile.exposure.size else profile.exposure
    there = there[there > 0]
    ends = np.log2(np.array([there.min(), there.max()]) / GREY) if there.size else np.array([-5.0, 3.0])
    low, high = np.clip([np.floor(ends[0]) - 1, np.ceil(ends[1]) + 1], *widest_stops)
    return np.linspace(low, high, points)


def sigma_encoded(profile: GrainProfile, exposure: Matrix, encode: Conversion) -> Matrix:
    """Standard deviation of each encoded channel at grey of these exposures, 3 x exposures.

    The encoding is taken as straight over the grain's width; what it mixes of the channels goes by their correlation.
    """
    grey = np.repeat(exposure[:, None], 3, axis=1).astype(np.float32)
    sigma = sigma_at(profile, grey)
    parts = [_seen_of(channel, grey, sigma, encode) for channel in range(3)]
    moved = np.stack(parts, axis=-1).astype(np.float64)
    variance = np.einsum("ncj,ncl,jl->cn", moved, moved, profile.correlation)
    return np.asarray(np.sqrt(np.maximum(variance, 0)))


def _seen_of(channel: int, grey: Floats, sigma: Floats, encode: Conversion) -> Floats:
    """How far the encoded channels move, exposures x 3, where one channel of the light moves by its sigma."""
    step = np.zeros_like(grey)
    step[:, channel] = sigma[:, channel] / 2
    moved: Floats = encode((grey + step)[None])[0] - encode((grey - step)[None])[0]
    return moved


def _response(profile: GrainProfile, stops: Matrix) -> Matrix:
    grey = np.repeat(GREY * 2 ** stops[:, None], 3, axis=1).astype(np.float32)
    return np.asarray(sigma_at(profile, grey).T, np.float64)


def _channels(
    x: Matrix | Floats, rows: Matrix | Floats, style: str = "line", *, named: bool = True
) -> Iterator[Series]:
    for (name, colour), row in zip(colours.items(), rows, strict=True):
        yield Series(name if named else "", colour, x, row, "dots" if style == "dots" else "line")


def _stops_axis(stops: Matrix) -> Axis:
    low, high = float(stops[0]), float(stops[-1])
    whole = range(int(np.ceil(low)), int(np.floor(high)) + 1)
    return Axis(
        "exposure, stops from 18 % grey",
        low,
        high,
        tuple((float(each), f"{each:+d}" if each else "0") for each in whole),
    )


def _ends(values: Matrix, otherwise: tuple[float, float], spare: float) -> tuple[float, float]:
    known = values[np.isfinite(values)]
    return (float(known.min()) - spare, float(known.max()) + spare) if known.size else otherwise


def _map(kernel: Floats) -> Array:
    """Power of a kernel as shades, rows x columns x 3, 8 bit: no frequency in the middle, 0 dB white, -30 dB black."""
    power = np.square(np.abs(np.fft.fftshift(np.fft.fft2(kernel, (map_px, map_px)))))
    peak = power.max()
    with np.errstate(divide="ignore"):
        decibels = 10 * np.log10(power / peak) if peak > 0 else np.full_like(power, deepest_db)
    shade = np.rint(255 * np.clip(1 - decibels / deepest_db, 0, 1)).astype(np.uint8)
    return np.repeat(shade[..., None], 3, axis=-1)
