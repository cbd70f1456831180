"""Log groups and drivers."""
