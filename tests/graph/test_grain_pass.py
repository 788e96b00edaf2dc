import weakref
from dataclasses import replace

import numpy as np
import pytest

from faceplate.errors import CallError, PlateError
from faceplate.grain import FaceDegrainSettings, FaceRegrainSettings
from faceplate.graph import apply_grain, grain_apply, grain_pass, open_encoded_plate, remove_grain, run_grain_pass
from faceplate.plate import default_workers, open_plate, write_frame
from faceplate.values import ChannelGroup, Frame, Header, Plate, Sample, Window
from shots import ENCODING, SIZE, plate_frame, some_grain, write_plate

FRAMES = (1001, 1002)
LOST = Window(200, 100, 400, 250)
WHOLE = Window(0, 0, *SIZE)


@pytest.fixture(scope="module")
def plate(tmp_path_factory):
    return open_encoded_plate(write_plate(tmp_path_factory.mktemp("plate"), FRAMES), None, ENCODING)


@pytest.fixture(scope="module")
def clean(plate, tmp_path_factory):
    """The plate without grain, made by the pass that removes it."""
    output = str(tmp_path_factory.mktemp("clean") / "c.%04d.exr")
    run_grain_pass(remove_grain(plate, some_grain(), FaceDegrainSettings(), output))
    return open_encoded_plate(output, None, ENCODING)


def write_matte(folder, coverage, *, sample=Sample.HALF, suffix="exr", frames=FRAMES, channels=("A",)):
    """A matte sequence of `coverage` (rows x columns, 0 to 1), in integer codes where the sample asks for them."""
    folder.mkdir(parents=True)
    codes = coverage if sample.top_code is None else np.rint(coverage * sample.top_code)
    pixels = np.repeat(codes.astype(sample.dtype)[..., None], len(channels), axis=-1)
    window = Window(0, 0, coverage.shape[1], coverage.shape[0])
    file_format = {"exr": "openexr", "dpx": "dpx"}[suffix]
    header = Header(file_format, window, window, channels, (sample,) * len(channels))
    for number in frames:
        frame = Frame(number, "generated", header, (ChannelGroup(channels, pixels),))
        write_frame(frame, folder / f"m.{number}.{suffix}")
    return str(folder / f"m.%04d.{suffix}")


def a_matte(share=1.0):
    coverage = np.zeros((SIZE[1], SIZE[0]))
    coverage[LOST.slices(WHOLE)] = share
    return coverage


def grained(comp, output, **about):
    """The comp with grain, as stored, all frames."""
    settings = about.pop("settings", FaceRegrainSettings())
    run_grain_pass(apply_grain(comp, profile=some_grain(), settings=settings, output=str(output), **about))
    back = open_plate(str(output))
    return np.array([back.read(number).stored(WHOLE) for number in comp.frames])


def stored(plate):
    return np.array([plate.read(number).stored(WHOLE) for number in plate.frames])


def counting(plate, reads):
    return replace(plate, reader=lambda number: (reads.append(number), plate.reader(number))[1])


def test_grain_taken_out_and_put_back_is_the_plate_bit_for_bit(plate, clean, tmp_path):
    assert not np.array_equal(stored(clean), stored(plate))
    back = grained(clean, tmp_path / "back" / "b.%04d.exr", plate=plate, clean=clean)
    assert back.tobytes() == stored(plate).tobytes()


def test_new_grain_comes_inside_the_matte_and_nothing_changes_outside(clean, tmp_path):
    matte = write_matte(tmp_path / "matte", a_matte())
    before, after = stored(clean), grained(clean, tmp_path / "out" / "o.%04d.exr", matte=matte)
    rows, columns = LOST.slices(WHOLE)
    assert (before != after)[:, rows, columns].any(axis=-1).mean() > 0.9
    after[:, rows, columns] = before[:, rows, columns]
    assert after.tobytes() == before.tobytes()


