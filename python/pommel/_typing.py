"""Names for type checkers. No module imports this when it runs: ``typing`` would take longer to
import than the package."""

from typing import Any, List, Sequence, Tuple, Union

from ._native import dtype, ndarray

#: What ``asarray`` takes: a number, nested sequences of numbers, an array of any library. Checkers
#: cannot tell those from other objects.
ArrayLike = Any
#: One axis, several, or None for all.
Axis = Union[int, Tuple[int, ...], List[int], None]
#: What ``dtype`` takes: an element type, its name, or a type of Python.
DTypeLike = Union[dtype, str, type, None]

__all__ = ["Any", "ArrayLike", "Axis", "DTypeLike", "Sequence", "dtype", "ndarray"]
