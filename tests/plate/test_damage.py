import multiprocessing
import resource
import signal
import struct

import numpy as np
import openexr_files
import OpenImageIO
import pytest
from cineon_by_hand import write_cineon_by_hand
from dpx_by_hand import write_dpx_by_hand

from faceplate.errors import PlateError
from faceplate.plate import as_exr, read_frame, write_frame
from faceplate.values import Attribute, ChannelGroup, Frame, Header, Sample, Window

MEMORY_BYTES = 3 * 2**30
SEEDS = 120
LONGEST_S = 20
KINDS = (
    "zip.exr", "piz.exr", "dwaa.exr", "b44.exr", "pxr24.exr", "rle.exr", "htj2k32.exr", "tiles.exr", "mixed.exr",
    "parts.exr", "8.dpx", "10.dpx", "12.dpx", "16.dpx", "lzw.tif", "zip.tif", "tiles.tif", "grey.png", "rgba.png",
    "film.cin",
)  # fmt: skip
EXTREMES = (0, 1, 2, 0xFF, 0xFFFF, 0x10000, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF)


def sound_file(folder, kind):
    """A small sound file of this kind, with attributes of many types."""
    path = folder / kind
    rng = np.random.default_rng(1)
    name, _, suffix = kind.partition(".")
    if suffix == "dpx":
        write_dpx_by_hand(path, rng.integers(0, 2 ** int(name), (20, 32, 3)).astype(np.uint16), bits=int(name))
    elif suffix == "cin":
        write_cineon_by_hand(path, rng.integers(0, 2**10, (20, 32, 3)).astype(np.uint16))
    elif kind == "parts.exr":
        halves = dict.fromkeys("RGB", "f2")
        parts = [openexr_files.part(view, halves, data=(0, 0, 31, 39), view=view) for view in ("left", "right")]
        openexr_files.write(path, *parts, openexr_files.deep_part("deep", view="left"))
    elif suffix == "exr":
        write_frame(an_exr(name, rng), path)
    else:
        write_still_by_openimageio(path, name, rng)
    return path


def write_still_by_openimageio(path, name, rng):
    channels = {"grey": 1, "rgba": 4}.get(name, 3)
    spec = OpenImageIO.ImageSpec(32, 20, channels, "uint16")
    if name == "tiles":
        spec.tile_width = spec.tile_height = 16
    elif path.suffix == ".tif":
        spec.attribute("compression", name)
    output = OpenImageIO.ImageOutput.create(str(path))
    assert output.open(str(path), spec)
    assert output.write_image(rng.integers(0, 2**16, (20, 32, channels)).astype(np.uint16))
    assert output.close()


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
    """The sound file cut off at many points, with a few bytes changed, and with numbers of its header gone wild."""
    for length in sorted({int(len(sound) * part) for part in np.linspace(0, 0.999, 25)}):
        yield f"cut at {length}", sound[:length]
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        content = bytearray(sound)
        reach = len(content) if seed % 2 else min(len(content), 2048)
        for place in rng.integers(0, reach, rng.integers(1, 6)):
            content[place] = rng.integers(0, 256)
        yield f"seed {seed}", bytes(content)
        content = bytearray(sound)
        place = int(rng.integers(0, min(len(content), 1200) - 4))
        word, order = EXTREMES[rng.integers(len(EXTREMES))], ("<I", ">I")[seed % 2]
        struct.pack_into(order, content, place, word)
        yield f"word {word:#x} at {place}", bytes(content)


def too_long(*_):
    message = f"more than {LONGEST_S} s"
    raise TimeoutError(message)


def walk_all(folder, kind, seeds, results):
    """Every damaged file read, and what could be read written again with a touched window."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    signal.signal(signal.SIGALRM, too_long)
    path, out = sound_file(folder, kind), folder / "out"
    out.mkdir()
    files, refused, wrong = 0, 0, []
    for name, content in damaged_files(path.read_bytes(), seeds):
        files += 1
        path.write_bytes(content)
        signal.alarm(LONGEST_S)
        try:
            walk(path, out)
        except PlateError as error:
            refused += str(path) in str(error) or "R, G, B" in str(error)
        except Exception as error:  # noqa: BLE001 -- what must not come is what is looked for
            wrong.append(f"{name}: {error!r}")
        wrong += [f"{name}: {left.name} is left" for left in out.iterdir() if left.name != kind.replace(".cin", ".exr")]
    signal.alarm(0)
    results.put((files, refused, wrong))


def walk(path, out):
    """A frame fills its window; written with a touched window it is a file that reads again, or it is not there."""
    written = out / path.name.replace(".cin", ".exr")
    written.unlink(missing_ok=True)
    frame = as_exr(read_frame(path, 1)) if path.suffix == ".cin" else read_frame(path, 1)
    data = frame.header.data
    assert all(group.pixels.shape[:2] == (data.height, data.width) for group in frame.groups), "a window not filled"
    corner = Window(data.left, data.top, data.left + 1, data.top + 1)
    touched = frame.with_stored(corner, frame.stored(corner))
    write_frame(touched, written)
    again = read_frame(written, 1)
    assert again.header.channels == frame.header.channels, "other channels"


@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_file_gives_a_frame_or_an_error_that_names_it(tmp_path, kind):
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    child = context.Process(target=walk_all, args=(tmp_path, kind, SEEDS, results))
    child.start()
    child.join(200)
    assert child.exitcode == 0
    files, refused, wrong = results.get(timeout=10)
    assert wrong == []
    assert files > 2 * SEEDS
    assert refused >= 10


@pytest.mark.parametrize("kind", KINDS)
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
