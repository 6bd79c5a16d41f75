"""The family ``learned``: bugs that the edit model sees in files that parse."""
