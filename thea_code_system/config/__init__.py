"""What a run is told: settings from flags, environment and files, each with its origin."""
