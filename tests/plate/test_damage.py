import multiprocessing
import resource

import numpy as np
import OpenImageIO
import pytest
from dpx_by_hand import write_dpx_by_hand

from faceplate.errors import PlateError
from faceplate.plate import read_frame, write_frame
from faceplate.values import Attribute, ChannelGroup, Frame, Header, Sample, Window

MEMORY_BYTES = 3 * 2**30
SEEDS = 100
KINDS = ("zip.exr", "piz.exr", "dwaa.exr", "b44.exr", "tiles.exr", "mixed.exr", "10.dpx", "16.dpx", "a.png", "a.tif")


def sound_file(folder, kind):
    """A small sound file of this kind, with attributes of many types."""
    path = folder / kind
    rng = np.random.default_rng(1)
    if kind.endswith("dpx"):
        bits = int(kind.removesuffix(".dpx"))
        write_dpx_by_hand(path, rng.integers(0, 2**bits, (20, 32, 3)).astype(np.uint16), bits=bits)
    elif kind.endswith("exr"):
        write_frame(an_exr(kind.removesuffix(".exr"), rng), path)
    else:
        output = OpenImageIO.ImageOutput.create(str(path))
        assert output.open(str(path), OpenImageIO.ImageSpec(32, 20, 3, "uint16"))
        assert output.write_image(rng.integers(0, 2**16, (20, 32, 3)).astype(np.uint16))
        assert output.close()
    return path


def an_exr(kind, rng):
    names, samples = ("R", "G", "B"), (Sample.HALF,) * 3
    pixels = rng.standard_normal((40, 50, 3)).astype(np.float16)
    groups = (ChannelGroup(names, pixels),)
    if kind == "mixed":
        names, samples = (*names, "Z"), (*samples, Sample.FLOAT)
        groups = (*groups, ChannelGroup(("Z",), pixels[..., :1].astype(np.float32)))
    attributes = [
        Attribute("compression", "string", kind if kind not in ("tiles", "mixed") else "zip"),
        Attribute("smpte:TimeCode", "timecode", (1, 2)),
        Attribute("multiView", "string[2]", ("left", "right")),
        Attribute("floats", "float[3]", (1.0, 2.0, 3.0)),
        Attribute("preview", "exr:preview", "0100000001000000ffffffff"),
    ]
    if kind == "tiles":
        attributes.append(Attribute("openexr:tiles", "int[2]", (16, 16)))
    header = Header("openexr", Window(0, 0, 48, 36), Window(-2, -2, 48, 38), names, samples, 1.0, tuple(attributes))
    return Frame(1, kind, header, groups)


def damaged_files(sound, seeds):
    """The sound file cut off at many points, and with a few bytes changed, most of them in its header."""
    for length in sorted({int(len(sound) * part) for part in np.linspace(0, 0.999, 25)}):
        yield f"cut at {length}", sound[:length]
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        content = bytearray(sound)
        reach = len(content) if seed % 2 else min(len(content), 2048)
        for place in rng.integers(0, reach, rng.integers(1, 6)):
            content[place] = rng.integers(0, 256)
        yield f"seed {seed}", bytes(content)


def read_all(folder, kind, seeds, results):
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    path, refused, wrong = sound_file(folder, kind), 0, []
    for name, content in damaged_files(path.read_bytes(), seeds):
        path.write_bytes(content)
        try:
            frame = read_frame(path, 1)
        except PlateError as error:
            refused += str(path) in str(error)
        except Exception as error:  # noqa: BLE001  (what must not come is what is looked for)
            wrong.append(f"{name}: {error!r}")
        else:
            if any(
                group.pixels.shape[:2] != (frame.header.data.height, frame.header.data.width) for group in frame.groups
            ):
                wrong.append(f"{name}: pixels that do not fill the data window")
    results.put((refused, wrong))


@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_file_gives_a_frame_or_an_error_that_names_it(tmp_path, kind):
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    child = context.Process(target=read_all, args=(tmp_path, kind, SEEDS, results))
    child.start()
    child.join(120)
    assert child.exitcode == 0
    refused, wrong = results.get(timeout=10)
    assert wrong == []
    assert refused >= 10


@pytest.mark.parametrize("kind", [kind for kind in KINDS if not kind.endswith("png")])
def test_a_file_that_was_cut_short_is_never_taken_for_whole(tmp_path, kind):
    path = sound_file(tmp_path, kind)
    sound = path.read_bytes()
    for length in (1, 4, 100, len(sound) // 2, int(len(sound) * 0.9)):
        path.write_bytes(sound[:length])
        with pytest.raises(PlateError):
            read_frame(path, 1)


@pytest.mark.parametrize(
    ("name", "message"),
    [("a.exr", "an empty file"), ("a.dpx", "an empty file"), ("a.txt", r"\.txt"), ("a", "no extension")],
)
def test_an_empty_file_and_a_type_that_is_no_image_are_refused(tmp_path, name, message):
    (tmp_path / name).touch()
    with pytest.raises(PlateError, match=message):
        read_frame(tmp_path / name, 1)


def test_a_file_that_is_not_there_is_refused_by_its_name(tmp_path):
    with pytest.raises(PlateError, match="No such file"):
        read_frame(tmp_path / "absent.exr", 1)


@pytest.mark.parametrize("name", ["a.exr", "a.dpx", "a.png"])
def test_a_text_with_the_name_of_an_image_is_refused(tmp_path, name):
    (tmp_path / name).write_text("no picture at all\n" * 500)
    with pytest.raises(PlateError, match=name):
        read_frame(tmp_path / name, 1)


def test_a_folder_with_the_name_of_an_image_is_refused(tmp_path):
    (tmp_path / "a.exr").mkdir()
    with pytest.raises(PlateError, match=r"a\.exr"):
        read_frame(tmp_path / "a.exr", 1)
