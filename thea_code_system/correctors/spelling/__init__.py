"""Misspelt words in English prose, and nowhere else."""
