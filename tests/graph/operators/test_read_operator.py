import os
from pathlib import Path

import numpy as np
import pytest

from faceplate.colour import open_config, plate_codec
from faceplate.errors import ColourError, FaceplateError, PlateError, ScriptError
from faceplate.graph.knobs import ReaderSettings
from faceplate.graph.render import Box, Format
from faceplate.plate import write_frame
from faceplate.values import Attribute, ChannelGroup, Frame, Header, Sample, Window
from script_shots import (
    ABOUT,
    LOG,
    exr_frame,
    node,
    picture,
    read,
    root,
    session_of,
    stored_plate,
    whole,
    write_dpx_plate,
    write_exr_plate,
)

RGB = ("rgba.red", "rgba.green", "rgba.blue")


@pytest.fixture(scope="module")
def plate(tmp_path_factory):
    """Four frames of half RGBA."""
    return write_exr_plate(tmp_path_factory.mktemp("plate"))


def of(pattern, at=1001, /, view="main", project=None, **knobs):
    return picture(session_of(project or root(), read(pattern, **knobs)), "Read1", at, view)


def same(left, right):
    return left.shape == right.shape and left.astype(np.float32).tobytes() == right.astype(np.float32).tobytes()


class TestPixels:
    def test_colour_is_what_the_plates_codec_decodes_and_the_lowest_row_comes_first(self, plate):
        stored = stored_plate(seed=1001)
        light = plate_codec(LOG, Sample.HALF).decode(stored[..., :3])
        assert same(whole(of(plate), RGB), light[::-1])

    def test_alpha_is_its_stored_number_whatever_the_encoding(self, plate):
        assert same(whole(of(plate), ("rgba.alpha",))[..., 0], stored_plate(seed=1001)[::-1, :, 3])

    def test_raw_is_the_stored_numbers(self, plate):
        assert same(whole(of(plate, raw="true")), stored_plate(seed=1001)[::-1])

    @pytest.mark.parametrize("sample", [Sample.UINT8, Sample.UINT10, Sample.UINT12, Sample.UINT16])
    def test_integer_codes_stand_for_0_to_1(self, tmp_path, sample):
        pattern = write_dpx_plate(tmp_path, sample)
        codes = stored_plate(sample, ("R", "G", "B"), seed=1001)
        assert same(whole(of(pattern, raw="true")), codes[::-1].astype(np.float32) / np.float32(sample.top_code))
        assert same(whole(of(pattern)), plate_codec(LOG, sample).decode(codes)[::-1])

    def test_a_crop_is_the_crop_of_the_whole(self, plate):
        box = Box(10, 5, 31, 40)
        planes = of(plate).pixels(box, RGB)
        assert same(np.stack(list(planes.values()), axis=-1), whole(of(plate), RGB)[5:40, 10:31])

    def test_premultiplied_colour_is_divided_by_alpha_to_be_decoded(self, tmp_path):
        pixels = np.full((48, 64, 4), 0.25, np.float16)
        pixels[..., 3] = 0.5
        pixels[0] = [0.25, 0.25, 0.25, 0]
        write_frame(exr_frame(1001, pixels), tmp_path / "plate.1001.exr")
        seen = whole(of(f"{tmp_path}/plate.%04d.exr", premultiplied="true"), RGB)
        codec = plate_codec(LOG, Sample.FLOAT)
        one = np.ones((1, 1, 3), np.float32)
        assert seen[0, 0] == pytest.approx(codec.decode(0.5 * one)[0, 0] * 0.5, rel=1e-5)
        assert seen[-1, 0] == pytest.approx(codec.decode(0.25 * one)[0, 0], rel=1e-5)

    def test_auto_alpha_is_opaque_where_the_file_has_none_and_the_files_own_where_it_has_one(self, tmp_path, plate):
        pattern = write_dpx_plate(tmp_path)
        assert "rgba.alpha" not in of(pattern).info.channels
        assert (whole(of(pattern, auto_alpha="true"), ("rgba.alpha",)) == 1).all()
        assert same(whole(of(plate, auto_alpha="true")), whole(of(plate)))

    def test_one_grey_channel_is_all_three_colours(self, tmp_path):
        header = Header("dpx", Window(0, 0, 8, 4), Window(0, 0, 8, 4), ("Y",), (Sample.UINT10,))
        codes = np.arange(32, dtype=np.uint16).reshape(4, 8, 1) * 20
        write_frame(Frame(1, "made", header, (ChannelGroup(("Y",), codes),)), tmp_path / "grey.dpx")
        seen = of(tmp_path / "grey.dpx", raw="true")
        assert seen.info.channels == RGB
        assert same(whole(seen)[..., 1], codes[::-1, :, 0] / np.float32(1023))


