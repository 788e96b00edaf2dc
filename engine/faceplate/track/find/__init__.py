"""Faces in one frame: detected, measured, and what else a frame tells by itself."""
