"""The frozen values that actors send each other."""
