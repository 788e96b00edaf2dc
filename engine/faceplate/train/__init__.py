"""Training of swap models; torch lives here, and nothing but the command line imports this folder."""

from faceplate.train.loop import Step, run
from faceplate.train.recipe import Recipe, Views, load_recipe
from faceplate.train.score import Score, score
from faceplate.train.to_onnx import export

__all__ = ["Recipe", "Score", "Step", "Views", "export", "load_recipe", "run", "score"]
