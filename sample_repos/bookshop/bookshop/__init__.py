"""Till, stock room and monthly figures of a small bookshop."""

__version__ = "1.4.0"
