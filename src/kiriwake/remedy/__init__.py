"""Applies, verifies, undoes and journals plans; the only room that writes to AWS."""
