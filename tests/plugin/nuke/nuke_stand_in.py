"""A stand-in for Nuke on top of our own graph: the calls that the plugin makes, and no others.

What it does not have raises AttributeError, as a mistyped call does in Nuke. It draws no conclusion about Nuke itself.
"""

# ruff: noqa: N802, N803 -- Nuke's own names

import queue
import runpy
import sys
import threading
import time
from functools import partial
from pathlib import Path
from types import ModuleType

import nuke_knobs
from nuke_knobs import ANY_CLASS, OF_CLASS, USER_KINDS, Knob

from faceplate.errors import FaceplateError
from faceplate.graph.knobs import KnobReader, Moment, ReaderSettings, user_knobs
from faceplate.graph.render import Session, defaults_of
from faceplate.graph.script import Script, ScriptNode, group_classes, parse_script, script_text


class Node:
    """A node of the script that is open."""

    def __init__(self, nuke, klass, parent, pairs=()):
        self._nuke, self._klass, self._parent = nuke, klass, parent
        self._inputs, self._order, self._knobs = [], [], {}
        for name, (kind, text) in ({**ANY_CLASS, **OF_CLASS.get(klass, {})}).items():
            self._knobs[name] = kind(self, name, text)
        self._read(pairs)

    def _read(self, pairs):
        for declared in user_knobs(ScriptNode(self._klass, tuple(pairs))):
            kind = USER_KINDS.get(declared.type, Knob)
            self._knobs[declared.name] = kind(self, declared.name, declared.text or declared.default)
        for name, value in pairs:
            if name == "addUserKnob":
                self._order.append((name, value))
            elif name != "inputs":
                self._knobs.setdefault(name, Knob(self, name)).text = value
                self._order.append((name, None))

    # What the plugin calls.

    def Class(self):
        return self._klass

    def name(self):
        return self._knobs["name"].text

    def fullName(self):
        above = [] if isinstance(self._parent, Root) else [self._parent.fullName()]
        return ".".join([*above, self.name()])

    def setName(self, name):
        taken = {node.name() for node in self._nuke.inside(self._parent) if node is not self}
        free = name if name not in taken else next(f"{name}{n}" for n in range(1, 1000) if f"{name}{n}" not in taken)
        self["name"].setValue(free)

    def knob(self, name):
        return self._knobs.get(name)

    def knobs(self):
        return dict(self._knobs)

    def __getitem__(self, name):
        if name not in self._knobs:
            raise NameError(f"knob {name} does not exist")
        return self._knobs[name]

    def input(self, slot):
        return self._inputs[slot] if slot < len(self._inputs) else None

    def inputs(self):
        return len(self._inputs)

    def setInput(self, slot, node):
        self._inputs += [None] * (slot + 1 - len(self._inputs))
        self._inputs[slot] = node
        self.knob_changed(Knob(self, "inputChange"))

    def dependencies(self, _what):
        return [node for node in self._inputs if node is not None]

    def parent(self):
        return self._parent

    def firstFrame(self):
        return self._frames()[0]

    def lastFrame(self):
        return self._frames()[1]

    def metadata(self, key, time=None):
        return self._nuke.metadata(self, key, time)

    def xpos(self):
        return self["xpos"].value()

    def ypos(self):
        return self["ypos"].value()

    def setXYpos(self, x, y):
        self["xpos"].setValue(x)
        self["ypos"].setValue(y)

    # What the stand-in needs.

    def _frames(self):
        if self._klass == "Read":
            return self["first"].value(), self["last"].value()
        above = self.input(0)
        root = self._nuke.root
        return above._frames() if above else (root["first_frame"].value(), root["last_frame"].value())

    def write(self, name):
        if (name, None) not in self._order:
            self._order.append((name, None))

    def pairs(self):
        return tuple((name, self._knobs[name].text if text is None else text) for name, text in self._order)

    def evaluate(self, knob):
        return self._nuke.evaluate(self, knob)

    def number_at(self, knob, frame):
        return self._nuke.number_at(self, knob, frame)

    def knob_changed(self, knob):
        self._nuke.knob_changed(self, knob)

    def run_python(self, knob, text):
        self._nuke.run_python(self, knob, text)


class Group(Node):
    """A group; `with` makes it the place where nodes are made."""

    def node(self, name):
        return next((node for node in self.nodes() if node.name() == name), None)

    def nodes(self):
        return self._nuke.inside(self)

    def __enter__(self):
        self._nuke.current.append(self)
        return self

    def __exit__(self, *_):
        self._nuke.current.pop()


