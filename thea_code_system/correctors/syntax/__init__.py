"""Repairs files that do not parse: rules, a parser-guided search under them, and a scorer."""
