import cv2
import numpy as np
import pytest
from exr_by_hand import write_exr_by_hand
from PIL import Image
from png_by_hand import write_png_by_hand

from faceplate.errors import PlateError
from faceplate.plate import read_frame, write_frame
from faceplate.values import Sample, Window

PICTURE = np.kron(np.random.default_rng(1).integers(0, 256, (4, 6, 3)), np.ones((8, 8, 1))).astype(np.uint8)
# Exif 2.32, table of the orientation tag: where row 0 and column 0 of what is stored lie in the picture.
STORED = {
    1: PICTURE,
    2: PICTURE[:, ::-1],
    3: PICTURE[::-1, ::-1],
    4: PICTURE[::-1],
    5: PICTURE.transpose(1, 0, 2),
    6: PICTURE.transpose(1, 0, 2)[::-1],
    7: PICTURE.transpose(1, 0, 2)[::-1, ::-1],
    8: PICTURE.transpose(1, 0, 2)[:, ::-1],
}


@pytest.mark.parametrize("orientation", STORED)
def test_a_jpeg_comes_upright_and_says_so(tmp_path, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored = Image.fromarray(np.ascontiguousarray(STORED[orientation]))
    stored.save(tmp_path / "a.jpg", quality=100, subsampling=0, exif=exif)
    frame = read_frame(tmp_path / "a.jpg", 1)
    assert frame.header.display == frame.header.data == Window(0, 0, 48, 32)
    assert frame.header.attribute("Orientation") in (None, 1)
    assert np.abs(frame.groups[0].pixels.astype(int) - PICTURE).max() <= 4


@pytest.mark.footage
def test_photographs_of_one_face_in_every_orientation_show_the_same_face(footage):
    paths = sorted((footage / "stills" / "exif").iterdir())
    first, *others = [read_frame(path, 1).groups[0].pixels.astype(int) for path in paths]
    assert len(others) == 6
    assert all(np.abs(first - other).mean() < 4 for other in others)


def test_a_ppm_is_read_and_not_written(tmp_path):
    cv2.imwrite(str(tmp_path / "a.ppm"), PICTURE.astype(np.uint16)[..., ::-1] * 257)
    frame = read_frame(tmp_path / "a.ppm", 1)
    assert frame.sample is Sample.UINT16
    np.testing.assert_array_equal(frame.groups[0].pixels, PICTURE.astype(np.uint16) * 257)
    with pytest.raises(PlateError, match=r"\.ppm"):
        write_frame(frame, tmp_path / "b.ppm")


def test_a_still_is_what_its_content_says_whatever_its_name(tmp_path):
    write_png_by_hand(tmp_path / "a.tif", PICTURE, 8)
    frame = read_frame(tmp_path / "a.tif", 1)
    assert frame.header.file_format == "png"
    np.testing.assert_array_equal(frame.groups[0].pixels, PICTURE)
    with pytest.raises(PlateError, match="format png"):
        write_frame(frame, tmp_path / "b.tif")


def test_a_plate_of_another_kind_under_the_name_of_a_still_is_refused(tmp_path):
    planes = {"R": np.zeros((4, 4), np.float16)}
    write_exr_by_hand(tmp_path / "a.exr", planes, data=(0, 0, 3, 3), display=(0, 0, 3, 3))
    (tmp_path / "a.exr").rename(tmp_path / "a.png")
    with pytest.raises(PlateError, match="openexr"):
        read_frame(tmp_path / "a.png", 1)
