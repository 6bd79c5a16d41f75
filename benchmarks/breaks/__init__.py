"""Kinds of breaks that the breaker puts into healthy files. Shares no code with the repair rules."""
