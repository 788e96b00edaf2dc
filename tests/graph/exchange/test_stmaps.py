from dataclasses import replace

import numpy as np
import pytest
from scipy.ndimage import map_coordinates

from exchange_tracks import FRAMES, SIZE, UNSEEN, moving_track, read_node, textured, write_picture
from faceplate.align import crop_matrix, fit_alignment, resample, transform
from faceplate.errors import CallError
from faceplate.graph.exchange import CropMaps, FaceWarp, STMapSettings, keyed, open_map_sequence
from faceplate.graph.render import Box, Session
from faceplate.graph.script import Script, ScriptNode
from faceplate.models import CropGeometry
from faceplate.plate import read_frame
from faceplate.track.topology import irises, mesh_to_68
from faceplate.values import Window
from shots import known_track

SIDE = 256
MARGIN = 0.4
SKIN = [point for point in range(478) if point not in irises]


def places_of(made):
    """Where a map reads, in pixels from the top left, of a picture of `size`."""
    return lambda size: np.stack([made.rgba[..., 0] * size[0], (1 - made.rgba[..., 1].astype(float)) * size[1]], -1)


def read_at(places, window, points):
    """The places at points of a map's own picture."""
    at = [points[..., 1] - 0.5 - window.top, points[..., 0] - 0.5 - window.left]
    return np.stack([map_coordinates(places[..., axis], at, order=1, mode="nearest") for axis in (0, 1)], -1)


@pytest.mark.parametrize("aspect", [1.0, 2.0])
def test_the_map_of_a_crop_reads_where_the_alignment_says(aspect):
    track = moving_track(aspect)
    made = CropMaps(track, track.people[0], SIDE, MARGIN).to_crop(3)
    places = places_of(made)(SIZE)
    matrix = crop_matrix(track.people[0].alignment[3], CropGeometry(1 + 2 * MARGIN, (0.5, 0.5)), SIDE)
    x, y = np.meshgrid(np.arange(SIDE) + 0.5, np.arange(SIDE) + 0.5)
    np.testing.assert_allclose(transform(matrix, places), np.stack([x, y], -1), atol=2e-3)
    assert (made.size, made.pixel_aspect) == ((SIDE, SIDE), 1.0)
    assert (made.rgba[..., 3] == 1).all()


@pytest.mark.parametrize("aspect", [1.0, 2.0])
def test_to_the_crop_and_back_is_where_one_began(aspect):
    track = moving_track(aspect)
    maps = CropMaps(track, track.people[0], SIDE, MARGIN)
    there, back = maps.to_crop(1), maps.to_plate(1)
    in_crop = places_of(back)((SIDE, SIDE))
    covered = back.rgba[..., 3] == 1
    again = read_at(places_of(there)(SIZE), there.window, in_crop[covered])
    rows, columns = np.nonzero(covered)
    began = np.stack([columns + 0.5 + back.window.left, rows + 0.5 + back.window.top], -1)
    inside = ((in_crop[covered] > 1) & (in_crop[covered] < SIDE - 1)).all(-1)
    np.testing.assert_allclose(again[inside], began[inside], atol=2e-3)
    assert back.size == SIZE
    assert back.pixel_aspect == aspect


def test_a_crop_past_the_plates_edge_covers_no_more_than_there_is():
    track = moving_track(place=(60.0, 60.0))
    maps = CropMaps(track, track.people[0], SIDE, MARGIN)
    covered = maps.to_crop(0).rgba[..., 3]
    assert 0 < covered.mean() < 1
    window = maps.to_plate(0).window
    assert window.left == window.top == 0
    assert window == window.intersect(Window(0, 0, *SIZE))


def test_where_nobody_is_seen_nothing_is_covered():
    track = moving_track()
    row = FRAMES.index(UNSEEN)
    maps, warp = CropMaps(track, track.people[0], SIDE, MARGIN), FaceWarp(track, track.people[0], 0)
    for made in (maps.to_crop(row), maps.to_plate(row), warp.onto_frame(row), warp.onto_reference(row)):
        assert not made.rgba[..., 3].any()


def rendered(tmp_path, picture, maps, frame, aspect, channel="rgba.red"):
    """What Nuke's STMap makes of a picture by a map that was written: our own renderer's, rows from the top."""
    write_picture(tmp_path / "picture.exr", picture, aspect)
    maps.write()
    knobs = {"inputs": "2", "uv": "rgba", "channels": "rgba", "filter": "Keys", "name": "Last"}
    script = Script((
        read_node(tmp_path / "picture.exr", "Picture"),
        read_node(maps.delivery.path(frame), "Map"),
        ScriptNode("STMap", tuple(knobs.items()), inputs=(0, 1)),
    ))  # fmt: skip
    session = Session(script)
    source = session.pull().source(session.named("Last"), frame)
    size = source.info.format
    return source.plane(Box(0, 0, size.width, size.height), channel)[::-1]


