"""Runs every cause on a snapshot and orders what holds from root to symptom."""
