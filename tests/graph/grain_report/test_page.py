"""A grain report: one file that holds all it shows, says what is wrong first, and plots what was measured."""

import re
from dataclasses import replace

import numpy as np
import pytest
from parsed_svg import parsed

from faceplate.colour import from_working
from faceplate.errors import ColourError
from faceplate.graph.grain_report import Look, grain_page
from faceplate.graph.grain_report.charts import sigma_encoded, stops_shown
from shots import some_grain

GREY_STOPS = np.array([-6.0, -2.0, 0.0, 3.0])
SLOPE, FLOOR = np.array([6e-4, 4e-4, 9e-4]), np.array([4e-6, 2e-6, 8e-6])
SHARED = np.array([[1, 0.4, 0.2], [0.4, 1, 0.35], [0.2, 0.35, 1]])
SOUND = replace(
    some_grain(),
    response=np.stack([SLOPE, FLOOR], axis=1).astype(np.float32),
    correlation=SHARED.astype(np.float32),
)


def plots(page):
    return [parsed(each) for each in re.findall(r"<svg.*?</svg>", page, re.DOTALL)]


def words(page):
    return [each.text for svg in plots(page) for each in svg.iter() if each.text and each.text.strip()]


def test_a_page_fetches_nothing_and_runs_nothing():
    page = grain_page(SOUND, plate="<plate> & co", looks=[Look(1, 4, np.zeros((30, 40, 3), np.uint8))])
    assert "<script" not in page
    assert set(re.findall(r'(?:href|src)="([^"]{5})', page)) == {"data:"}
    assert re.findall(r"https?://[^\"]*", page.replace("http://www.w3.org/2000/svg", "")) == []
    assert "&lt;plate&gt; &amp; co" in page
    assert plots(page)


def test_warnings_stand_before_every_plot():
    page = grain_page(replace(some_grain(), warnings=("the plate is clipped <here>",)))
    assert 0 < page.index("The plate is clipped &lt;here&gt;.") < page.index("<svg")
    assert "Nothing speaks against" not in page


def test_a_sound_profile_is_said_to_be_sound():
    assert "Nothing speaks against this profile." in grain_page(SOUND)


def test_a_plate_without_grain_still_has_a_report():
    none = replace(
        some_grain(),
        exposure=np.empty(0, np.float32),
        sigma=np.empty((3, 0), np.float32),
        response=np.zeros((3, 3), np.float32),
    )
    page = grain_page(none)
    assert "no flat, unclipped place was found" in page.lower()
    assert "nan" not in "".join(re.findall(r'd="([^"]*)"', page))


def test_exposures_below_black_are_left_out_of_the_plots():
    exposure = np.float32([-0.01, 0.045, 0.36])
    page = grain_page(replace(SOUND, exposure=exposure, sigma=np.full((3, 3), 0.01, np.float32)))
    assert len(re.findall("<circle", page)) == 2 * 3


def test_every_figure_of_a_table_has_a_head():
    page = grain_page(SOUND)
    assert page.count('<th scope="row">') == 3 + 3
    assert page.count('<th scope="col">') == 5 + 3 + 3
    assert "<td></td>" in page
    assert "<th></th>" not in page


def test_every_zone_has_its_own_maps():
    profile = SOUND
    zones = replace(
        profile,
        zone_exposure=np.float32([0.045, 0.72]),
        zone_kernel=np.stack([profile.kernel] * 2),
        zone_correlation=np.stack([profile.correlation] * 2),
    )
    titles = [each for each in words(grain_page(zones)) if each.startswith("Around")]
    assert list(dict.fromkeys(titles)) == ["Around -2.0 stops", "Around +2.0 stops"]


def test_the_exposures_shown_are_those_measured_and_a_stop_around():
    sigma = np.full((3, 3), 0.01, np.float32)
    sigma[:, 2] = np.nan
    stops = stops_shown(replace(some_grain(), exposure=np.float32([0.045, 0.36, 2.88]), sigma=sigma))
    assert (stops[0], stops[-1]) == (-3, 2)


def test_noise_in_the_plates_encoding_is_what_noise_in_its_light_becomes():
    # The witness draws correlated noise in the light and encodes it.
    profile, encode = SOUND, from_working(SOUND.encoding)
    exposure = 0.18 * 2.0**GREY_STOPS
    mixed = np.linalg.cholesky(SHARED) @ np.random.default_rng(5).standard_normal((3, 200_000))
    for place, found in zip(exposure, sigma_encoded(profile, exposure, encode).T, strict=True):
        light = place + np.sqrt(SLOPE * place + FLOOR)[:, None] * mixed
        witness = encode(light.T[None].astype(np.float32))[0].std(axis=0)
        # Where noise is wide against the curve's bend, straight is a little off.
        np.testing.assert_allclose(found, witness, rtol=0.1)


def test_an_encoding_that_nobody_knows_is_refused():
    with pytest.raises(ColourError, match="no such space"):
        grain_page(replace(some_grain(), encoding="no such space"))
