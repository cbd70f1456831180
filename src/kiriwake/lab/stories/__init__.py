"""Incidents as they come about: API calls and what happens, never what is wrong."""
