"""Rewrites that the user wrote as ast-grep rules."""
