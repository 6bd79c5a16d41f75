"""From a raw score to a decision."""
