import subprocess
import sys
import warnings
from hashlib import sha256

import numpy as np
import pytest
import torch

from faceplate.errors import ModelError, PackError
from faceplate.models import Pack, PackFile, install_pack
from faceplate.track import FaceTrackSettings, mesh_to_68
from faceplate.track.find.detect import detect_whole, display_picture
from faceplate.track.landmarks.fan import fan_region, marks
from faceplate.track.landmarks.head import Head
from faceplate.track.landmarks.landmarker import landmarker_of
from faceplate.track.landmarks.mean_face import KEYPOINTS, mean_face, posed, rotation
from faceplate.track.regions import Region
from faceplate.values import Window

GEOMETRY_PX = 0.01
DECODED_CELLS = 0.02


class Blob(torch.nn.Module):
    """Every heat map is the red of the picture, four by four pixels a cell; each is a little fainter than the last."""

    def __init__(self):
        super().__init__()
        self.register_buffer("height", torch.linspace(1.0, 0.2, 68).reshape(1, 68, 1, 1))

    def forward(self, rgb):
        return torch.nn.functional.avg_pool2d(rgb[:, :1], 4) * self.height


class Places(torch.nn.Module):
    """Heat maps that peak at given places (68 x 2, cells), whatever the picture."""

    def __init__(self, places, sigma=1.5):
        super().__init__()
        y, x = np.mgrid[:64, :64] + 0.5
        apart = (x - places[:, :1, None]) ** 2 + (y - places[:, 1:, None]) ** 2
        self.register_buffer("maps", torch.from_numpy(np.exp(-apart / (2 * sigma**2)).astype(np.float32))[None])

    def forward(self, rgb):
        return self.maps + 0.0 * rgb.sum()


class Depth(torch.nn.Module):
    """Gives each point the row of its mark, in pixels, as depth towards the camera."""

    def __init__(self):
        super().__init__()
        self.register_buffer("row", torch.arange(256.0).reshape(1, 1, 256, 1) + 0.5)

    def forward(self, planes):
        maps = planes[:, 3:]
        return (maps * self.row).sum(dim=(2, 3)) / maps.sum(dim=(2, 3))


