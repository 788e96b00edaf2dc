"""What a script may hold: many times what real ones reach. Past a limit a file is refused, not read for hours."""

max_bytes = 256 * 2**20
max_commands = 4_000_000
max_nodes = 1_000_000
max_knobs = 5_000_000
max_inputs = 1_000  # of one node; Viewers and Switches of real scripts reach about 40
max_edges = 10_000_000  # of all nodes together
max_group_depth = 64
max_brace_depth = 200  # a rotoscope of nested layers reaches 14
max_words = 100  # of one command
max_warnings = 1_000
