"""Knobs of the stand-in for Nuke: a text as the script holds it, and what Python calls make of it."""

# ruff: noqa: N801, N802 -- Nuke's own names

import weakref
from typing import Any

from faceplate.graph.knobs import Curve, Key, curve_text, read_curve


class Knob:
    """A knob; the text is what stands in a script."""

    def __init__(self, node: Any, name: str, text: str = "") -> None:
        self._node, self._name, self.text = weakref.ref(node), name, text

    def name(self):
        return self._name

    def value(self):
        return self.text

    def setValue(self, value):
        self._take(self._written(value))

    def toScript(self):
        return self.text

    def fromScript(self, text):
        self._take(text)

    def isAnimated(self):
        return self.text.startswith("{curve")

    def hasExpression(self):
        return self.text.startswith("{") and not self.isAnimated()

    def _written(self, value):
        assert isinstance(value, str), f"{type(self).__name__} {self._name} is set to {value!r}"
        return value

    def _take(self, text):
        before, self.text = self.text, text
        node = self._node()
        node.write(self._name)
        if before != text:
            node.knob_changed(self)


class String_Knob(Knob):
    pass


class EvalString_Knob(String_Knob):
    pass


class File_Knob(EvalString_Knob):
    def getEvaluatedValue(self):
        return self._node().evaluate(self._name)


class Script_Knob(String_Knob):
    def execute(self):
        self._node().run_python(self, self.text)


class Array_Knob(Knob):
    """Numbers; several of them the plugin sets as script text alone."""

    def getValueAt(self, frame):
        return self._node().number_at(self._name, frame)

    def setAnimated(self):
        if not self.isAnimated():
            assert not self.hasExpression()
            self._take("{curve}")

    def setValueAt(self, value, frame):
        assert self.isAnimated(), "without an animation this sets no key"
        keys = {key.x: key for key in read_curve(self.text[1:-1]).keys} | {frame: Key(x=frame, y=value)}
        self._take("{" + curve_text(Curve(tuple(keys[x] for x in sorted(keys)))) + "}")


class Boolean_Knob(Array_Knob):
    def value(self):
        return self.text in ("true", "1")

    def _written(self, value):
        assert isinstance(value, bool)
        return str(value).lower()


class Double_Knob(Array_Knob):
    def value(self):
        return float(self.text)

    def _written(self, value):
        assert isinstance(value, (int, float))
        return f"{value:.9g}"


class Int_Knob(Array_Knob):
    def value(self):
        return int(self.text, 0)

    def _written(self, value):
        assert isinstance(value, int)
        return str(value)


class Enumeration_Knob(Array_Knob):
    pass


class Channel_Knob(Knob):
    pass


class CurveKnob(Knob):
    """The shapes of a Roto."""

    def __init__(self, node, name, text=""):
        super().__init__(node, name, text)
        self.rootLayer, self.told = Layer(), False

    def changed(self):
        self.told = True


class Layer:
    def __init__(self):
        self.shapes = []

    def append(self, element):
        assert isinstance(element, Shape)
        self.shapes.append(element)


class Shape:
    def __init__(self, knob, *, type):  # noqa: A002 -- Nuke's own word
        assert isinstance(knob, CurveKnob)
        assert type == "bezier"
        self.name, self.points = "", []

    def append(self, point):
        assert isinstance(point, ShapeControlPoint)
        self.points.append(point)


class ShapeControlPoint:
    def __init__(self, x, y):
        self.start, self.center = (x, y), AnimControlPoint()


class AnimControlPoint:
    def __init__(self):
        self.keys = {}

    def addPositionKey(self, time, position):
        x, y = position
        self.keys[time] = (x, y)


USER_KINDS = {1: String_Knob, 2: File_Knob, 3: Int_Knob, 4: Enumeration_Knob, 6: Boolean_Knob, 7: Double_Knob}
USER_KINDS |= {11: Channel_Knob, 22: Script_Knob}

ANY_CLASS = {
    "name": (String_Knob, ""),
    "xpos": (Int_Knob, "0"),
    "ypos": (Int_Knob, "0"),
    "label": (String_Knob, ""),
    "tile_color": (Int_Knob, "0"),
    "knobChanged": (String_Knob, ""),
    "disable": (Boolean_Knob, "false"),
}
OF_CLASS = {
    "Read": {
        "file": (File_Knob, ""),
        **dict.fromkeys(("first", "last", "origfirst", "origlast"), (Int_Knob, "1")),
        **dict.fromkeys(("origset", "raw", "premultiplied", "auto_alpha"), (Boolean_Knob, "false")),
        **dict.fromkeys(("before", "after"), (Enumeration_Knob, "hold")),
        "on_error": (Enumeration_Knob, "error"),
        "file_type": (Enumeration_Knob, ""),
        "colorspace": (Enumeration_Knob, "default"),
        "frame": (String_Knob, ""),
        "reload": (Script_Knob, ""),
    },
    "Write": {"file": (File_Knob, ""), "channels": (Knob, "rgb")},
    "Input": {"number": (Int_Knob, "0")},
    "Root": {
        **dict.fromkeys(("name", "project_directory", "customOCIOConfigPath"), (File_Knob, "")),
        "first_frame": (Int_Knob, "1"),
        "last_frame": (Int_Knob, "100"),
        "fps": (Double_Knob, "24"),
        "proxy": (Boolean_Knob, "false"),
        "format": (Knob, "1920 1080 0 0 1920 1080 1 HD_1080"),
        "colorManagement": (Enumeration_Knob, "Nuke"),
        "OCIO_config": (Enumeration_Knob, "aces_1.2"),
        "workingSpaceLUT": (Enumeration_Knob, "linear"),
    },
    "Roto": {"curves": (CurveKnob, "")},
    "Tracker4": {"tracks": (Knob, ""), "reference_frame": (Int_Knob, "1")},
    "CornerPin2D": {f"{end}{place}": (Array_Knob, "") for end in ("to", "from") for place in (1, 2, 3, 4)},
    "Axis2": dict.fromkeys(("translate", "rotate", "rot_order", "uniform_scale"), (Array_Knob, "")),
}
