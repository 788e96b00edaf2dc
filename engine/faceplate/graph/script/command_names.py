"""Words that begin a command and are no class of node."""

# What a script is made of beside nodes.
script_commands = frozenset(
    {"Root", "add_layer", "clone", "define_window_layout_xml", "end_group", "push", "set", "version"}
)

_tcl = """
    after append apply array auto_execok auto_import auto_load auto_load_index auto_qualify bgerror binary break catch
    cd chan clock close concat continue coroutine dict encoding eof error eval exec exit expr fblocked fconfigure fcopy
    file fileevent flush for foreach format gets glob global if incr info interp join lappend lassign lindex linsert
    list llength lmap load lrange lrepeat lreplace lreverse lsearch lset lsort memory namespace open package pid proc
    puts pwd python read regexp regsub rename return scan seek socket source split stack string subst switch tailcall
    tell throw time trace try unknown unload unset update uplevel upvar variable vwait while yield yieldto zlib
"""
# Tcl's own (Tcl 8.6, `info commands`), and Nuke's `python` and `stack`: refused by name.
tcl_commands = frozenset(_tcl.split())
