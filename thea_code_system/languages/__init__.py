"""What Thea knows of each programming language."""
