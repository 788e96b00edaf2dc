"""One module a command: its docstring is the help, `add_arguments` its flags, `run` its work."""

from faceplate.cli.commands import deliver, demo, doctor, export, grain, inspect, models, nodes, swap, track, train

commands = (demo, doctor, models, inspect, deliver, track, swap, grain, nodes, train, export)

__all__ = ["commands"]
