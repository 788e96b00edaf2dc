"""Grain given back: the plate's own without what leaked into it, and new grain of its kind."""
