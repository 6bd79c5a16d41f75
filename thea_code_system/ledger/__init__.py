"""What was done to which file, and how to take it back."""
