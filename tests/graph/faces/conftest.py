from face_scripts import shot

__all__ = ["shot"]
