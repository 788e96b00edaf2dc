"""A grain profile as a file, as JSON, in words, and with a curve of somebody's own."""
