"""Landmarks, texture and the artist's hand joined in one estimate over the shot."""
