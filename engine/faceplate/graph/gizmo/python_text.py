"""The Python that stands in a node's buttons: it hands on to the plugin, and says so where that is missing."""

PLUGIN = "faceplate_nuke"
NOT_INSTALLED = (
    "The Faceplate plugin is not loaded in this Nuke: %s. Put its folder on NUKE_PATH (`faceplate install nuke` does) "
    "and start Nuke again."
)


def button_python(call: str) -> str:
    """What a button runs: a function of the plugin's buttons, such as `track(nuke.thisNode())`."""
    return _guarded(f"{PLUGIN}.buttons", f"{PLUGIN}.buttons.{call}", f"nuke.message({NOT_INSTALLED!r} % fault)")


def changed_python() -> str:
    """What `knobChanged` runs: the plugin may mark the node as out of date; where it is missing, nothing happens.

    Nuke runs this for every knob, on loading a script too: a plugin that is damaged must not break that.
    """
    return _guarded(PLUGIN, f"{PLUGIN}.changed(nuke.thisNode(), nuke.thisKnob())", "pass")


def _guarded(module: str, call: str, otherwise: str) -> str:
    caught = "Exception as fault" if "fault" in otherwise else "Exception"
    return f"try:\n    import {module}\nexcept {caught}:\n    {otherwise}\nelse:\n    {call}"
