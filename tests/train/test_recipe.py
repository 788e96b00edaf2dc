from dataclasses import replace

import pytest

from faceplate.errors import CallError
from faceplate.models import card_from_json, card_to_json
from faceplate.train import Recipe, load_recipe


def test_a_recipe_file_gives_its_settings(tiny):
    recipe = load_recipe(tiny(steps=7))
    assert isinstance(recipe, Recipe)
    assert (recipe.steps, recipe.card.side_px) == (7, 32)


def test_equal_settings_have_equal_digests_and_any_change_another(full_recipe):
    assert replace(full_recipe).digest == full_recipe.digest
    assert replace(full_recipe, seed=1).digest != full_recipe.digest
    assert replace(full_recipe, views=replace(full_recipe.views, lamps=1)).digest != full_recipe.digest


def test_the_demo_models_card_is_complete(full_recipe):
    assert card_from_json(card_to_json(full_recipe.card), "younger") == full_recipe.card


def test_a_missing_recipe_is_refused(tmp_path):
    with pytest.raises(CallError, match="no such file"):
        load_recipe(tmp_path / "none.py")


@pytest.mark.parametrize("text", ["x = 1", "recipe = 3", "def recipe():\n    return {}"])
def test_a_file_without_a_recipe_is_refused(tmp_path, text):
    path = tmp_path / "run.py"
    path.write_text(text)
    with pytest.raises(CallError, match=r"function `recipe\(\)`"):
        load_recipe(path)
