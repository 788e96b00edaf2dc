import numpy as np
import OpenImageIO
import pytest

from faceplate.errors import PlateError
from faceplate.plate import read_frame, write_frame
from faceplate.values import Window

PICTURE = np.arange(4 * 6 * 3, dtype=np.uint8).reshape(4, 6, 3)
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


def write_stored(path, pixels, **attributes):
    spec = OpenImageIO.ImageSpec(pixels.shape[1], pixels.shape[0], 3, "uint8")
    for name, value in attributes.items():
        spec.attribute(name, value)
    output = OpenImageIO.ImageOutput.create(str(path))
    assert output.open(str(path), spec)
    assert output.write_image(np.ascontiguousarray(pixels))
    assert output.close()


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_picture_stored_lying_or_mirrored_comes_upright_and_goes_out_upright(tmp_path, orientation):
    write_stored(tmp_path / "a.tif", STORED[orientation], Orientation=orientation)
    frame = read_frame(tmp_path / "a.tif", 1)
    np.testing.assert_array_equal(frame.groups[0].pixels, PICTURE)
    assert frame.header.display == frame.header.data == Window(0, 0, 6, 4)
    write_frame(frame, tmp_path / "b.tif")
    again = read_frame(tmp_path / "b.tif", 1)
    np.testing.assert_array_equal(again.groups[0].pixels, PICTURE)


@pytest.mark.footage
def test_photographs_of_one_face_in_every_orientation_show_the_same_face(footage):
    paths = sorted((footage / "stills" / "exif").iterdir())
    first, *others = [read_frame(path, 1).groups[0].pixels.astype(int) for path in paths]
    assert len(others) == 6
    assert all(np.abs(first - other).mean() < 4 for other in others)


def test_text_that_is_not_utf8_is_read_and_written(tmp_path):
    write_stored(tmp_path / "a.tif", PICTURE, Artist="Andre")
    content = (tmp_path / "a.tif").read_bytes().replace(b"Andre", b"Andr\xe9")
    (tmp_path / "a.tif").write_bytes(content)
    frame = read_frame(tmp_path / "a.tif", 1)
    write_frame(frame, tmp_path / "b.tif")
    assert read_frame(tmp_path / "b.tif", 1).header.attribute("Artist") == "Andr\u00e9"


def test_a_file_of_several_images_is_refused(tmp_path):
    spec = OpenImageIO.ImageSpec(6, 4, 3, "uint8")
    output = OpenImageIO.ImageOutput.create("tiff")
    assert output.open(str(tmp_path / "a.tif"), (spec, spec))
    assert output.write_image(PICTURE)
    assert output.open(str(tmp_path / "a.tif"), spec, "AppendSubimage")
    assert output.write_image(PICTURE)
    assert output.close()
    with pytest.raises(PlateError, match="came several"):
        read_frame(tmp_path / "a.tif", 1)
