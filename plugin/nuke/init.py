# Nuke runs this at every start, with or without a window: it only says where things are.
try:
    import nuke

    nuke.pluginAddPath("./gizmos")
except BaseException:  # noqa: BLE001 -- the outermost shell: whatever is wrong here, Nuke has to start
    import traceback

    traceback.print_exc()