class TestInfo:
    def test_format_box_and_pixel_aspect_are_the_files(self, tmp_path):
        data = Window(-4, 6, 60, 50)
        frame = exr_frame(1001, np.zeros((44, 64, 4), np.float16), data=data, pixel_aspect=2.0, origin=(100, 200))
        write_frame(frame, tmp_path / "plate.1001.exr")
        info = of(f"{tmp_path}/plate.%04d.exr").info
        assert info.format == Format(64, 48, 2.0)
        assert info.box == Box(-4, -2, 60, 42)
        assert info.outside == "black"

    def test_a_file_that_fills_its_format_repeats_its_edge(self, plate):
        info = of(plate).info
        assert (info.box, info.outside, info.frames) == (Box(0, 0, 64, 48), "edge", (1001, 1004))

    def test_the_nodes_format_takes_the_files_place(self, plate):
        info = of(plate, format="100 60 0 0 100 60 1.5 wide").info
        assert info.format == Format(100, 60, 1.5, "wide")
        assert info.box == Box(0, 0, 64, 48)

    def test_layers_bear_nukes_names(self, tmp_path):
        names = ("R", "G", "B", "A", "Z", "diffuse.R", "diffuse.G", "diffuse.B", "forward.u", "id", "a.b.red")
        pixels = np.arange(48 * 64 * len(names), dtype=np.float32).reshape(48, 64, -1)
        write_frame(exr_frame(1001, pixels, names), tmp_path / "plate.1001.exr")
        seen = of(f"{tmp_path}/plate.%04d.exr", raw="true")
        expected = (
            *RGB, "rgba.alpha", "depth.Z", "diffuse.red", "diffuse.green", "diffuse.blue", "forward.u", "other.id",
            "a_b.red",
        )  # fmt: skip
        assert set(seen.info.channels) == set(expected)
        assert seen.info.channels[:4] == expected[:4]
        for nuke, own in zip(expected, names, strict=True):
            assert same(whole(seen, (nuke,))[..., 0], pixels[::-1, :, names.index(own)])

    def test_views_share_a_file(self, tmp_path):
        names = ("R", "G", "B", "right.R", "right.G", "right.B", "depth.Z")
        pixels = np.zeros((48, 64, len(names)), np.float16) + np.arange(len(names), dtype=np.float16)
        views = Attribute("multiView", "string[2]", ("left", "right"))
        write_frame(exr_frame(1001, pixels, names, attributes=(views,)), tmp_path / "plate.1001.exr")
        pattern = f"{tmp_path}/plate.%04d.exr"
        for view, red in (("main", 0), ("left", 0), ("right", 3)):
            seen = of(pattern, view=view, raw="true")
            assert set(seen.info.channels) == {*RGB, "depth.Z"}
            assert whole(seen)[0, 0, 0] == red

    def test_layers_may_stand_in_parts_of_their_own(self, tmp_path):
        import OpenEXR  # noqa: PLC0415 -- an independent writer

        def part(name, view, first, names):
            planes = {each: np.full((48, 64), first + place, np.float16) for place, each in enumerate(names)}
            return OpenEXR.Part({"type": OpenEXR.scanlineimage, "view": view}, planes, name=name)

        parts = [
            part("rgba.left", "left", 1, "RGBA"), part("depth.left", "left", 10, "Z"),
            part("diffuse.left", "left", 20, "RGB"), part("rgba.right", "right", 30, "RGB"),
            part("diffuse.right", "right", 40, "RGB"), part("spec", "left", 50, ("spec.R", "spec.G")),
        ]  # fmt: skip
        OpenEXR.File(parts).write(str(tmp_path / "plate.1001.exr"))
        expected = {
            "left": {"rgba.red": 1, "depth.Z": 10, "diffuse.green": 21, "spec.green": 51},
            "right": {"rgba.red": 30, "diffuse.green": 41},
        }
        for view, values in expected.items():
            seen = of(f"{tmp_path}/plate.%04d.exr", view=view, raw="true")
            for name, value in values.items():
                assert whole(seen, (name,))[5, 7, 0] == value, (view, name)

    def test_metadata_bears_nukes_names_and_keeps_the_files_entries(self, plate):
        metadata = of(plate).info.metadata
        values = {name: entry.value for name, entry in metadata.items()}
        assert values["input/timecode"] == "01:02:03:04"
        assert values["input/frame_rate"] == pytest.approx(24000 / 1001)
        assert (values["input/width"], values["input/height"], values["input/bitsperchannel"]) == (64, 48, 16)
        assert (values["input/frame"], values["input/filename"]) == (1001, plate % 1001)
        assert values["exr/owner"] == "Faceplate tests"
        assert {metadata[f"exr/{name}"] for name in ("owner", "timeCode", "com.camera.odd")} <= {*ABOUT}

    def test_a_dpx_tells_its_fields(self, tmp_path):
        rate = Attribute("dpx:FrameRate", "float", 25.0)
        pattern = write_dpx_plate(tmp_path, attributes=(rate,))
        metadata = of(pattern).info.metadata
        assert metadata["dpx/frame_rate"] == rate
        assert metadata["input/frame_rate"].value == 25.0
        assert metadata["input/bitsperchannel"].value == 10


