"""What a Write makes of a picture of the graph: a frame of a file, the plate's own samples wherever it is the plate."""
