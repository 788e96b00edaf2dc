"""The command line; other programs script against it."""

from faceplate.cli.main import build_parser, main

__all__ = ["build_parser", "main"]
