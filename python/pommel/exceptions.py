"""Exceptions. `AxisError` is the one that code for NumPy asks for by name.

>>> import pommel as pm
>>> try:
...     pm.ones((2, 3)).sum(axis=2)
... except pm.exceptions.AxisError as error:
...     print(error)
axis 2 does not exist: the array has the axes -2 to 1
"""

__all__ = ["AxisError", "VerificationError"]


class AxisError(ValueError, IndexError):
    """An axis that an array has not."""


class VerificationError(AssertionError):
    """A function that :func:`pommel.jit` compiled with ``verify=True`` did something else than Python does."""
