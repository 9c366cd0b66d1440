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
    them, and how often each occurs: a named tuple.

    >>> import pommel as pm
    >>> found = pm.unique_all([3, 1, 3])
    >>> found.values, found.indices
    (array([1, 3]), array([1, 0]))
    >>> found.inverse_indices, found.counts
    (array([1, 0, 1]), array([1, 2]))
    """
    return UniqueAllResult(*_native.unique_parts(x))


def unique_counts(x: ArrayLike, /) -> UniqueCountsResult:
    """The different elements, and how often each occurs: a named tuple.

    >>> import pommel as pm
    >>> pm.unique_counts([3, 1, 3])
    UniqueCountsResult(values=array([1, 3]), counts=array([1, 2]))
    """
    values, _, _, counts = _native.unique_parts(x)
    return UniqueCountsResult(values, counts)


def unique_inverse(x: ArrayLike, /) -> UniqueInverseResult:
    """The different elements, and for each element the index of its like: a named tuple.

    >>> import pommel as pm
    >>> pm.unique_inverse([3, 1, 3])
    UniqueInverseResult(values=array([1, 3]), inverse_indices=array([1, 0, 1]))
    """
    values, _, inverse, _ = _native.unique_parts(x)
    return UniqueInverseResult(values, inverse)


def unique(ar: ArrayLike, return_index: bool = False, return_inverse: bool = False,
           return_counts: bool = False, axis: int | None = None, *, equal_nan: bool = True,
           sorted: bool = True) -> Any:
    """NumPy's unique: the different elements, or with ``axis`` the different parts along it, and what
    else is asked for. They are always sorted; parts with NaN are different from each other.

    >>> import pommel as pm
    >>> pm.unique([3, 1, 3])
    array([1, 3])
    >>> pm.unique([[1, 2], [0, 5], [1, 2]], axis=0)
    array([[0, 5],
           [1, 2]])
    """
    if axis is None:
        values, indices, inverse, counts = _native.unique_parts(ar, equal_nan)
    else:
        values, indices, inverse, counts = _parts_along(_native.asarray(ar), axis)
    wanted = [(return_index, indices), (return_inverse, inverse), (return_counts, counts)]
    more = tuple(part for asked, part in wanted if asked)
    return (values, *more) if more else values


def isin(element: ArrayLike, test_elements: ArrayLike, assume_unique: bool = False,
         invert: bool = False, *, kind: str | None = None) -> ndarray:
    """Whether elements are among those of another array, or with ``invert`` whether they are not.

    ``assume_unique`` and ``kind`` are there for NumPy's sake: nothing is computed otherwise.

    >>> import pommel as pm
    >>> pm.isin([1, 2, 3], [3, 1])
    array([ True, False,  True])
    """
    return _native.isin(element, test_elements, invert=invert)


def intersect1d(ar1: ArrayLike, ar2: ArrayLike, assume_unique: bool = False,
                return_indices: bool = False) -> Any:
    """The elements that two arrays have in common, and with ``return_indices`` where the first of
    each is in both.

    >>> import pommel as pm
    >>> pm.intersect1d([3, 1, 2], [2, 3, 5], return_indices=True)
    (array([2, 3]), array([2, 0]), array([0, 1]))
    """
    common = _native.intersect1d(ar1, ar2)
    if not return_indices:
        return common
    return (common, *(_first_of(common, ar) for ar in (ar1, ar2)))


def _first_of(values: ndarray, among: ArrayLike) -> ndarray:
    """The indices of the first elements that equal some values, which are there."""
    found, indices, _, _ = _native.unique_parts(among)
    return indices[_native.searchsorted(found, values)]


def setdiff1d(ar1: ArrayLike, ar2: ArrayLike, assume_unique: bool = False) -> ndarray:
    """The different elements of an array that are not in another; in their order, and as often as they
    are there, with ``assume_unique``.

    >>> import pommel as pm
    >>> pm.setdiff1d([3, 1, 2, 3], [2])
    array([1, 3])
    """
    if assume_unique:
        array = _native.ravel(ar1)
        return array[isin(array, ar2, invert=True)]
    return _native.setdiff1d(ar1, ar2)


def setxor1d(ar1: ArrayLike, ar2: ArrayLike, assume_unique: bool = False) -> ndarray:
    """The different elements that are in one of two arrays alone.

    >>> import pommel as pm
    >>> pm.setxor1d([1, 2], [2, 3])
    array([1, 3])
    """
    return _native.setxor1d(ar1, ar2)


def _parts_along(x: ndarray, axis: int) -> tuple[ndarray, ...]:
    """The different parts of an array along an axis, in the order of their elements, and what
    ``unique_parts`` gives beside them."""
    from ._index_tricks import lexsort

    rows = _native.moveaxis(x, axis, 0)
    count = rows.shape[0]
    flat = rows.reshape((count, -1 if rows.size else 0))
    order = lexsort(flat.T[::-1]) if flat.shape[1] else _native.arange(count)
    in_order = flat[order]
    differ = (in_order[:-1] != in_order[1:]).any(axis=1)
    is_first = _native.concat([_native.ones(min(count, 1), _native.bool), differ])
    # Sorting keeps the order of equal parts: the first of them is the first one.
    starts = _native.nonzero(is_first)[0]
    inverse = _native.zeros(count, _native.int64)
    inverse[order] = _native.cumsum(is_first.astype(_native.int64)) - 1
    ends = _native.concat([starts[1:], _native.full(min(count, 1), count, dtype="int64")])
    values = _native.moveaxis(rows[order[starts]], 0, axis)
    return values, order[starts], inverse, ends - starts
