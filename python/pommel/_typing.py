"""Names for type checkers. No module imports this when it runs: ``typing`` would take longer to
import than the package."""

import os
from typing import (
    IO, Any, Iterable, Iterator, List, NoReturn, Sequence, SupportsIndex, Tuple, Type, Union,
)

from ._native import dtype, ndarray

#: What ``asarray`` takes: a number, nested sequences of numbers, an array of any library. Checkers
#: cannot tell those from other objects.
ArrayLike = Any
#: One axis, several, or None for all.
Axis = Union[int, Tuple[int, ...], List[int], None]
#: An element type, its name, or a type of Python.
ElementType = Union[dtype, str, Type[Any]]
#: What ``dtype`` takes where it has a default.
DTypeLike = Union[ElementType, None]
#: A path, or a file that is open in binary mode.
File = Union[str, "os.PathLike[str]", IO[bytes]]
#: What a stream of random numbers begins with.
Seed = Union[int, Sequence[int], ndarray, None]
#: The shape of random numbers; None is a single one.
Size = Union[int, Sequence[int], None]

__all__ = [
    "Any", "ArrayLike", "Axis", "DTypeLike", "ElementType", "File", "Iterable", "Iterator",
    "NoReturn", "Seed", "Sequence", "Size", "SupportsIndex", "dtype", "ndarray",
]