@pytest.mark.parametrize("broken", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("carried", [True, False])
def test_a_broken_pixel_outside_the_matte_leaves_as_it_came(clean, tmp_path, broken, carried):
    frame = plate_frame(1001)
    frame.groups[0].pixels[20, 30, 1] = broken
    write_frame(frame, tmp_path / "comp.1001.exr")
    comp = open_encoded_plate(str(tmp_path / "comp.%04d.exr"), None, ENCODING)
    matte = write_matte(tmp_path / "matte", a_matte())
    pair = {"plate": comp, "clean": clean} if carried else {}
    after = grained(comp, tmp_path / "out" / "o.%04d.exr", matte=matte, **pair)
    assert after[:, 20, 30].tobytes() == stored(comp)[:, 20, 30].tobytes()


@pytest.mark.parametrize("carried", [True, False])
def test_an_integer_matte_weighs_as_the_same_matte_in_float(plate, clean, tmp_path, carried):
    # 341 of 1023 is a third; a float holds the same third.
    in_codes = write_matte(
        tmp_path / "codes", a_matte(341 / 1023), sample=Sample.UINT10, suffix="dpx", channels=("R", "G", "B")
    )
    in_float = write_matte(tmp_path / "float", a_matte(341 / 1023), sample=Sample.FLOAT)
    pair = {"plate": plate, "clean": clean} if carried else {}
    results = [
        grained(clean, tmp_path / name / "o.%04d.exr", matte=matte, **pair)
        for name, matte in (("one", in_codes), ("other", in_float))
    ]
    assert results[0].tobytes() == results[1].tobytes()
    assert results[0].tobytes() != grained(clean, tmp_path / "full" / "o.%04d.exr", **pair).tobytes()


def test_nan_in_a_matte_counts_as_outside(plate, clean, tmp_path):
    matte = write_matte(tmp_path / "matte", a_matte(np.nan))
    after = grained(clean, tmp_path / "out" / "o.%04d.exr", matte=matte, plate=plate, clean=clean)
    assert after.tobytes() == stored(clean).tobytes()


@pytest.mark.parametrize("carried", [True, False])
def test_bands_do_not_show(plate, clean, tmp_path, monkeypatch, carried):
    ramp = np.linspace(-0.2, 1.2, SIZE[1])[:, None].clip(0, 1) + np.zeros(SIZE[0])
    matte, pair = write_matte(tmp_path / "matte", ramp), {"plate": plate, "clean": clean} if carried else {}
    comp = open_encoded_plate(write_plate(tmp_path / "comp", FRAMES, sample=Sample.FLOAT), None, ENCODING)
    results = []
    for rows in (grain_pass.band_rows, 37):
        monkeypatch.setattr(grain_pass, "band_rows", rows)
        results.append(grained(comp, tmp_path / f"out{rows}" / "o.%04d.exr", matte=matte, **pair))
    assert results[0].tobytes() == results[1].tobytes()


def test_bands_do_not_show_where_grain_is_removed(plate, clean, tmp_path, monkeypatch):
    monkeypatch.setattr(grain_pass, "band_rows", 119)
    output = str(tmp_path / "again" / "c.%04d.exr")
    run_grain_pass(remove_grain(plate, some_grain(), FaceDegrainSettings(), output))
    np.testing.assert_array_equal(stored(open_plate(output)), stored(clean))


def test_every_input_frame_is_read_once(plate, clean, tmp_path, monkeypatch):
    monkeypatch.setattr(grain_pass, "band_rows", 50)
    matte, reads = write_matte(tmp_path / "matte", a_matte()), {"comp": [], "plate": [], "clean": [], "matte": []}
    monkeypatch.setattr(grain_apply, "open_plate", lambda source: counting(open_plate(source), reads["matte"]))
    run_grain_pass(
        apply_grain(
            counting(clean, reads["comp"]),
            plate=counting(plate, reads["plate"]),
            clean=counting(clean, reads["clean"]),
            matte=matte,
            profile=some_grain(),
            settings=FaceRegrainSettings(),
            output=str(tmp_path / "out" / "o.%04d.exr"),
        )
    )
    assert {role: sorted(numbers) for role, numbers in reads.items()} == {role: list(FRAMES) for role in reads}


@pytest.mark.parametrize("role", ["plate", "clean", "matte"])
def test_an_input_that_lacks_a_frame_is_refused_before_anything_is_written(plate, clean, tmp_path, role):
    given = {"plate": plate, "clean": clean, "matte": write_matte(tmp_path / "matte", a_matte(), frames=FRAMES[:1])}
    if role != "matte":
        given |= {role: replace(given[role], frames=FRAMES[:1]), "matte": None}
    with pytest.raises(PlateError, match=r"expected the comp's frames 1001-1002; came missing 1002\. Next: restore"):
        grained(clean, tmp_path / "out" / "o.%04d.exr", **given)
    assert not (tmp_path / "out").exists()


def test_a_clean_plate_without_its_plate_is_refused(clean, tmp_path):
    with pytest.raises(CallError, match=r"expected the plate beside its clean plate; came a clean plate alone"):
        grained(clean, tmp_path / "out" / "o.%04d.exr", clean=clean)
    assert not (tmp_path / "out").exists()


def test_a_matte_of_another_format_is_refused(clean, tmp_path):
    matte = write_matte(tmp_path / "matte", np.ones((180, 320)))
    with pytest.raises(PlateError, match=r"expected a picture of 640x360, as .*; came 320x180"):
        grained(clean, tmp_path / "out" / "o.%04d.exr", matte=matte)


def test_the_plate_is_not_read_without_a_clean_plate(plate, clean, tmp_path):
    reads = []
    grained(clean, tmp_path / "out" / "o.%04d.exr", plate=counting(plate, reads))
    assert not reads


def test_a_pass_waits_for_the_frames_that_are_not_there(clean, tmp_path):
    def a_pass(comp=clean, **about):
        output = str(tmp_path / "out" / "o.%04d.exr")
        return apply_grain(comp, profile=some_grain(), settings=FaceRegrainSettings(**about), output=output)

    assert run_grain_pass(a_pass(replace(clean, frames=FRAMES[:1]))) == FRAMES[:1]
    assert a_pass().waiting() == FRAMES[1:]
    assert a_pass().waiting(anew=True) == FRAMES
    assert a_pass(amount=0.5).waiting() == FRAMES
    assert run_grain_pass(a_pass()) == FRAMES[1:]
    assert a_pass().waiting() == ()


@pytest.mark.parametrize("role", ["plate", "clean"])
def test_an_input_in_another_encoding_makes_another_job(plate, clean, tmp_path, role):
    given = {"plate": plate, "clean": clean}
    other = given | {role: replace(given[role], encoding="ACEScct")}
    jobs = [
        apply_grain(
            clean, **pair, profile=some_grain(), settings=FaceRegrainSettings(), output=str(tmp_path / "o.%04d.exr")
        ).delivery.job
        for pair in (given, other)
    ]
    assert jobs[0].digest != jobs[1].digest
    assert jobs[1].inputs[role]["encoding"] == "ACEScct"


def test_grain_on_the_brightest_halves_makes_no_infinity(tmp_path):
    folder = tmp_path / "bright"
    folder.mkdir()
    frame = plate_frame(1001)
    frame.groups[0].pixels[50:80, 50:80] = 65504.0
    write_frame(frame, folder / "plate.1001.exr")
    comp = open_encoded_plate(str(folder / "plate.%04d.exr"), None, "ACEScg")
    after = grained(comp, tmp_path / "out" / "o.%04d.exr")
    assert not np.array_equal(after, stored(comp))
    assert np.isfinite(after).all()


@pytest.mark.parametrize("count", [12, 36])
def test_as_few_frames_of_a_long_plate_are_held_as_of_a_short_one(tmp_path, count):
    alive, most, small = weakref.WeakValueDictionary(), [], Window(0, 0, 48, 40)

    def read(number):
        frame = plate_frame(number, data=small)
        alive[number] = frame.groups[0]
        most.append(len(alive))
        return frame

    plate = Plate("generated", tuple(range(1, count + 1)), ENCODING, read)
    settings = FaceDegrainSettings(frames=5)
    run_grain_pass(remove_grain(plate, some_grain(), settings, str(tmp_path / "out" / "o.%04d.exr")))
    assert len(most) == count
    # Those that are kept for neighbours, and those on their way through reading, work and writing.
    assert max(most) <= 2 * (2 + default_workers) + 3 * default_workers + 1


def test_grain_goes_where_the_matte_says_and_half_of_it_where_that_is_half(plate, clean, tmp_path):
    coverage = a_matte(0.5)
    inner = Window(250, 130, 300, 200)
    coverage[inner.slices(WHOLE)] = 1
    matte = write_matte(tmp_path / "matte", coverage)
    output = str(tmp_path / "o.%04d.exr")
    run_grain_pass(remove_grain(plate, some_grain(), FaceDegrainSettings(), output, matte=matte))
    made = stored(open_encoded_plate(output, None, ENCODING))
    outside = coverage == 0
    assert np.array_equal(made[:, outside], stored(plate)[:, outside])
    assert np.array_equal(made[:, coverage == 1], stored(clean)[:, coverage == 1])
    area = LOST.slices(WHOLE)
    gone = [np.std(each[:, *area] - stored(clean)[:, *area]) for each in (made, stored(plate))]
    assert 0.4 < gone[0] / gone[1] < 0.5


def test_a_matte_without_the_frames_of_the_plate_is_refused(plate, tmp_path):
    matte = write_matte(tmp_path / "matte", a_matte(), frames=FRAMES[:1])
    with pytest.raises(PlateError, match="the plate's frames"):
        remove_grain(plate, some_grain(), FaceDegrainSettings(), str(tmp_path / "o.%04d.exr"), matte=matte)


def test_frames_beyond_a_range_are_neighbours_too(plate, tmp_path):
    reads = []
    whole = counting(plate, reads)
    part = replace(whole, frames=FRAMES[:1])
    run_grain_pass(remove_grain(part, some_grain(), FaceDegrainSettings(), str(tmp_path / "o.%04d.exr"), whole=whole))
    assert sorted(reads) == list(FRAMES)
    assert [path.name for path in tmp_path.glob("*.exr")] == ["o.1001.exr"]
    reads.clear()
    alone = FaceDegrainSettings(frames=1)
    run_grain_pass(remove_grain(part, some_grain(), alone, str(tmp_path / "a.%04d.exr"), whole=whole))
    assert reads == [FRAMES[0]]


@pytest.mark.parametrize(("stereo", "alike"), [("other pattern", False), ("same pattern", True)])
def test_new_grain_of_a_stereo_view_is_its_own_unless_told_otherwise(clean, tmp_path, stereo, alike):
    settings = FaceRegrainSettings(stereo=stereo)
    left, right = (
        grained(replace(clean, view=view), tmp_path / view / "o.%04d.exr", settings=settings)
        for view in ("left", "right")
    )
    assert np.array_equal(left, right) == alike


def test_a_pass_on_a_gpu_is_another_job_and_tells_of_its_torch(plate, tmp_path):
    jobs = {
        device: remove_grain(
            plate, some_grain(), FaceDegrainSettings(), str(tmp_path / "o.%04d.exr"), device=device
        ).delivery.job
        for device in ("cpu", "cuda")
    }
    assert set(jobs["cuda"].inputs) - set(jobs["cpu"].inputs) == {"degrain"}
    assert jobs["cuda"].inputs["degrain"]["device"] == "cuda"
    assert jobs["cuda"].digest != jobs["cpu"].digest
