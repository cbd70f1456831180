"""Rights of roles."""
