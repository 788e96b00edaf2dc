from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from faceplate.errors import ColourError, ScriptError
from faceplate.graph.files.metadata import header_entries, modes
from faceplate.graph.knobs import Moment
from faceplate.plate import read_frame, write_frame
from faceplate.values import Attribute, Sample, Window
from script_shots import (
    ABOUT,
    LOG,
    TIME_CODE,
    node,
    read,
    root,
    session_of,
    write_dpx_plate,
    write_exr_plate,
    written_frame,
)

SIZE = "64 48 0 0 64 48 1 plate"
GREY = node("Constant", 0, name="C1", color="0.25 0.5 0.75 0.5", channels="rgba", format=SIZE)


def written(*script, at=1001, path="out.1001.exr"):
    session = session_of(*script)
    return written_frame(session.pull().node(session.named("Write1"), Moment(at)), Path(path), at)


def bare(file="o.%04d.exr", **knobs):
    """A Write with no knob but its file and these."""
    return node("Write", name="Write1", file=file, **knobs)


@pytest.fixture(scope="module")
def plate(tmp_path_factory):
    return write_exr_plate(tmp_path_factory.mktemp("plate"))


class TestExr:
    def test_the_defaults_are_nukes(self):
        frame = written(root(), GREY, bare())
        assert frame.header.channels == ("R", "G", "B")
        assert frame.sample is Sample.HALF
        assert frame.groups[0].pixels[7, 9].tolist() == [0.25, 0.5, 0.75]

    @pytest.mark.parametrize(
        ("channels", "names"),
        [
            ("rgb", ("R", "G", "B")),
            ("rgba", ("R", "G", "B", "A")),
            ("alpha", ("A",)),
            ("all", ("R", "G", "B", "A", "depth.Z")),
            ("depth", ("depth.Z",)),
            ("rgba.red rgba.blue -rgba.green", ("R", "B")),
        ],
    )
    def test_channels_are_those_of_the_set(self, channels, names):
        depth = node("AddChannels", name="A1", channels="depth")
        frame = written(root(), GREY, depth, bare(channels=channels))
        assert frame.header.channels == names

    def test_a_channel_that_is_not_there_is_said(self):
        with pytest.raises(ScriptError, match=r"Write1\.channels"):
            written(root(), GREY, bare(channels="depth"))

    def test_colour_goes_through_the_encoding_and_alpha_does_not(self):
        frame = written(root(), GREY, bare(colorspace=LOG, channels="rgba", datatype="32 bit float"))
        stored = frame.groups[0].pixels[0, 0]
        assert 0.3 < stored[0] < stored[1] < stored[2] < 0.6
        assert stored[3] == 0.5

    def test_part_of_the_colours_is_encoded_as_with_all_of_them(self):
        about = {"colorspace": LOG}
        whole, part = (written(root(), GREY, bare(channels=name, **about)) for name in ("rgb", "rgba.green"))
        assert part.groups[0].pixels[..., 0].tobytes() == whole.groups[0].pixels[..., 1].tobytes()

    def test_an_unknown_encoding_names_the_write(self):
        with pytest.raises(ColourError, match=r"Write1\.colorspace"):
            written(root(), GREY, bare(colorspace="Nowhere"))

    def test_the_data_window_is_the_box_and_the_display_window_the_format(self):
        moved = node("Transform", name="T1", translate="-10 7")
        frame = written(root(), GREY, moved, bare())
        assert frame.header.display == Window(0, 0, 64, 48)
        assert (frame.header.data.left, frame.header.data.bottom) == (-10, 41)

    def test_an_empty_picture_is_one_black_pixel(self):
        frame = written(root(format=SIZE), node("NoOp", 0, name="N1"), node("AddChannels", channels="rgba"), bare())
        assert (frame.header.data.width, frame.header.data.height) == (1, 1)
        assert not frame.groups[0].pixels.any()

    def test_autocrop_keeps_what_is_not_black(self):
        crop = node("Crop", name="Crop1", box="20 10 30 25", crop="true")
        whole = node("BlackOutside", name="B1") + node("AdjBBox", name="A1", numpixels=15)
        frame = written(root(), GREY, crop, whole, bare(autocrop="true"))
        assert frame.header.data == Window(20, 23, 30, 38)
        assert (frame.groups[0].pixels == np.float16([0.25, 0.5, 0.75])).all()

    @pytest.mark.parametrize(
        ("knobs", "knob"),
        [
            ({"compression": "LZW"}, "compression"),
            ({"datatype": "12 bit"}, "datatype"),
            ({"write_ACES_compliant_EXR": "true"}, "write_ACES_compliant_EXR"),
            ({"channels": "all", "interleave": "channels"}, "interleave"),
            ({"compression": "DWAA", "dw_compression_level": 0}, "dw_compression_level"),
            ({"metadata": "some metadata"}, "metadata"),
        ],
    )
    def test_what_is_not_written_is_said_with_its_knob(self, knobs, knob):
        layers = node("AddChannels", name="A1", channels="depth")
        with pytest.raises(ScriptError, match=f"Write1.{knob}"):
            written(root(), GREY, layers, bare(**knobs))

    def test_bands_change_no_bit(self, plate, monkeypatch):
        script = (root(), read(plate), node("Blur", size=9, channels="rgba"), bare(channels="all", colorspace=LOG))
        whole = written(*script)
        for pixels in (64, 640, 1000):
            monkeypatch.setattr("faceplate.graph.render.row_bands.band_px", pixels)
            assert written(*script).groups[0].pixels.tobytes() == whole.groups[0].pixels.tobytes()


