"""Every fix that Ruff offers, one by one, under Thea's gate."""
