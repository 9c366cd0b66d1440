"""Statistics of numbers that come one by one."""

from ._{module} import Running, mean

__all__ = ["Running", "mean"]
