"""What a run of Thea does to the source distributions of well-known packages."""
