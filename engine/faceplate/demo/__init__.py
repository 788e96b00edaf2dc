"""The demo: a generated plate with known truth, made from a public-domain portrait."""

from faceplate.demo.plate import make_plate
from faceplate.demo.portrait import landmarks68_portrait
from faceplate.demo.truth import Truth

__all__ = ["Truth", "landmarks68_portrait", "make_plate"]
