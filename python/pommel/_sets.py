"""Arrays as sets: the functions whose results are named tuples, and NumPy's ``unique``."""

from __future__ import annotations

from collections import namedtuple

from . import _native

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._typing import Any, ArrayLike, ndarray

if TYPE_CHECKING:
    from typing import NamedTuple

    class UniqueAllResult(NamedTuple):
        values: ndarray
        indices: ndarray
        inverse_indices: ndarray
        counts: ndarray

    class UniqueCountsResult(NamedTuple):
        values: ndarray
        counts: ndarray

    class UniqueInverseResult(NamedTuple):
        values: ndarray
        inverse_indices: ndarray

else:
    UniqueAllResult = namedtuple("UniqueAllResult", "values indices inverse_indices counts")
    UniqueCountsResult = namedtuple("UniqueCountsResult", "values counts")
    UniqueInverseResult = namedtuple("UniqueInverseResult", "values inverse_indices")


def unique_all(x: ArrayLike, /) -> UniqueAllResult:
    """The different elements, the index of the first of each, the index of each element's like among
    them, and how often each occurs: a named tuple."""
    return UniqueAllResult(*_native.unique_parts(x))


def unique_counts(x: ArrayLike, /) -> UniqueCountsResult:
    """The different elements, and how often each occurs: a named tuple."""
    values, _, _, counts = _native.unique_parts(x)
    return UniqueCountsResult(values, counts)


def unique_inverse(x: ArrayLike, /) -> UniqueInverseResult:
    """The different elements, and for each element the index of its like: a named tuple."""
    values, _, inverse, _ = _native.unique_parts(x)
    return UniqueInverseResult(values, inverse)


def unique(ar: ArrayLike, return_index: bool = False, return_inverse: bool = False,
           return_counts: bool = False, *, equal_nan: bool = True) -> Any:
    """NumPy's unique: the different elements, and what else is asked for.

    >>> import pommel as pm
    >>> pm.unique([3, 1, 3])
    array([1, 3])
    """
    values, indices, inverse, counts = _native.unique_parts(ar, equal_nan)
    wanted = [(return_index, indices), (return_inverse, inverse), (return_counts, counts)]
    more = tuple(part for asked, part in wanted if asked)
    return (values, *more) if more else values
