"""How strong grain is at an exposure: fit to what was measured, looked up fast."""
