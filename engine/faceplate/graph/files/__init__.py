"""Files as Read and Write name them, and what stands in them in the words of Nuke: channels, metadata, encodings."""
