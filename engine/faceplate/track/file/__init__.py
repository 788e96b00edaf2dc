"""A track as one file, and what its numbers must hold."""
