"""The actors that make up a run."""