class TestNames:
    @pytest.mark.parametrize("name", ["plate.####.exr", "plate.%04d.exr", r"\[string tolower PLATE].####.exr"])
    def test_the_frames_number_stands_where_the_name_says(self, plate, name):
        folder = os.path.dirname(plate)  # noqa: PTH120 -- a text
        assert of(f"{folder}/{name}", 1003).info.metadata["input/frame"].value == 1003

    def test_folders_may_bear_the_number_too(self, tmp_path):
        for number in (1001, 1002):
            (tmp_path / f"{number}").mkdir()
            write_frame(exr_frame(number, stored_plate(seed=number)), tmp_path / f"{number}" / f"plate.{number}.exr")
        seen = of(f"{tmp_path}/%04d/plate.%04d.exr", 1002)
        assert seen.info.metadata["input/frame"].value == 1002

    @pytest.mark.parametrize("said", ["{folder}", r"\[python \{{nuke.script_directory()\}}]"])
    def test_names_that_are_not_absolute_begin_at_the_projects_directory(self, plate, said):
        folder = Path(plate).parent
        project = root(project_directory=said.format(folder=folder))
        settings = ReaderSettings(script_path=folder / "shot.nk")
        session = session_of(project, read("plate.%04d.exr"), settings=settings)
        assert picture(session, "Read1").info.metadata["input/frame"].value == 1001

    def test_views_stand_where_the_name_says(self, tmp_path):
        for view, value in (("left", 0.25), ("l", 0.5)):
            write_frame(exr_frame(7, np.full((48, 64, 4), value, np.float16)), tmp_path / f"p.{view}.0007.exr")
        for name, value in (("p.%V.####.exr", 0.25), ("p.%v.####.exr", 0.5)):
            assert whole(of(tmp_path / name, 7, view="left", raw="true", first=7, last=7))[0, 0, 0] == value

    def test_a_still_is_the_same_at_every_frame(self, plate):
        still = plate % 1002
        seen = [
            whole(picture(session_of(root(), node("Read", 0, name="Read1", file=still)), "Read1", at)) for at in (1, 9)
        ]
        assert same(*seen)

    @pytest.mark.parametrize("name", ["|ls", "/etc", "", "nowhere.####.exr", "$(touch x).exr"])
    def test_what_is_no_file_is_said_with_the_node(self, name):
        with pytest.raises(FaceplateError, match="Read1"):
            of(name or '""').info  # noqa: B018 -- is refused once it is read


