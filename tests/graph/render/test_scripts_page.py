import re
from pathlib import Path

import faceplate.graph  # noqa: F401 -- registers what is rendered
from faceplate.graph.render import rendered_classes
from faceplate.spec import registered

PAGE = Path(__file__).parents[3] / "docs" / "scripts.md"


def test_the_page_names_every_class_that_is_rendered_and_no_other():
    rows = re.findall(r"^\| (\w+) \| (.*) \|$", PAGE.read_text(), flags=re.MULTILINE)
    named = {word for _, classes in rows for word in re.findall(r"\w+", re.sub(r"\([^)]*\)", "", classes))}
    ours = {f"{name} result" for name in registered()}
    assert named == (set(rendered_classes()) - ours) | set(registered())
