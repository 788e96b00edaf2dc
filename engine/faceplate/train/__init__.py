"""Training of swap models; torch lives here, and nothing but the command line imports this folder."""

from faceplate.train.recipe import Recipe, Views, load_recipe

__all__ = ["Recipe", "Views", "load_recipe"]