def sequence(track, tmp_path, frames=FRAMES, reference=None, **settings):
    path = keyed(track, track.people[0], track.frames, reference)
    made = STMapSettings(**{"size": SIDE, "margin": MARGIN, **settings})
    return open_map_sequence(path, frames, made, str(tmp_path / "st.%04d.exr"), tmp_path / "one.track")


@pytest.mark.parametrize("aspect", [1.0, 2.0])
def test_nukes_stmap_cuts_the_crop_that_our_resampling_cuts(tmp_path, aspect):
    track, picture = moving_track(aspect), textured(*SIZE)
    seen = rendered(tmp_path, picture, sequence(track, tmp_path), 1005, aspect)
    matrix = crop_matrix(track.people[0].alignment[3], CropGeometry(1 + 2 * MARGIN, (0.5, 0.5)), SIDE)
    expected = resample(np.dstack([picture] * 3), Window(0, 0, *SIZE), matrix, Window(0, 0, SIDE, SIDE))[..., 0]
    steepest = np.abs(np.gradient(picture)).max()
    assert seen.shape == (SIDE, SIDE)
    assert np.abs(seen - expected)[4:-4, 4:-4].max() < 0.1 * steepest


def test_nukes_stmap_puts_the_crop_back(tmp_path):
    track, picture = moving_track(), textured(*SIZE)
    crop = rendered(tmp_path, picture, sequence(track, tmp_path / "to"), 1002, 1.0)
    back = sequence(track, tmp_path / "back", inverse=True)
    seen = rendered(tmp_path, crop, back, 1002, 1.0)
    covered = CropMaps(track, track.people[0], SIDE, MARGIN).to_plate(1)
    rows, columns = covered.window.slices(Window(0, 0, *SIZE))
    inside = np.zeros(SIZE[::-1], bool)
    inside[rows, columns] = covered.rgba[..., 3] == 1
    inside[1:-1, 1:-1] &= inside[2:, 1:-1] & inside[:-2, 1:-1] & inside[1:-1, 2:] & inside[1:-1, :-2]
    assert inside.sum() > 20_000
    assert np.abs(seen - picture)[inside].max() < 0.1 * np.abs(np.gradient(picture)).max()


@pytest.mark.parametrize("aspect", [1.0, 2.0])
def test_the_warp_carries_each_landmark_to_its_place(aspect):
    track = moving_track(aspect, bend_px=1.0)
    warp, landmarks = FaceWarp(track, track.people[0], 0), track.people[0].landmarks_plate
    for row in (1, 3):
        there = places_of(warp.onto_reference(row))(SIZE)
        found = read_at(there, Window(0, 0, *SIZE), landmarks[0].astype(float))
        missed = np.linalg.norm((found - landmarks[row]) * [aspect, 1], axis=1)[SKIN]
        assert missed.mean() < 0.1
        assert missed.max() < 0.7


@pytest.mark.parametrize("aspect", [1.0, 2.0])
def test_the_warp_there_and_back_is_where_one_began_and_far_away_nothing_moves(aspect):
    track = moving_track(aspect, bend_px=1.0, place=(220.0, 190.0), away_px=(8.0, -3.0))
    warp = FaceWarp(track, track.people[0], 0)
    for row in (1, 3):
        there, back = (places_of(made)(SIZE) for made in (warp.onto_frame(row), warp.onto_reference(row)))
        landmarks = track.people[0].landmarks_plate[row]
        x, y = np.meshgrid(*(np.arange(landmarks[:, axis].min(), landmarks[:, axis].max(), 1.7) for axis in (0, 1)))
        points = np.stack([x, y], -1)
        again = read_at(back, Window(0, 0, *SIZE), read_at(there, Window(0, 0, *SIZE), points))
        assert np.linalg.norm(again - points, axis=-1).max() < 0.05
        edge = there[:, -8:] - np.stack(np.meshgrid(np.arange(SIZE[0])[-8:] + 0.5, np.arange(SIZE[1]) + 0.5), -1)
        assert np.abs(edge).max() < 1e-3
        assert not warp.onto_frame(row).rgba[:, -8:, 3].any()


