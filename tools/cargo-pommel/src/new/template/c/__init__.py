"""Statistics of numbers."""

from ._{module} import mean

__all__ = ["mean"]
