"""The power, likeness and repeats of a field of grain, beside what a known autocovariance makes of the same window."""

import numpy as np

from faceplate.values import Array, Matrix

SIDE_PX = 64
ENERGY = 0.95
NEAR_PX = 32  # lags that the grain itself may reach


def power(grain: Array) -> Matrix:
    """The mean periodogram of each channel over half-overlapping Hann windows, 3 x SIDE_PX x SIDE_PX; area 1."""
    window = _window()
    starts = [range(0, length - SIDE_PX + 1, SIDE_PX // 2) for length in grain.shape[:2]]
    total = np.zeros((3, SIDE_PX, SIDE_PX))
    for top in starts[0]:
        row = [grain[top : top + SIDE_PX, left : left + SIDE_PX] for left in starts[1]]
        blocks = np.moveaxis(np.stack(row), -1, 1) * window
        total += np.sum(np.abs(np.fft.fft2(blocks)) ** 2, axis=0)
    return total / total.mean(axis=(1, 2), keepdims=True)


def expected_power(covariance: Matrix) -> Matrix:
    """What `power` tends to for grain of this covariance (3 x 3 x lags x lags)."""
    reach = (2 * SIDE_PX, 2 * SIDE_PX)
    overlap = np.fft.irfft2(np.abs(np.fft.rfft2(_window(), reach)) ** 2, reach)
    lag = np.fft.fftfreq(SIDE_PX, 1 / SIDE_PX).astype(int)
    near = overlap[np.ix_(lag, lag)]
    found = np.stack([np.fft.fft2(covariance[each, each] * near).real for each in range(3)])
    return found / found.mean(axis=(1, 2), keepdims=True)


def band(true: Matrix) -> Array:
    """The frequencies that hold ENERGY of one channel's power, strongest first; bool, SIDE_PX square."""
    order = np.argsort(true, axis=None)[::-1]
    inside = np.cumsum(true.ravel()[order]) <= ENERGY * true.sum()
    chosen = np.zeros(true.size, bool)
    chosen[order[inside]] = True
    return chosen.reshape(true.shape)


def worst_2d_db(found: Matrix, true: Matrix) -> float:
    """Over the band and all channels."""
    pairs = zip(found, true, strict=True)
    return max(float(np.abs(10 * np.log10(ours / aim))[band(aim)].max()) for ours, aim in pairs)


def worst_radial_db(found: Matrix, true: Matrix) -> float:
    """Over all rings that lie in the band, and all channels."""
    across = np.fft.fftfreq(SIDE_PX)
    ring = np.rint(np.hypot(across[:, None], across) * SIDE_PX).astype(int)
    worst = []
    for ours, aim in zip(found, true, strict=True):
        means = np.array([[plane[ring == each].mean() for each in range(1, SIDE_PX // 2)] for plane in (ours, aim)])
        heard = means[1] >= aim[band(aim)].min()
        worst.append(np.abs(10 * np.log10(means[0] / means[1]))[heard].max())
    return float(max(worst))


def correlation(grain: Array) -> Matrix:
    """3 x 3."""
    return np.corrcoef(grain.reshape(-1, 3).T)


def likeness(one: Array, other: Array) -> float:
    """The strongest correlation, of any channel, between two pictures of one size."""
    return max(abs(float(np.corrcoef(a.ravel(), b.ravel())[0, 1])) for a, b in zip(one.T, other.T, strict=True))


def repeats(fields: list[Array]) -> float:
    """The highest peak, of any channel, of the frames' mean autocorrelation beyond what grain itself reaches."""
    lags = np.mean([_autocorrelation(grain) for grain in fields], axis=0)
    lags[:, :NEAR_PX, :NEAR_PX] = lags[:, -NEAR_PX:, :NEAR_PX] = 0
    return float(np.abs(lags).max())


def _autocorrelation(grain: Array) -> Matrix:
    """Each channel's at lags up to a half of the field: rows wrapped round, columns from 0."""
    reach = [length // 2 for length in grain.shape[:2]]
    size = [length + half for length, half in zip(grain.shape[:2], reach, strict=True)]
    down = np.arange(-reach[0], reach[0])
    counts = np.outer(grain.shape[0] - np.abs(down), grain.shape[1] - np.arange(reach[1]))
    planes = []
    for plane in np.moveaxis(grain, -1, 0):
        waves = np.fft.rfft2(plane - plane.mean(), size)
        products = np.fft.irfft2(np.abs(waves) ** 2, size)
        planes.append(np.fft.ifftshift(products[down][:, : reach[1]] / (counts * max(plane.var(), 1e-30)), axes=0))
    return np.stack(planes)


def _window() -> Matrix:
    line = np.hanning(SIDE_PX + 1)[:-1]
    return np.asarray(np.outer(line, line))


def lattice(fields: list[Array], step_px: int) -> float:
    """The strongest mean autocorrelation of any channel one to four steps of a lattice down or across."""
    lags = np.mean([_autocorrelation(grain) for grain in fields], axis=0)
    steps = step_px * np.arange(1, 5)
    return float(max(np.abs(lags[:, steps, 0]).max(), np.abs(lags[:, 0, steps]).max()))
