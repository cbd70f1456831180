"""Use cases, one file each; the only room that sees all rooms."""
