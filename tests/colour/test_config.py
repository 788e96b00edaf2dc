import pytest

from faceplate.colour import (
    builtin_config,
    colour_spaces,
    config_identity,
    load_config,
    open_config,
    resolve_encoding,
    scene_linear,
)
from faceplate.errors import ColourError
from faceplate.values import Attribute, Header, Sample, Window


def header(*attributes):
    window = Window(0, 0, 4, 4)
    return Header("openexr", window, window, ("R", "G", "B"), (Sample.HALF,) * 3, attributes=attributes)


@pytest.fixture(autouse=True)
def _no_ocio_variable(monkeypatch):
    monkeypatch.delenv("OCIO", raising=False)


def test_the_built_in_config_works_in_acescg():
    assert scene_linear(load_config()) == "ACEScg"


def test_the_callers_word_stands_above_the_headers():
    declared = header(Attribute("colorInteropID", "string", "lin_ap1_scene"))
    assert resolve_encoding(load_config(), "ARRI LogC4", declared, "a.exr") == "ARRI LogC4"


@pytest.mark.parametrize(
    ("asked", "meant"),
    [("logc3ei800_alexawide", "ARRI LogC3 (EI800)"), ("ACES - ACEScct", "ACEScct"), ("scene_linear", "ACEScg")],
)
def test_aliases_and_roles_are_understood(asked, meant):
    assert resolve_encoding(load_config(), asked, header(), "a.exr") == meant


@pytest.mark.parametrize(
    ("attribute", "meant"),
    [
        (Attribute("colorInteropID", "string", "ocio:arrilogc3_awg3_scene"), "ARRI LogC3 (EI800)"),
        (Attribute("acesImageContainerFlag", "int", 1), "ACES2065-1"),
    ],
)
def test_a_header_that_declares_its_encoding_is_believed(attribute, meant):
    assert resolve_encoding(load_config(), None, header(attribute), "a.exr") == meant


def test_a_plate_that_nobody_names_is_refused_with_the_list():
    with pytest.raises(ColourError) as refusal:
        resolve_encoding(load_config(), None, header(), "plate.%04d.exr")
    assert "plate.%04d.exr" in str(refusal.value)
    assert "--colourspace" in refusal.value.next_step
    assert all(name in refusal.value.next_step for name in colour_spaces(load_config()))


@pytest.mark.parametrize("name", ["LogQ", "Raw", ""])
def test_an_unknown_or_data_space_is_refused_with_the_list(name):
    with pytest.raises(ColourError, match="ACEScct"):
        resolve_encoding(load_config(), name, header(), "a.exr")


def test_a_broken_config_is_named(tmp_path, monkeypatch):
    broken = tmp_path / "config.ocio"
    broken.write_text("ocio_profile_version: 99\n")
    monkeypatch.setenv("OCIO", str(broken))
    with pytest.raises(ColourError, match=r"config\.ocio"):
        load_config()


def test_a_missing_config_is_named(monkeypatch):
    monkeypatch.setenv("OCIO", "/nowhere/config.ocio")
    with pytest.raises(ColourError, match=r"/nowhere/config\.ocio.*unset it"):
        load_config()


@pytest.fixture
def house(tmp_path):
    """Two configs told apart by their working space: `house` and `script`."""
    paths = {}
    for name in ("house", "script"):
        paths[name] = str(tmp_path / f"{name}.ocio")
        (tmp_path / f"{name}.ocio").write_text(
            f"ocio_profile_version: 2\nroles:\n  default: {name}\n  scene_linear: {name}\nfile_rules:\n"
            f"  - !<Rule> {{name: Default, colorspace: default}}\ndisplays:\n  d:\n"
            f"    - !<View> {{name: v, colorspace: {name}}}\ncolorspaces:\n  - !<ColorSpace>\n    name: {name}\n"
        )
    return paths


def test_the_ocio_variable_stands_above_the_scripts_config(house, monkeypatch):
    monkeypatch.setenv("OCIO", house["house"])
    assert scene_linear(load_config(house["script"])) == "house"


def test_the_scripts_config_stands_above_the_built_in_one(house):
    assert scene_linear(load_config(house["script"])) == "script"


def test_a_config_opened_by_name_is_that_one_whatever_the_variable_says(house, monkeypatch):
    monkeypatch.setenv("OCIO", house["house"])
    assert scene_linear(open_config(house["script"])) == "script"
    assert scene_linear(open_config(f"ocio://{builtin_config}")) == "ACEScg"


def test_a_scripts_broken_config_is_named_as_the_scripts(tmp_path):
    with pytest.raises(ColourError, match=r"missing\.ocio.*the script names"):
        load_config(str(tmp_path / "missing.ocio"))


def test_two_configs_have_two_identities(house):
    assert config_identity(open_config(house["house"])) != config_identity(open_config(house["script"]))
    assert config_identity() == config_identity(load_config())
