"""Reads the world; every failure to read becomes a `Missing` with its reason."""
