"""The engine of Thea: actors, values and organs that correct source code. It knows no screen."""

__version__ = "0.1.0"
