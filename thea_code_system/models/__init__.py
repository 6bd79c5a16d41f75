"""The edit model: what it reads, what it says, and how it is kept."""
