import random

import pytest
from sample_scripts import EVERY_CONSTRUCT, ODD_BUT_READABLE, random_script
from tcl_oracle import needs_tclsh, our_reading, tcl_readings

from faceplate.graph.script import parse_script, script_text

pytestmark = needs_tclsh
WRITTEN = [EVERY_CONSTRUCT, *ODD_BUT_READABLE]


def _readings(texts, folder):
    paths = [folder / f"{number}.nk" for number in range(len(texts))]
    for path, text in zip(paths, texts, strict=True):
        path.write_text(text, encoding="utf-8", newline="\n")
    return tcl_readings(paths)


def test_scripts_by_hand_are_read_as_tcl_reads_them(tmp_path):
    assert [our_reading(parse_script(text)) for text in WRITTEN] == _readings(WRITTEN, tmp_path)


def test_random_scripts_are_read_as_tcl_reads_them(tmp_path):
    rng = random.Random(7)  # noqa: S311 -- the same ones every time
    texts = [random_script(rng) for _ in range(150)]
    assert [our_reading(parse_script(text)) for text in texts] == _readings(texts, tmp_path)


def test_tcl_reads_what_we_write_as_what_we_read(tmp_path):
    rng = random.Random(8)  # noqa: S311 -- the same ones every time
    scripts = [parse_script(text) for text in [*WRITTEN, *(random_script(rng) for _ in range(150))]]
    assert _readings([script_text(script) for script in scripts], tmp_path) == [our_reading(s) for s in scripts]


@pytest.mark.parametrize("text", ["Blur {a}", "Blur {", 'Blur {"a" b}}', "Blur {x}y", 'Blur {a "b}', "Blur"])
def test_tcl_too_refuses_what_we_refuse(text, tmp_path):
    assert _readings([text], tmp_path) == [None]
