"""Grain taken out: neighbours moved onto the frame, merged, and what is left shrunk."""
