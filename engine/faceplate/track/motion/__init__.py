"""How the plate itself moves under a face, at full resolution."""
