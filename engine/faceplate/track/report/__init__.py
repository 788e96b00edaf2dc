"""What a supervisor wants to know of a track: how still it holds, and where to look."""
