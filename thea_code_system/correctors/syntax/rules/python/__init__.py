"""Rules on Python."""
