"""Kinds of breaks put into healthy files. Shares no code with the repair rules."""
