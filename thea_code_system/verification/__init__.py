"""The ladder of proofs, one rung per file."""
