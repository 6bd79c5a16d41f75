"""Settings: typed, frozen, printable with their origins."""
