from dataclasses import replace

import pytest

from faceplate.train.recipes import younger

TINY = """
from dataclasses import replace
from faceplate.train.recipes.younger import recipe as full

def recipe():
    card = replace(full().card, side_px=32, name="Tiny")
    return replace(full(), card=card, widths=(4, 6, 8, 8), steps={steps}, batch=2, warm_up=2, keep_every=4,
                   learning_rate={rate}, half_precision=False)
"""


@pytest.fixture
def tiny(tmp_path):
    """Writes a recipe of this many steps that trains in seconds, and gives its path."""

    def written(steps, rate=0.004):
        path = tmp_path / "tiny.py"
        path.write_text(TINY.format(steps=steps, rate=rate))
        return path

    return written


@pytest.fixture(scope="session")
def full_recipe():
    return younger.recipe()


@pytest.fixture(scope="session")
def small_recipe(full_recipe):
    return replace(full_recipe, card=replace(full_recipe.card, side_px=64))
