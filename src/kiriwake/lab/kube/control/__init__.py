"""The controllers: what makes the objects that others asked for."""
