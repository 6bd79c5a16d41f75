"""Rules on what is no code at all, in any language."""
