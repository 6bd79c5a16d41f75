"""The commands of `thea`, one per file."""
