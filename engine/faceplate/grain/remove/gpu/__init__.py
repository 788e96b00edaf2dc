"""Taking grain out on a GPU, file by file as on the CPU; torch is loaded only by who imports these files."""
