# Nuke runs this at a start with a window.
try:
    from faceplate_nuke import menu

    menu.install()
except BaseException:  # noqa: BLE001 -- the outermost shell: whatever is wrong here, Nuke has to start
    import traceback

    traceback.print_exc()
