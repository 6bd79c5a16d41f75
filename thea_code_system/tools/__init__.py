"""Clients of outside programs, run one process a batch on a private scratch tree."""
