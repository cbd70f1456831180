"""Reads AWS through botocore; dicts never leave this room."""