class Root(Group):
    """The project."""

    def fullName(self):
        return "root"


class Undo:
    """Counts, so that tests see that every step is closed."""

    steps, depth, disabled = [], 0, 0

    @classmethod
    def begin(cls, name):
        cls.depth += 1
        cls.steps.append(name)

    @classmethod
    def end(cls):
        cls.depth -= 1

    @classmethod
    def disable(cls):
        cls.disabled += 1

    @classmethod
    def enable(cls):
        cls.disabled -= 1


class Menu:
    """A menu; its items by name."""

    def __init__(self):
        self.items = {}

    def addMenu(self, name):
        return self.items.setdefault(name, Menu())

    def addCommand(self, name, command):
        self.items[name] = command

    def addSeparator(self):
        self.items[f"-{len(self.items)}"] = None


class Nuke:
    """A session of the stand-in: the script that is open, and what only an artist can do."""

    def __init__(self):
        self.module = self._module()
        self.restart(gui=True)

    def restart(self, *, gui):
        self.module.GUI = gui
        self.plugin_path, self.menus, self.tasks, self.printed = [], {}, [], []
        self.frame = 1001
        self.cancel_at, self._calls, self._listeners = None, queue.Queue(), {"knob": [], "load": []}
        self._reading, self._context = [], []
        Undo.steps, Undo.depth, Undo.disabled = [], 0, 0
        self.clear()

    def clear(self):
        self.nodes = []
        self.root = Root(self, "Root", None)
        self.current = [self.root]

    # What an artist does.

    def start(self, *folders):
        """A start of Nuke with these folders on NUKE_PATH."""
        for folder in folders:
            self._add_path(folder)
        for folder in [*self.plugin_path] if self.module.GUI else ():
            if (folder / "menu.py").exists():
                runpy.run_path(str(folder / "menu.py"))

    def save(self, path):
        self.root["name"].text = str(path)
        self.root.write("name")
        path.write_text(script_text(self.script()))

    def open(self, path):
        self.clear()
        script = parse_script(path.read_text())
        self.root = Root(self, "Root", None, script.root or ())
        self.root["name"].text = str(path)
        self.current = [self.root]
        self._insert(script)
        for call in self._listeners["load"]:
            call()

    def press(self, node, button):
        node[button].execute()

    def run_until(self, condition, limit_s=60.0):
        """Nuke's own loop: does what other threads ask of the main thread, until the condition holds."""
        end = time.monotonic() + limit_s
        while not condition():
            assert time.monotonic() < end, "it took too long"
            try:
                call, args = self._calls.get(timeout=0.02)
            except queue.Empty:
                continue
            call(*args)

    # What nodes and knobs ask.

    def inside(self, group):
        return [node for node in self.nodes if node._parent is group]

    def script(self):
        places = {id(node): place for place, node in enumerate(self.nodes)}
        script = Script(
            tuple(
                ScriptNode(
                    node.Class(),
                    node.pairs(),
                    tuple(None if above is None else places[id(above)] for above in node._inputs),
                    places.get(id(node._parent)),
                    is_group=isinstance(node, Group),
                )
                for node in self.nodes
            ),
            version="14.0 v1",
            root=self.root.pairs(),
        )
        return parse_script(script_text(script))  # as a file has it: what is read stands before its readers

    def evaluate(self, node, knob):
        reader, place = self._reader(node)
        return reader.text(place, knob, Moment(self._frame())) if reader.has(place, knob) else ""

    def number_at(self, node, knob, frame):
        reader, place = self._reader(node)
        return reader.number(place, knob, Moment(frame))

    def _reader(self, node):
        session = Session(self.script())
        path = self.root["name"].text
        settings = ReaderSettings(script_path=Path(path) if path else None)
        reader = KnobReader(session.script, defaults=defaults_of, pictures=session.knobs.pictures, settings=settings)
        return reader, reader.root_index if node is self.root else session.named(node.fullName())

    def metadata(self, node, key, frame):
        session = Session(self.script())
        source = session.pull().source(session.named(node.fullName()), self._frame() if frame is None else frame)
        entry = source.info.metadata.get(key)
        return None if entry is None else entry.value

    def _frame(self):
        return self.root["first_frame"].value()

    def knob_changed(self, node, knob):
        own = node.knob("knobChanged")
        self._context.append((node, knob))
        try:
            if own is not None and own.text:
                exec(own.text, {"nuke": self.module})  # noqa: S102 -- the gizmo's own line, as Nuke runs it
            for call in self._listeners["knob"]:
                call()
        finally:
            self._context.pop()

    def run_python(self, node, knob, text):
        self._context.append((node, knob))
        try:
            exec(text, {"nuke": self.module})  # noqa: S102 -- likewise
        finally:
            self._context.pop()

    # The module that plugins import.

    def _module(self):
        module = ModuleType("nuke")
        for name in ("Knob", "File_Knob", "Array_Knob"):
            setattr(module, name, getattr(nuke_knobs, name))
        module.Node, module.Group, module.Undo = Node, Group, Undo
        module.INPUTS, module.HIDDEN_INPUTS, module.EXPRESSIONS, module.LINKINPUTS = 1, 2, 4, 8
        module.NUKE_VERSION_STRING = "stand-in"
        module.rotopaint = ModuleType("nuke.rotopaint")
        for name in ("CurveKnob", "Shape", "ShapeControlPoint"):
            setattr(module.rotopaint, name, getattr(nuke_knobs, name))
        module.root = lambda: self.root
        module.views = lambda: ["main"]
        module.frame = lambda: self.frame
        module.tprint = lambda *words: self.printed.append(" ".join(map(str, words)))
        module.pluginAddPath = self._add_path
        module.menu = self._menu
        module.thisNode = lambda: self._context[-1][0]
        module.thisKnob = lambda: self._context[-1][1]
        module.allNodes = self._all_nodes
        module.addKnobChanged = partial(self._listen, "knob")
        module.addOnScriptLoad = partial(self._listen, "load")
        module.executeInMainThread = self._in_main_thread
        module.ProgressTask = partial(_Task, self)
        module.createNode = self.create
        module.nodes = _Nodes(self)
        module.execute = self._execute
        return module

    def _menu(self, name):
        return self.menus.setdefault(name, Menu())

    def _listen(self, event, call):
        self._listeners[event].append(call)

    def _add_path(self, folder):
        folder = Path(folder) if Path(folder).is_absolute() else self._reading[-1] / folder
        self.plugin_path.insert(0, folder)
        sys.path.insert(0, str(folder))
        if (folder / "init.py").exists():
            self._reading.append(folder)
            runpy.run_path(str(folder / "init.py"))
            self._reading.pop()

    def _all_nodes(self, klass, *, recurseGroups):
        assert recurseGroups
        return [node for node in self.nodes if node.Class() == klass]

    def _in_main_thread(self, call, args=()):
        assert threading.current_thread() is not threading.main_thread(), "Nuke hangs where the main thread calls this"
        self._calls.put((call, args))

    def create(self, name):
        gizmos = [folder / f"{name}.gizmo" for folder in self.plugin_path if (folder / f"{name}.gizmo").exists()]
        if not gizmos:
            self.nodes.append(Node(self, name, self.current[-1]))
            self.nodes[-1].setName(f"{name}1")
            return self.nodes[-1]
        first = len(self.nodes)
        self._insert(parse_script(gizmos[0].read_text()))
        self.nodes[first].setName(f"{name}1")
        return self.nodes[first]

    def _insert(self, script):
        made = []
        for node in script.nodes:
            kind = Group if node.klass in group_classes else Node
            parent = self.current[-1] if node.parent is None else made[node.parent]
            made.append(kind(self, node.klass, parent, node.knobs))
        for node, new in zip(script.nodes, made, strict=True):
            new._inputs = [None if above is None else made[above] for above in node.inputs]
        self.nodes += made

    def _execute(self, write, first, last, step, views):
        from faceplate.graph import RenderSettings, render_script  # noqa: PLC0415 -- heavy, not for every test

        assert (step, views) == (1, ["main"])
        try:
            render_script(
                self.script(),
                node=write.fullName(),
                frames=range(first, last + 1),
                settings=RenderSettings(script_path=Path(self.root["name"].text), workers=1),
            )
        except FaceplateError as fault:
            raise RuntimeError(str(fault)) from fault


class _Nodes:
    def __init__(self, nuke):
        self._session = nuke

    def __getattr__(self, klass):
        if klass not in OF_CLASS:
            raise AttributeError(klass)
        return lambda: self._session.create(klass)


class _Task:
    """Nuke's progress bar; the artist presses Cancel once the session's `cancel_at` messages have come."""

    def __init__(self, nuke, title):
        self.title, self.messages, self.percent, self._session = title, [], [], nuke
        nuke.tasks.append(self)

    def setMessage(self, words):
        self.messages.append(words)

    def setProgress(self, percent):
        assert isinstance(percent, int)
        self.percent.append(percent)

    def isCancelled(self):
        at = self._session.cancel_at
        return at is not None and len(self.messages) >= at
