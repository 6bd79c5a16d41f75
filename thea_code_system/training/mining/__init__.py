"""Finds, in the histories of repositories, what people got wrong and how they put it right."""
