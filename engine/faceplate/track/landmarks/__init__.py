"""Who measures the landmarks of a face, all in one topology."""
