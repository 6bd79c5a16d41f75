"""Actors: what does something over time."""
