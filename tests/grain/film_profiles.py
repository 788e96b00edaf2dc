"""A profile that has a value in every field: film, told by curves."""

from dataclasses import replace

import numpy as np
from grain_models import SILVER
from grain_plates import KERNELS, TRUTH

from faceplate.grain.response.response import Curve, Response, response_fields

FIRST = ("exposure", "sigma", "response", "kernel", "correlation")
LATER = ("curve_exposure", "curve_sigma", "measured", "zone_exposure", "zone_kernel", "zone_correlation")
TENSORS = (*FIRST, *LATER, "time_correlation")
TEXTS = ("encoding", "frames", "models", "warnings", "light")


def film_profile():
    """Curves, two zones of exposure, one unmeasured bin, a warning."""
    sigma = TRUTH.profile().sigma.copy()
    sigma[1, 2] = np.nan
    exposure = np.append(0, np.geomspace(1e-3, 4, 40))
    true = SILVER.sigma(np.repeat(exposure[:, None], 3, axis=1)).T
    curves = [Response(1e-4, 1e-6, 1e-3, Curve(exposure, each), (0.001, 2.0)) for each in true]
    return replace(
        TRUTH.profile(),
        sigma=sigma,
        **response_fields(curves),
        zone_exposure=np.float32([0.05, 0.8]),
        zone_kernel=np.stack([KERNELS, KERNELS[::-1]]).astype(np.float32),
        zone_correlation=np.stack([TRUTH.correlation, np.eye(3)]).astype(np.float32),
        time_correlation=np.float32([0.01, 0.0, np.nan]),
        light="camera",
        warnings=("the plate is clipped at 1.0: \u00fcber",),
    )


def assert_same(one, other):
    for name in TENSORS:
        assert np.array_equal(getattr(one, name), getattr(other, name), equal_nan=True), name
        assert getattr(one, name).dtype == np.float32
    for name in TEXTS:
        assert getattr(one, name) == getattr(other, name)
