"""Faces of one person joined over a shot, and what an artist says about who is who."""