class TestTime:
    @pytest.mark.parametrize(
        ("knobs", "at", "shown"),
        [
            ({}, 1003, 1003),
            ({"before": "hold", "after": "hold"}, 990, 1001),
            ({"after": "hold"}, 2000, 1004),
            ({"after": "loop"}, 1005, 1001),
            ({"after": "loop"}, 1010, 1002),
            ({"before": "loop"}, 1000, 1004),
            ({"after": "bounce"}, 1005, 1003),
            ({"after": "bounce"}, 1007, 1001),
            ({"after": "bounce"}, 1008, 1002),
            ({"before": "bounce"}, 1000, 1002),
            ({"frame_mode": "offset", "frame": 1000}, 2, 1002),
            ({"frame_mode": "start at", "frame": 1}, 3, 1003),
            ({"frame_mode": "expression", "frame": "frame+1000"}, 4, 1004),
            ({"frame_mode": "expression", "frame": "{{frame*2-1001}}"}, 1002, 1003),
            ({"first": 1002, "last": 1003}, 1004, 1003),
        ],
    )
    def test_the_knobs_say_which_frame_is_shown(self, plate, knobs, at, shown):
        assert of(plate, at, **knobs).info.metadata["input/frame"].value == shown

    def test_without_a_range_it_is_that_on_disk(self, plate):
        session = session_of(root(), node("Read", 0, name="Read1", file=plate))
        assert picture(session, "Read1", 500).info.frames == (1001, 1004)
        assert picture(session, "Read1", 500).info.metadata["input/frame"].value == 1001

    def test_before_and_after_may_be_black(self, plate):
        seen = of(plate, 900, before="black")
        assert seen.info.format == Format(64, 48)
        assert set(seen.info.channels) == {*RGB, "rgba.alpha"}
        assert not whole(seen).any()

    def test_an_expression_that_makes_no_sense_is_said(self, plate):
        with pytest.raises(ScriptError, match=r"Read1\.frame"):
            of(plate, frame="nothing.here+1").info  # noqa: B018 -- is refused once it is read


class TestMissing:
    @pytest.fixture
    def gap(self, tmp_path):
        """A plate whose third frame is missing and whose fourth is damaged."""
        pattern = write_exr_plate(tmp_path)
        (tmp_path / "plate.1003.exr").unlink()
        (tmp_path / "plate.1004.exr").write_bytes((tmp_path / "plate.1004.exr").read_bytes()[:900])
        return pattern

    @pytest.mark.parametrize("frame", [1003, 1004])
    def test_it_is_an_error_that_names_node_file_and_frame(self, gap, frame):
        with pytest.raises(PlateError, match="Read1") as raised:
            whole(of(gap, frame))
        assert (gap % frame) in str(raised.value)

    @pytest.mark.parametrize("frame", [1003, 1004])
    def test_it_may_be_black_or_a_checkerboard(self, gap, frame):
        black, board = of(gap, frame, on_error="black"), of(gap, frame, on_error="checkerboard")
        assert black.info.format == board.info.format == Format(64, 48)
        assert not whole(black).any()
        assert len(np.unique(whole(board, RGB))) >= 1
        assert (whole(board, ("rgba.alpha",)) == 1).all()

    def test_it_may_be_the_nearest_frame(self, gap):
        assert of(gap, 1003, on_error="nearestframe").info.metadata["input/frame"].value == 1002


