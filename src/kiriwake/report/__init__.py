"""Turns a diagnosis into characters; pure."""
