"""The version of the package: the one of HPy whose features it has."""

__version__ = "0.9.1"
