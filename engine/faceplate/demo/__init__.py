"""The demo: a generated plate with known truth, made from a public-domain portrait, and the whole walk on it."""

from faceplate.demo.plate import make_plate
from faceplate.demo.portrait import landmarks68_portrait
from faceplate.demo.report import Figures
from faceplate.demo.truth import Truth
from faceplate.demo.walk import demo_model, run_demo

__all__ = ["Figures", "Truth", "demo_model", "landmarks68_portrait", "make_plate", "run_demo"]