class TestOtherFormats:
    @pytest.mark.parametrize(
        ("depth", "sample", "code"),
        [("8 bit", Sample.UINT8, 128), ("10 bit", Sample.UINT10, 512), ("12 bit", Sample.UINT12, 2048),
         ("16 bit", Sample.UINT16, 32768)],
    )  # fmt: skip
    def test_a_dpx_has_the_depth_asked_for(self, tmp_path, depth, sample, code):
        frame = written(root(), GREY, bare("o.%04d.dpx", raw="true", datatype=depth), path="o.1001.dpx")
        assert frame.sample is sample
        assert frame.groups[0].pixels[0, 0, 1] == code
        write_frame(frame, tmp_path / "o.dpx")
        assert read_frame(tmp_path / "o.dpx", 1001).groups[0].pixels.tobytes() == frame.groups[0].pixels.tobytes()

    @pytest.mark.parametrize(("fill", "packing"), [("false", "Filled, method A"), ("true", "Packed")])
    @pytest.mark.parametrize(("big", "order"), [("true", "big"), ("false", "little")])
    def test_byte_order_and_packing_are_the_knobs(self, tmp_path, fill, packing, big, order):
        frame = written(root(), GREY, bare("o.%04d.dpx", raw="true", fill=fill, bigEndian=big), path="o.1001.dpx")
        write_frame(frame, tmp_path / "o.dpx")
        header = read_frame(tmp_path / "o.dpx", 1).header
        assert (header.attribute("dpx:Packing"), header.attribute("dpx:Endian")) == (packing, order)

    def test_a_dpx_fills_its_format_whatever_the_box(self):
        crop = node("Crop", name="Crop1", box="20 10 30 25")
        frame = written(root(), GREY, crop, bare("o.%04d.dpx", raw="true"), path="o.1001.dpx")
        assert frame.header.data == frame.header.display == Window(0, 0, 64, 48)
        codes = frame.groups[0].pixels[::-1]
        assert codes[12, 25].tolist() == [256, 512, 767]
        assert not codes[:9].any()

    def test_a_dpx_of_an_exr_has_its_time_code_and_rate(self, plate):
        frame = written(root(), read(plate), bare("o.%04d.dpx", colorspace=LOG), path="o.1001.dpx")
        assert frame.header.attribute("smpte:TimeCode") == TIME_CODE.value
        assert frame.header.attribute("dpx:FrameRate") == pytest.approx(23.976, abs=1e-3)

    def test_a_dpx_plate_keeps_its_own_fields(self, tmp_path):
        about = (
            Attribute("dpx:InputDevice", "string", "scanner"),
            Attribute("dpx:Transfer", "string", "Printing density"),
            Attribute("dpx:SlateInfo", "string", "12A"),
            TIME_CODE,
        )
        pattern = write_dpx_plate(tmp_path, attributes=about)
        frame = written(root(), read(pattern), bare("o.%04d.dpx", colorspace=LOG), path="o.1001.dpx")
        kept = read_frame(pattern % 1001, 1001).header
        assert set(frame.header.attributes) == set(kept.attributes)
        assert frame.kept is not None
        said = bare("o.%04d.dpx", colorspace=LOG, transfer="log")
        assert written(root(), read(pattern), said, path="o.1001.dpx").header.attribute("dpx:Transfer") == "Logarithmic"

    @pytest.mark.parametrize(
        ("kind", "depth", "value"), [("png", "8 bit", 64), ("tif", "16 bit", 16384), ("tiff", "32 bit float", 0.25)]
    )
    def test_stills_have_the_depth_asked_for(self, tmp_path, kind, depth, value):
        frame = written(
            root(), GREY, bare(f"o.%04d.{kind}", raw="true", datatype=depth, channels="rgba"), path=f"o.1001.{kind}"
        )
        write_frame(frame, tmp_path / f"o.{kind}")
        back = read_frame(tmp_path / f"o.{kind}", 1)
        assert back.header.channels == ("R", "G", "B", "A")
        assert back.groups[0].pixels[0, 0, 0] == value

    def test_nukes_own_default_encoding_goes_by_the_kind_of_file(self):
        native = root(colorManagement="Nuke")
        codes = [
            written(native, GREY, bare(f"o.%04d.{kind}", datatype=depth), path=f"o.1001.{kind}")
            .groups[0]
            .pixels[0, 0, 1]
            for kind, depth in (("png", "8 bit"), ("dpx", "10 bit"), ("exr", "16 bit half"))
        ]
        assert codes[0] == 188
        assert 590 < codes[1] < 600
        assert codes[2] == 0.5

    @pytest.mark.parametrize(
        ("file", "knobs"),
        [("o.%04d.jpg", {}), ("o.%04d.mov", {}), ("o.%04d", {}), ("o.%04d.exr", {"file_type": "jpeg"}),
         ("o.%04d.exr", {"file_type": "dpx"})],
    )  # fmt: skip
    def test_other_types_are_refused_with_what_is_written(self, file, knobs):
        with pytest.raises(ScriptError, match="dpx, exr"):
            written(root(), GREY, bare(file, **knobs), path=file.replace("%04d", "1001"))

    def test_colour_is_asked_for(self):
        with pytest.raises(ScriptError, match="rgb or rgba"):
            written(root(), GREY, bare("o.%04d.dpx", channels="alpha"), path="o.1001.dpx")