def archive(path, module):
    """Writes a module as TorchScript, which torch would rather have replaced by exports."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.jit.save(torch.jit.script(module.eval()), str(path))
    return path


def fan_pack(folder, **contents):
    """A catalogue whose pack `fan` has these files, each with its own digest in its name; unnamed ones are empty."""
    files = []
    for kind in ("2DFAN4", "3DFAN4", "depth"):
        content = contents.get(kind, b"")
        digest = sha256(content).hexdigest()
        name = f"{kind}-{digest[:10]}.zip"
        (folder / name).write_bytes(content)
        files.append(PackFile(name=name, origin=f"https://example.invalid/{name}", size_bytes=None, sha256=digest))
    pack = Pack(name="fan", summary="toys", author="the tests", licence="CC0-1.0", files=tuple(files), optional=True)
    return {"fan": pack}


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """Installs modules by kind as the pack `fan`, and gives the catalogue that knows them."""
    monkeypatch.setenv("FACEPLATE_DATA", str(tmp_path / "data"))

    def install(**modules):
        folder = tmp_path / "usb"
        folder.mkdir()
        contents = {kind: archive(tmp_path / kind, module).read_bytes() for kind, module in modules.items()}
        packs = fan_pack(folder, **contents)
        install_pack("fan", folder, packs)
        return packs

    return install


def toy_head(aspect=1.0, roll=0.0, scale=90.0, place=(600.0, 450.0)):
    """A head whose keypoints the mean face meets exactly, so that it is known where FAN looks."""
    face = mean_face() @ rotation(0.0, 0.0, np.radians(roll)).T * scale + [place[0] * aspect, place[1], 0.0]
    keypoints = np.array([face[list(group), :2].mean(axis=0) for group in KEYPOINTS])
    return Head(Region(place[0] * aspect, place[1], 4.5 * scale, np.radians(roll)), keypoints, 0.9)


def blob_frame(frame_of, at, aspect, size=(1200, 900), sigma=14.0, **header):
    """A black plate with one soft bright spot at `at` (plate pixels), round in square pixels."""
    y, x = np.mgrid[: size[1], : size[0]] + 0.5
    spot = np.exp(-(((x - at[0]) * aspect) ** 2 + (y - at[1]) ** 2) / (2 * sigma**2))
    return frame_of(np.repeat(spot[..., None], 3, axis=2).astype(np.float32), pixel_aspect=aspect, **header)


def fan(networks, packs, kind="fan2d", views=1):
    return landmarker_of(FaceTrackSettings(landmarker=kind, views=views), networks, packs)


@pytest.mark.parametrize("aspect", [1.0, 2.0, 1.3, 0.5])
@pytest.mark.parametrize("views", [1, 5])
def test_a_spot_on_the_plate_is_found_to_a_hundredth_of_a_pixel(installed, networks, frame_of, as_is, aspect, views):
    packs = installed(**{"2DFAN4": Blob()})
    at = np.array([612.37, 441.83])
    face = fan(networks, packs, views=views).measure(blob_frame(frame_of, at, aspect), toy_head(aspect), as_is)
    apart = (face.landmarks_plate[list(mesh_to_68)] - at) * [aspect, 1.0]
    assert np.abs(apart).max() < GEOMETRY_PX


def test_a_turned_head_and_a_display_window_off_its_origin_are_met_as_well(installed, networks, frame_of, as_is):
    packs = installed(**{"2DFAN4": Blob()})
    at = np.array([590.21, 470.66])
    frame = blob_frame(frame_of, at, 1.0, origin=(-64, 32), display=Window(-64, 0, 1100, 900))
    head = toy_head(roll=25.0, place=(536.0, 482.0))
    face = fan(networks, packs, views=3).measure(frame, head, as_is)
    corner = np.array([-64.0, 32.0])
    assert np.abs(face.landmarks_plate[list(mesh_to_68)] - corner - at).max() < GEOMETRY_PX


def test_peaks_between_cells_are_decoded_to_two_hundredths_of_a_cell(installed, networks, frame_of, as_is):
    places = np.random.default_rng(4).uniform(5, 59, (68, 2))
    packs = installed(**{"2DFAN4": Places(places)})
    head = toy_head()
    face = fan(networks, packs).measure(frame_of(np.zeros((900, 1200, 3), np.float32)), head, as_is)
    region = fan_region(posed(head.keypoints_square)[list(mesh_to_68)])
    expected = region.unit_to_square(places / 64)
    off = np.linalg.norm(face.landmarks_plate[list(mesh_to_68)] - expected, axis=1)
    assert off.max() < DECODED_CELLS * region.side / 64


def test_the_crop_is_the_box_of_the_68_higher_by_a_part_of_its_height():
    points = np.zeros((68, 2))
    points[:, 0], points[:, 1] = np.linspace(100, 290, 68), np.linspace(50, 250, 68)
    points[[36, 45]] = [[150, 120], [240, 120]]
    region = fan_region(points)
    assert (region.x, region.y, region.turn_rad) == pytest.approx((195.0, 150.0 - 0.12 * 200, 0.0))
    assert region.side == pytest.approx(390.0 * 200 / 195)


def test_confidence_follows_the_height_of_the_peaks(installed, networks, frame_of, as_is):
    packs = installed(**{"2DFAN4": Blob()})
    face = fan(networks, packs).measure(blob_frame(frame_of, (600.0, 450.0), 1.0), toy_head(), as_is)
    confidence = face.confidence[list(mesh_to_68)]
    assert (np.diff(confidence) <= 1e-9).all()
    assert confidence[0] > 2 * confidence[67] > 0
    assert face.confidence.max() <= 1


def test_confidence_falls_where_the_views_disagree(installed, networks, frame_of, as_is):
    packs = installed(**{"2DFAN4": Places(np.full((68, 2), 32.3))})
    frame = frame_of(np.zeros((900, 1200, 3), np.float32))
    one, many = (fan(networks, packs, views=views).measure(frame, toy_head(), as_is) for views in (1, 9))
    assert many.confidence.max() < 0.2 * one.confidence.max()


def test_a_sure_mesh_is_bent_to_meet_fans_points_and_keeps_its_depth(installed, networks, portrait, frame_of, as_is):
    packs = installed(**{"2DFAN4": Places(np.random.default_rng(8).uniform(20, 44, (68, 2)))})
    frame = frame_of(portrait)
    (head,) = detect_whole(networks, frame, display_picture(frame, as_is), FaceTrackSettings())
    mesh = landmarker_of(FaceTrackSettings(views=1), networks).measure(frame, head, as_is)
    face = fan(networks, packs).measure(frame, head, as_is)
    np.testing.assert_allclose(face.depth_px, mesh.depth_px, atol=1e-9)
    assert face.presence == pytest.approx(mesh.presence)
    assert np.linalg.norm(face.landmarks_plate - mesh.landmarks_plate, axis=1).mean() > 3.0


def test_fan3d_takes_the_depth_of_the_68_from_its_own_network(installed, networks, frame_of, as_is):
    places = np.random.default_rng(9).uniform(10, 54, (68, 2))
    packs = installed(**{"3DFAN4": Places(places), "depth": Depth()})
    head = toy_head()
    face = fan(networks, packs, "fan3d").measure(frame_of(np.zeros((900, 1200, 3), np.float32)), head, as_is)
    region = fan_region(posed(head.keypoints_square)[list(mesh_to_68)])
    towards = places[:, 1] * 4 * region.side / 256
    depth = face.depth_px[list(mesh_to_68)]
    cut_off = 0.15 * region.side / 256  # marks end at whole pixels, which moves their mean a little
    np.testing.assert_allclose(depth - depth.mean(), -(towards - towards.mean()), atol=cut_off)


def test_marks_are_gaussians_of_height_1_about_each_place():
    maps = marks(np.array([[100.5, 40.5], [30.2, 200.9]]))
    assert maps.shape == (2, 256, 256)
    assert maps[0, 40, 100] == maps.max() == 1.0
    assert np.count_nonzero(maps[0]) == 13 * 13
    y, x = np.mgrid[:256, :256] + 0.5
    centre = np.array([(maps[1] * x).sum(), (maps[1] * y).sum()]) / maps[1].sum()
    np.testing.assert_allclose(centre, [30.2, 200.9], atol=0.1)


def test_fan_gives_the_same_bits_however_often_it_is_asked(installed, networks, frame_of, as_is):
    packs = installed(**{"2DFAN4": Blob()})
    frame = blob_frame(frame_of, (601.3, 447.7), 1.0)
    faces = [fan(networks, packs, views=2).measure(frame, toy_head(), as_is) for _ in range(4)]
    assert all(np.array_equal(face.landmarks_plate, faces[0].landmarks_plate) for face in faces)


def test_the_landmarker_is_named_as_its_knob(installed, networks):
    packs = installed(**{"2DFAN4": Blob(), "3DFAN4": Blob(), "depth": Depth()})
    for kind in ("mediapipe", "fan2d", "fan3d", "points5"):
        assert fan(networks, packs, kind).name == kind


@pytest.mark.parametrize("kind", ["fan2d", "fan3d"])
def test_without_the_pack_the_command_that_installs_it_is_named(networks, tmp_path, monkeypatch, kind):
    monkeypatch.setenv("FACEPLATE_DATA", str(tmp_path))
    with pytest.raises(PackError, match="Next: run `faceplate models install fan`"):
        landmarker_of(FaceTrackSettings(landmarker=kind), networks)


def test_without_torch_the_extra_that_brings_it_is_named(networks, tmp_path, monkeypatch):
    monkeypatch.setenv("FACEPLATE_DATA", str(tmp_path))
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(PackError, match=r'expected torch.*Next: run `pip install "faceplate\[fan\]"`'):
        landmarker_of(FaceTrackSettings(landmarker="fan2d"), networks)


def test_a_file_that_was_changed_after_its_installation_is_not_loaded(installed, networks, tmp_path):
    packs = installed(**{"2DFAN4": Blob()})
    name = packs["fan"].files[0].name
    (tmp_path / "data" / "packs" / "fan" / name).write_bytes(b"another program")
    with pytest.raises(PackError, match=f"{name}: expected a file with SHA-256"):
        fan(networks, packs)


def test_a_file_that_is_no_torchscript_is_refused_although_its_digest_is_right(networks, tmp_path, monkeypatch):
    monkeypatch.setenv("FACEPLATE_DATA", str(tmp_path / "data"))
    packs = fan_pack(tmp_path, **{"2DFAN4": b"PK\x03\x04 no archive"})
    install_pack("fan", tmp_path, packs)
    with pytest.raises(ModelError, match="expected a TorchScript archive"):
        fan(networks, packs)


def test_a_network_of_another_shape_is_refused(installed, networks, frame_of, as_is):
    packs = installed(**{"2DFAN4": torch.nn.AvgPool2d(4)})
    with pytest.raises(
        ModelError, match=r"expected a network that gives 1 x 68 x 64 x 64 values; came \(1, 3, 64, 64\)"
    ):
        fan(networks, packs).measure(frame_of(np.zeros((900, 1200, 3), np.float32)), toy_head(), as_is)


def test_tracking_with_the_mesh_loads_no_torch():
    code = "import sys, faceplate.track, faceplate.track.landmarks.fan; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, timeout=60, text=True)
    assert done.stdout.strip() == "False"