class TestEncodings:
    @pytest.mark.parametrize(
        "name",
        [
            LOG,
            f"default ({LOG})",
            "Input/ARRI/" + LOG,
            "lin_ap0_scene",
            "scene_linear (ACEScg)",
            "aces_interchange",
        ],
    )
    def test_in_an_ocio_config_names_aliases_roles_and_menu_paths_are_known(self, plate, name):
        assert of(plate, colorspace=name).plane(Box(0, 0, 4, 4), "rgba.red").shape == (4, 4)

    @pytest.mark.parametrize("name", ["sRGB_of_nobody", "AlexaV3LogC", "Cineon"])
    def test_in_an_ocio_config_other_names_are_refused_with_what_there_is(self, plate, name):
        with pytest.raises(ColourError, match="ACEScct") as raised:
            of(plate, colorspace=name).plane(Box(0, 0, 4, 4), "rgba.red")
        assert "Read1.colorspace" in str(raised.value)
        assert name in str(raised.value)

    def test_data_is_as_raw(self, plate):
        assert same(whole(of(plate, colorspace="Raw"), RGB), whole(of(plate, raw="true"), RGB))

    def test_root_says_what_default_is(self, plate):
        said = root(floatLut=LOG)
        assert same(whole(of(plate, project=said, colorspace="default")), whole(of(plate)))
        assert same(whole(of(plate, colorspace="default"), RGB), whole(of(plate, colorspace="scene_linear"), RGB))

    @pytest.mark.parametrize("sample", [Sample.UINT8, Sample.UINT10, Sample.UINT16])
    def test_nukes_own_default_goes_by_the_kind_of_file(self, tmp_path, sample):
        pattern = write_dpx_plate(tmp_path, sample)
        stated = {Sample.UINT8: "sRGB", Sample.UINT10: "Cineon", Sample.UINT16: "sRGB"}[sample]
        native = root(colorManagement="Nuke")
        default, named = (whole(of(pattern, project=native, colorspace=name)) for name in ("default", stated))
        assert same(default, named)
        other = root(colorManagement="Nuke", logLut="AlexaV3LogC", int8Lut="rec709", int16Lut="linear")
        assert not same(whole(of(pattern, project=other, colorspace="default")), named)

    def test_nukes_own_curves_mix_no_channels(self, plate):
        seen = whole(of(plate, project=root(colorManagement="Nuke"), colorspace="AlexaV3LogC"), RGB)
        stored = stored_plate(seed=1001)[::-1, :, :3].astype(np.float32)
        with np.errstate(all="ignore"):
            light = (10 ** ((stored - 0.385537) / 0.247190) - 0.052272) / 5.555556
        upper = np.isfinite(stored) & (stored > 0.16) & (stored < 2)
        assert seen[upper] == pytest.approx(light[upper], rel=1e-4)

    def test_the_scripts_own_config_is_used_and_the_environments_wins(self, plate, tmp_path, monkeypatch):
        own = tmp_path / "config.ocio"
        own.write_text(open_config("ocio://cg-config-v1.0.0_aces-v1.3_ocio-v2.1").serialize())
        project = root(OCIO_config="custom", customOCIOConfigPath=own)
        with pytest.raises(ColourError, match="Read1"):
            whole(of(plate, project=project))
        assert of(plate, project=project, colorspace="ACEScg").plane(Box(0, 0, 4, 4), "rgba.red").any()
        monkeypatch.setenv("OCIO", "ocio://studio-config-v1.0.0_aces-v1.3_ocio-v2.1")
        assert of(plate, project=project).plane(Box(0, 0, 4, 4), "rgba.red").shape == (4, 4)

    def test_a_config_that_ships_with_nuke_is_opencolorios_own_or_said_to_be_absent(self, plate):
        shipped = root(OCIO_config="fn-nuke_studio-config-v1.0.0_aces-v1.3_ocio-v2.1")
        assert of(plate, project=shipped).plane(Box(0, 0, 4, 4), "rgba.red").shape == (4, 4)
        session = session_of(root(OCIO_config="aces_1.2"), read(plate))
        whole(picture(session, "Read1"))
        assert any("aces_1.2" in note for note in session.notes)

    def test_an_unknown_native_name_lists_nukes_own(self, plate):
        with pytest.raises(ColourError, match="AlexaV3LogC"):
            whole(of(plate, project=root(colorManagement="Nuke"), colorspace="Oddity"))