class TestMetadata:
    def names(self, plate, **knobs):
        frame = written(root(), read(plate), bare(colorspace=LOG, **knobs))
        return {entry.name for entry in frame.header.attributes}

    def test_none_is_none(self, plate):
        assert self.names(plate, metadata="no metadata") == set()

    def test_the_default_is_time_code_and_rate(self, plate):
        assert self.names(plate) == {"smpte:TimeCode", "framesPerSecond"}

    def test_exr_entries_come_with_their_own_names_and_types(self, plate):
        frame = written(root(), read(plate), bare(colorspace=LOG, metadata="default metadata and exr/*"))
        carried = [entry for entry in ABOUT if entry.name != "compression"]
        assert set(carried) <= set(frame.header.attributes)
        assert not any(entry.name.startswith(("nuke/", "input/")) for entry in frame.header.attributes)

    def test_all_takes_what_the_script_set_and_says_where_from(self, plate):
        own = node("ModifyMetaData", name="M1", metadata="{set shot/name sh010} {set exr/owner nobody}")
        for knobs, name in (({}, "nuke/shot/name"), ({"noprefix": "true"}, "shot/name")):
            mode = {"metadata": "all metadata", **knobs}
            frame = written(root(), read(plate), own, bare(colorspace=LOG, **mode))
            assert frame.header.attribute(name) == "sh010"
            assert frame.header.attribute("Copyright") == "nobody"
            assert frame.header.attribute(name.replace("shot/name", "input/width")) == 64
        but = written(root(), read(plate), own, bare(colorspace=LOG, metadata="all metadata except input/*"))
        assert but.header.attribute("nuke/shot/name") == "sh010"
        assert but.header.attribute("nuke/input/width") is None

    def test_what_all_metadata_writes_can_be_written(self, plate, tmp_path):
        frame = written(root(), read(plate), bare(colorspace=LOG, metadata="all metadata"))
        write_frame(replace(frame, file=None), tmp_path / "o.exr")
        assert read_frame(tmp_path / "o.exr", 1).header.attribute("nuke/input/filename") == plate % 1001

    def test_a_time_code_set_in_the_script_is_written_as_one(self, plate):
        own = node("ModifyMetaData", name="M1", metadata="{set input/timecode 10:20:30:05}")
        frame = written(root(), read(plate), own, bare(colorspace=LOG))
        assert frame.header.attribute("smpte:TimeCode") == (0x10203005, 0)

    def test_text_never_stands_where_exr_wants_another_type(self):
        odd = {"exr/timeCode": Attribute("exr/timeCode", "string", "nonsense")}
        assert all(not header_entries(odd, mode, prefix=True) for mode in modes)
