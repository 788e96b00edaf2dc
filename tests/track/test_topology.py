import cv2
import numpy as np
import pytest

from faceplate.track import mesh_to_68, topology


@pytest.fixture(scope="module")
def landmarks(look, portrait, frame_of):
    (face,) = look(frame_of(portrait)).faces
    return face.landmarks_plate


def area(ring):
    x, y = ring.T
    return ((x * np.roll(y, -1)) - (np.roll(x, -1) * y)).sum() / 2


@pytest.mark.parametrize("name", sorted(topology.regions))
def test_every_region_names_distinct_points_of_the_mesh(name):
    region = topology.regions[name]
    assert len(set(region)) == len(region)
    assert all(0 <= point < topology.POINTS for point in region)


def test_every_point_is_in_a_region_besides_the_whole():
    parts = set().union(*(points for name, points in topology.regions.items() if name != "whole"))
    assert parts == set(topology.regions["whole"]) == set(range(topology.POINTS))


def test_the_outline_is_shared_between_forehead_and_jaw():
    assert sorted(topology.upper_oval + topology.lower_oval) == sorted(topology.face_oval)


@pytest.mark.parametrize("part", ["cheek", "brow", "eye", "orbit", "iris"])
def test_the_persons_right_mirrors_their_left(landmarks, part):
    right, left = (landmarks[list(topology.regions[f"{side}_{part}"])] for side in ("right", "left"))
    assert len(right) == len(left)
    assert right[:, 0].max() < left[:, 0].min()


def test_the_51_are_the_68_without_the_jaw_and_the_5_lie_where_they_are_named(landmarks):
    assert topology.mesh_to_51 == mesh_to_68[17:]
    eyes, nose, mouth = np.split(landmarks[list(topology.mesh_to_5)], [2, 3])
    np.testing.assert_allclose(eyes, [[204, 101], [248, 103]], atol=4)
    np.testing.assert_allclose(nose, [[223, 124]], atol=4)
    np.testing.assert_allclose(mouth, landmarks[list(mesh_to_68)][[48, 54]])


@pytest.mark.parametrize("name", ["face_oval", "right_eye", "left_eye", "lips_outer", "lips_inner", "right_brow"])
def test_rings_are_ordered_so_that_they_do_not_cross_themselves(landmarks, name):
    ring = landmarks[list(topology.regions[name])]
    ends = np.roll(ring, -1, axis=0)
    edges = np.linalg.norm(ends - ring, axis=1)
    assert edges.max() < 0.45 * np.ptp(ring, axis=0).max()
    assert abs(area(ring)) > 0.5 * cv2.contourArea(cv2.convexHull(ring.astype(np.float32)))


def test_the_face_oval_runs_clockwise_and_holds_the_other_points(landmarks):
    oval = landmarks[list(topology.face_oval)].astype(np.float32)
    assert area(oval) > 0
    inside = [cv2.pointPolygonTest(oval, (float(x), float(y)), measureDist=True) for x, y in landmarks]
    assert min(inside) > -2


def test_irises_lie_in_their_eyes(landmarks):
    for iris, lid in ((topology.right_iris, topology.right_eye), (topology.left_iris, topology.left_eye)):
        ring = landmarks[list(lid)].astype(np.float32)
        centre = landmarks[iris[0]]
        assert cv2.pointPolygonTest(ring, (float(centre[0]), float(centre[1])), measureDist=False) > 0


def test_iris_points_are_centre_right_top_left_and_bottom_of_the_picture(landmarks):
    for iris in (topology.right_iris, topology.left_iris):
        centre, right, top, left, bottom = landmarks[list(iris)]
        assert right[0] > centre[0] > left[0]
        assert top[1] < centre[1] < bottom[1]


def test_the_right_eye_stands_on_the_left_of_the_picture(landmarks):
    right, left = landmarks[list(topology.right_eye)], landmarks[list(topology.left_eye)]
    assert right[:, 0].max() < left[:, 0].min()


def test_the_68_are_in_the_order_of_ibug(landmarks):
    assert len(mesh_to_68) == len(set(mesh_to_68)) == 68
    points = landmarks[list(mesh_to_68)]
    jaw, brows, bridge, nostrils = points[:17], points[17:27], points[27:31], points[31:36]
    assert (np.diff(jaw[:, 0]) > 0)[1:-1].all()
    assert jaw[8, 1] == points[:, 1].max()
    assert (np.diff(brows[:, 0]) > 0).all()
    assert (np.diff(bridge[:, 1]) > 0).all()
    assert (np.diff(nostrils[:, 0]) > 0).all()


@pytest.mark.parametrize("start", [36, 42])
def test_the_eyes_of_the_68_go_clockwise_from_the_left_corner(landmarks, start):
    eye = landmarks[list(mesh_to_68)][start : start + 6]
    assert area(eye) > 0
    assert eye[0, 0] == eye[:, 0].min()
    assert eye[3, 0] == eye[:, 0].max()


@pytest.mark.parametrize(("start", "end", "corner"), [(48, 60, 54), (60, 68, 64)])
def test_the_lips_of_the_68_go_clockwise_from_the_left_corner(landmarks, start, end, corner):
    points = landmarks[list(mesh_to_68)]
    lips = points[start:end]
    assert area(lips) > 0
    assert points[start, 0] == lips[:, 0].min()
    assert points[corner, 0] == lips[:, 0].max()


@pytest.mark.footage
@pytest.mark.parametrize(("name", "tolerance"), [("takeo.ppm", 0.045), ("einstein.jpg", 0.08)])
def test_the_68_are_near_points_set_by_people(footage, look, frame_of, name, tolerance):
    picture = cv2.imread(str(footage / "stills" / "gt68" / name))[..., ::-1]
    text = (footage / "stills" / "gt68" / name).with_suffix(".pts").read_text()
    truth = np.array(text[text.index("{") + 1 : text.index("}")].split(), float).reshape(68, 2) - 0.5
    (face,) = look(frame_of(picture)).faces
    off = np.linalg.norm(face.landmarks_plate[list(mesh_to_68)] - truth, axis=1)
    eyes_apart = np.linalg.norm(truth[36] - truth[45])
    assert off[17:].mean() / eyes_apart < tolerance
