"""`thea learn` at work."""