@pytest.mark.parametrize(("zoom", "roll_deg", "aspect"), [(2.0, 0.0, 1.0), (3.0, 20.0, 1.0), (1.2, -85.0, 2.0)])
def test_a_face_that_comes_close_or_lies_down_folds_no_pixel_over_another(zoom, roll_deg, aspect):
    """The determinant of the map's slopes is above 0 wherever it moves anything, the fade around the face included."""
    face, turn = known_track((1,), face_px=20.0, pixel_aspect=aspect).people[0], np.radians(roll_deg)
    square = [aspect, 1.0]
    middle = face.landmarks_plate[0].mean(axis=0) * square
    linear = zoom * np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    after = ((face.landmarks_plate[0] * square - middle) @ linear.T + middle + [6.0, -4.0]) / square
    alignment = [fit_alignment(points[list(mesh_to_68)], aspect) for points in (face.landmarks_plate[0], after)]
    person = replace(
        known_track((1, 2), pixel_aspect=aspect).people[0],
        landmarks_plate=np.stack([face.landmarks_plate[0], after]).astype(np.float32),
        alignment=np.array(alignment),
    )
    warp = FaceWarp(replace(known_track((1, 2), pixel_aspect=aspect), people=(person,)), person, 0)
    there, back = (places_of(made)(SIZE) for made in (warp.onto_frame(1), warp.onto_reference(1)))
    for field in (there, back):
        across, down = np.gradient(field, axis=1), np.gradient(field, axis=0)
        assert (across[..., 0] * down[..., 1] - across[..., 1] * down[..., 0]).min() > 0
    # So much is what reading between the map's pixels in straight lines leaves beside a face of 20 px.
    inner = there[40:-40, 40:-40]
    x, y = np.meshgrid(np.arange(40, SIZE[0] - 40) + 0.5, np.arange(40, SIZE[1] - 40) + 0.5)
    again = read_at(back, Window(0, 0, *SIZE), inner)
    assert np.linalg.norm(again - np.stack([x, y], -1), axis=-1).max() < 0.15


def test_nukes_stmap_lays_the_reference_frames_face_on_the_frame(tmp_path):
    """The picture is painted with where it is; what is seen at each landmark is where the reference has it."""
    track = moving_track(bend_px=1.0)
    y, x = np.mgrid[: SIZE[1], : SIZE[0]].astype(np.float32) + 0.5
    landmarks = track.people[0].landmarks_plate
    for axis, plane in enumerate((x, y)):
        maps = sequence(track, tmp_path / str(axis), frames=(1005,), map="warp")
        seen = rendered(tmp_path, plane, maps, 1005, 1.0)[..., None]
        found = read_at(np.dstack([seen, seen]), Window(0, 0, *SIZE), landmarks[3].astype(float))[:, 0]
        assert np.abs(found - landmarks[0, :, axis])[SKIN].max() < 0.7
        assert np.abs(found - landmarks[0, :, axis])[SKIN].mean() < 0.1


def test_a_shape_that_would_fold_is_made_smoother_until_it_does_not():
    track = moving_track(bend_px=12.0)
    warp = FaceWarp(track, track.people[0], 0)
    there, back = (places_of(made)(SIZE) for made in (warp.onto_frame(3), warp.onto_reference(3)))
    x, y = np.meshgrid(np.arange(320, 420, 3.3), np.arange(120, 200, 3.3))
    points = np.stack([x, y], -1)
    again = read_at(back, Window(0, 0, *SIZE), read_at(there, Window(0, 0, *SIZE), points))
    assert np.linalg.norm(again - points, axis=-1).max() < 0.1


def test_the_files_are_float_with_the_plates_format_and_go_on_where_they_were_stopped(tmp_path):
    track = moving_track(2.0)
    maps = sequence(track, tmp_path, inverse=True)
    assert maps.write() == list(FRAMES)
    header = read_frame(tmp_path / "st.1005.exr", 1005).header
    assert header.display == Window(0, 0, *SIZE)
    assert header.data != header.display
    assert {sample.value for sample in header.samples} == {"float"}
    assert (header.channels, header.pixel_aspect) == (("R", "G", "B", "A"), 2.0)
    (tmp_path / "st.1002.exr").unlink()
    assert sequence(track, tmp_path, inverse=True).write() == [1002]
    assert sequence(track, tmp_path, inverse=True, margin=0.5).write() == list(FRAMES)


def test_another_track_or_reference_makes_all_maps_anew(tmp_path):
    track = moving_track()
    sequence(track, tmp_path, map="warp").write()
    assert sequence(track, tmp_path, map="warp").waiting(anew=False) == []
    assert sequence(track, tmp_path, map="warp", reference=1002).waiting(anew=False) == list(FRAMES)
    moved = replace(track.people[0], landmarks_plate=track.people[0].landmarks_plate + np.float32(0.1))
    assert sequence(replace(track, people=(moved,)), tmp_path, map="warp").waiting(anew=False) == list(FRAMES)


def test_maps_are_exr_alone(tmp_path):
    track = moving_track()
    path = keyed(track, track.people[0], FRAMES)
    with pytest.raises(CallError, match=r"OUT\.%04d\.exr"):
        open_map_sequence(path, FRAMES, STMapSettings(), str(tmp_path / "st.%04d.tif"), tmp_path / "x")
