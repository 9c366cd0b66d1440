"""Indices and grids in short words: ``r_``, ``mgrid``, ``ix_``, ``ndindex``, and indices of parts
of arrays."""

from __future__ import annotations

from itertools import product
from math import ceil
from operator import index as _index

from . import _native

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Iterator

    from ._native import ndarray


class _Index:
    """What stands between brackets, as an object: ``s_``, and always a tuple: ``index_exp``.

    >>> import pommel as pm
    >>> pm.s_[1:, ::2]
    (slice(1, None, None), slice(None, None, 2))
    >>> pm.index_exp[3]
    (3,)
    """

    def __init__(self, as_tuple: bool) -> None:
        self._as_tuple = as_tuple

    def __getitem__(self, key: Any) -> Any:
        return (key,) if self._as_tuple and not isinstance(key, tuple) else key


s_ = _Index(False)
index_exp = _Index(True)


def _bounds(part: slice) -> tuple[Any, Any, Any]:
    """Start, stop and step of a slice."""
    if part.stop is None:
        raise TypeError("a slice must have a stop here, and {!r} has none".format(part))
    start = 0 if part.start is None else part.start
    return start, part.stop, 1 if part.step is None else part.step


def _numbers(part: slice) -> ndarray:
    """The numbers of a slice; an imaginary step says how many, the stop among them."""
    start, stop, step = _bounds(part)
    if isinstance(step, complex):
        return _native.linspace(start, stop, int(abs(step)))
    return _native.arange(start, stop, step)


def _coordinates(part: slice, dtype: Any) -> ndarray:
    """The same as multiples of the step."""
    start, stop, step = _bounds(part)
    if isinstance(step, complex):
        count = int(abs(step))
        # One number is the start.
        step = (stop - start) / (count - 1) if count > 1 else 1.0
    else:
        count = max(0, ceil((stop - start) / step))
    return _native.arange(count, dtype=dtype) * step + start


class _Joined:
    """Arrays, numbers and slices joined along an axis: the first one (``r_``), or as columns
    (``c_``).

    A slice is its numbers, as those of ``arange``, or with an imaginary step of ``linspace``. A
    text in front says how to join: 'axis', 'axis,ndmin' (the least number of dimensions) or
    'axis,ndmin,place' (where the axes of arrays with fewer dimensions come among them).

    >>> import pommel as pm
    >>> pm.r_[1:4, 0, pm.array([7, 8])]
    array([1, 2, 3, 0, 7, 8])
    >>> pm.r_[0:1:3j]
    array([0. , 0.5, 1. ])
    >>> pm.c_[pm.array([1, 2]), pm.array([3, 4])]
    array([[1, 3],
           [2, 4]])
    """

    def __init__(self, axis: int, ndmin: int, place: int) -> None:
        self._axis, self._ndmin, self._place = axis, ndmin, place

    def _told(self, words: str) -> _Joined:
        """The same with what a text in front says: 'axis', 'axis,ndmin' or 'axis,ndmin,place'."""
        try:
            numbers = [int(word) for word in words.split(",")]
        except ValueError:
            numbers = []
        if not 1 <= len(numbers) <= 3:
            raise ValueError(
                "the text in front must be one to three numbers, such as '0', '0,2' or '0,2,-1', "
                "not {!r}; there are no matrix objects".format(words))
        own = [self._axis, self._ndmin, self._place]
        return _Joined(*numbers, *own[len(numbers):])

    def _widened(self, array: ndarray) -> ndarray:
        """An array with its axes where they belong among the least number of them."""
        missing = self._ndmin - array.ndim
        if missing <= 0:
            return array
        # A negative place counts from the last one that the axes can have.
        place = self._place if self._place >= 0 else self._place + missing + 1
        return array[(None,) * place + (...,) + (None,) * (missing - place)]

    def __getitem__(self, key: Any) -> ndarray:
        items = list(key) if isinstance(key, tuple) else [key]
        if items and isinstance(items[0], str):
            return self._told(items[0])._joined(items[1:])
        return self._joined(items)

    def _joined(self, items: list[Any]) -> ndarray:
        arrays, types = [], []
        for item in items:
            if isinstance(item, str):
                raise ValueError("a text says how to join only in front of all, not "
                                 "{!r}".format(item))
            if isinstance(item, slice):
                array = _numbers(item)
            else:
                array = _native.asarray(item)
            # The type of a number of Python gives way to those of arrays.
            types.append(item if isinstance(item, (int, float, complex)) else array.dtype)
            arrays.append(self._widened(array))
        if not arrays:
            raise ValueError("there must be an array, a number or a slice to join")
        dtype = _native.result_type(*types)
        return _native.concat([array.astype(dtype, copy=False) for array in arrays],
                              axis=self._axis)


r_ = _Joined(0, 1, -1)
c_ = _Joined(-1, 2, 0)


class _Grid:
    """Coordinates of the points of a grid, whose axes are slices; an imaginary step says how many.

    ``mgrid`` gives those of all points: an array with a part for each axis. ``ogrid`` gives those
    along the axes, which broadcast to the grid: a tuple of arrays. Of one slice both are one
    array.

    >>> import pommel as pm
    >>> pm.mgrid[0:2, 0:3][1]
    array([[0, 1, 2],
           [0, 1, 2]])
    >>> [axis.shape for axis in pm.ogrid[0:2, 0:1:5j]]
    [(2, 1), (1, 5)]
    """

    def __init__(self, sparse: bool) -> None:
        self._sparse = sparse

    def __getitem__(self, key: Any) -> Any:
        alone = isinstance(key, slice)
        key = (key,) if alone else key
        numbers: list[Any] = [0]
        for part in key:
            if not isinstance(part, slice):
                raise TypeError("a grid is made of slices, not {!r}".format(part))
            step = abs(part.step) if isinstance(part.step, complex) else part.step
            numbers += [n for n in (part.start, part.stop, step) if n is not None]
        dtype = _native.result_type(*numbers)
        axes = [_coordinates(part, dtype) for part in key]
        if alone:
            return axes[0]
        places = [(None,) * i + (slice(None),) + (None,) * (len(axes) - i - 1)
                  for i in range(len(axes))]
        axes = [axis[place] for axis, place in zip(axes, places)]
        if self._sparse:
            return tuple(axes)
        return _native.stack(_native.broadcast_arrays(*axes)) if axes else _native.zeros(0, dtype)


mgrid = _Grid(False)
ogrid = _Grid(True)


def ix_(*args: Any) -> tuple[ndarray, ...]:
    """Indices of rows, columns and so on that together select a block: ``a[ix_(i, j)]``.

    Each is one-dimensional, of integers or truth values.

    >>> import pommel as pm
    >>> pm.arange(12).reshape(3, 4)[pm.ix_([0, 2], [1, 3])]
    array([[ 1,  3],
           [ 9, 11]])
    """
    indices = []
    for i, arg in enumerate(args):
        array = _native.asarray(arg)
        if array.ndim != 1:
            raise ValueError("argument {} must have one dimension, not {}".format(i, array.ndim))
        if not array.size:
            array = array.astype("int64")
        elif array.dtype == "bool":
            array, = _native.nonzero(array)
        indices.append(array.reshape((1,) * i + (-1,) + (1,) * (len(args) - i - 1)))
    return tuple(indices)


class ndindex:
    """An iterator over the indices of a shape, as tuples, the last one changing fastest.

    >>> import pommel as pm
    >>> list(pm.ndindex(2, 2))
    [(0, 0), (0, 1), (1, 0), (1, 1)]
    """

    def __init__(self, *shape: Any) -> None:
        if len(shape) == 1 and hasattr(shape[0], "__iter__"):
            shape, = shape
        extents = [_index(extent) for extent in shape]
        if any(extent < 0 for extent in extents):
            raise ValueError("argument 'shape' must not have negative extents, not {}".format(
                tuple(extents)))
        self._indices = product(*map(range, extents))

    def __iter__(self) -> ndindex:
        return self

    def __next__(self) -> tuple[int, ...]:
        return next(self._indices)


class ndenumerate:
    """An iterator over the elements of an array: pairs of an index, a tuple, and an element.

    >>> import pommel as pm
    >>> list(pm.ndenumerate(pm.array([[1, 2]])))
    [((0, 0), 1), ((0, 1), 2)]
    """

    def __init__(self, arr: Any) -> None:
        self._array = _native.asarray(arr)
        self._indices = ndindex(self._array.shape)

    def __iter__(self) -> Iterator[tuple[tuple[int, ...], Any]]:
        return self

    def __next__(self) -> tuple[tuple[int, ...], Any]:
        index = next(self._indices)
        return index, self._array[index]


def _extents(name: str, shape: Any, order: str) -> list[int]:
    """The extents of a shape, the axis that changes fastest last."""
    extents = [_index(extent) for extent in (shape if hasattr(shape, "__iter__") else (shape,))]
    if any(extent < 0 for extent in extents):
        raise ValueError("argument {!r} must not have negative extents, not {}".format(
            name, tuple(extents)))
    if order not in ("C", "F"):
        raise ValueError("argument 'order' must be 'C' or 'F', not {!r}".format(order))
    return extents if order == "C" else extents[::-1]


def _integers(name: str, numbers: Any) -> ndarray:
    array = _native.asarray(numbers)
    if array.dtype.kind not in "iu" and array.size:
        raise TypeError("argument {!r} must be integers, not {}".format(name, array.dtype))
    return array.astype("int64", copy=False)


def unravel_index(indices: Any, shape: Any, order: str = "C") -> tuple[Any, ...]:
    """The indices for each axis of a shape of elements that are counted in an order.

    Arrays of the shape of ``indices`` and of ``int64``; ints of an int.

    >>> import pommel as pm
    >>> pm.unravel_index(5, (2, 3))
    (1, 2)
    """
    extents = _extents("shape", shape, order)
    flat = _integers("indices", indices)
    count = 1
    for extent in extents:
        count *= extent
    if flat.size and not 0 <= int(flat.min()) <= int(flat.max()) < count:
        raise ValueError("argument 'indices' must be from 0 to {} for the shape {}, not {} to "
                         "{}".format(
            count - 1, tuple(extents), flat.min(), flat.max()))
    axes = []
    for extent in reversed(extents):
        extent = max(extent, 1)
        axes.append(flat % extent)
        flat = flat // extent
    if order == "C":
        axes.reverse()
    return tuple(axis if axis.ndim else axis.item() for axis in axes)


def ravel_multi_index(multi_index: Any, dims: Any, mode: Any = "raise", order: str = "C") -> Any:
    """The numbers, counted in an order, of elements whose indices for each axis are given.

    ``mode`` says what an index out of bounds means, for all axes or a tuple with one for each:
    'raise', 'wrap' or 'clip'. The result is an array of ``int64``, or an int of ints.

    >>> import pommel as pm
    >>> pm.ravel_multi_index(([1, 0], [2, 1]), (2, 3))
    array([5, 1])
    """
    extents = _extents("dims", dims, "C")
    axes = [_integers("multi_index", axis) for axis in multi_index]
    modes = [mode] * len(axes) if isinstance(mode, str) else list(mode)
    if not len(axes) == len(extents) == len(modes):
        raise ValueError("argument 'multi_index' must have {} parts, one for each axis, not "
                         "{}".format(
            len(extents), len(axes)))
    parts = [_within(axis, extent, how) for axis, extent, how in zip(axes, extents, modes)]
    pairs = list(zip(parts, _extents("dims", dims, "C")))
    _extents("dims", dims, order)
    flat = _native.asarray(0)
    for part, extent in pairs if order == "C" else reversed(pairs):
        flat = flat * extent + part
    return flat if flat.ndim else flat.item()


def _within(indices: ndarray, extent: int, mode: str) -> ndarray:
    """Indices of an axis, moved to where the mode wants them."""
    if mode == "wrap":
        return indices % max(extent, 1)
    if mode == "clip":
        return _native.clip(indices, 0, max(extent - 1, 0))
    if mode != "raise":
        raise ValueError("argument 'mode' must be 'raise', 'wrap' or 'clip', not "
                         "{!r}".format(mode))
    if indices.size and not 0 <= int(indices.min()) <= int(indices.max()) < extent:
        raise ValueError("an index must be from 0 to {}, not {} to {}: pass mode='wrap' or 'clip' "
                         "to move it there".format(extent - 1, indices.min(), indices.max()))
    return indices


def diag_indices(n: int, ndim: int = 2) -> tuple[ndarray, ...]:
    """Indices of the main diagonal of an array of ``ndim`` axes of extent ``n``.

    >>> import pommel as pm
    >>> pm.diag_indices(2)
    (array([0, 1]), array([0, 1]))
    """
    return (_native.arange(n),) * ndim


def diag_indices_from(arr: Any) -> tuple[ndarray, ...]:
    """Indices of the main diagonal of an array, whose axes must all have one extent.

    >>> import pommel as pm
    >>> a = pm.arange(4).reshape(2, 2)
    >>> a[pm.diag_indices_from(a)]
    array([0, 3])
    """
    array = _native.asarray(arr)
    if array.ndim < 2 or len(set(array.shape)) != 1:
        raise ValueError("argument 'arr' must have two axes or more, all of one extent, not the "
                         "shape {}".format(array.shape))
    return diag_indices(array.shape[0], array.ndim)


def tril_indices(n: int, k: int = 0, m: int | None = None) -> tuple[ndarray, ndarray]:
    """Indices of what is at and below the k-th diagonal above the main one of n rows, m columns.

    >>> import pommel as pm
    >>> pm.tril_indices(2)
    (array([0, 1, 1]), array([0, 0, 1]))
    """
    rows, columns = _native.nonzero(_native.tri(n, m, k, "bool"))
    return rows, columns


def triu_indices(n: int, k: int = 0, m: int | None = None) -> tuple[ndarray, ndarray]:
    """Indices of what is at and above the k-th diagonal above the main one of n rows, m columns.

    >>> import pommel as pm
    >>> pm.triu_indices(2)
    (array([0, 0, 1]), array([0, 1, 1]))
    """
    rows, columns = _native.nonzero(~_native.tri(n, m, k - 1, "bool"))
    return rows, columns


def _matrix(array: Any) -> ndarray:
    array = _native.asarray(array)
    if array.ndim != 2:
        raise ValueError("argument 'arr' must have 2 dimensions, not {}".format(array.ndim))
    return array


def tril_indices_from(arr: Any, k: int = 0) -> tuple[ndarray, ndarray]:
    """Indices of what is at and below a diagonal of a matrix; see ``tril_indices``.

    >>> import pommel as pm
    >>> pm.tril_indices_from(pm.zeros((2, 3)))
    (array([0, 1, 1]), array([0, 0, 1]))
    """
    rows, columns = _matrix(arr).shape
    return tril_indices(rows, k, columns)


def triu_indices_from(arr: Any, k: int = 0) -> tuple[ndarray, ndarray]:
    """Indices of what is at and above a diagonal of a matrix; see ``triu_indices``.

    >>> import pommel as pm
    >>> pm.triu_indices_from(pm.zeros((2, 3)), 1)
    (array([0, 0, 1]), array([1, 2, 2]))
    """
    rows, columns = _matrix(arr).shape
    return triu_indices(rows, k, columns)


def mask_indices(n: int, mask_func: Callable[..., Any], k: Any = 0) -> tuple[ndarray, ndarray]:
    """Indices of what a function such as ``triu`` leaves of a square matrix of n rows.

    >>> import pommel as pm
    >>> pm.mask_indices(2, pm.triu)
    (array([0, 0, 1]), array([0, 1, 1]))
    """
    left = _native.asarray(mask_func(_native.ones((n, n), "int64"), k))
    rows, columns = _native.nonzero(left != 0)
    return rows, columns


def lexsort(keys: Any, axis: int = -1) -> ndarray:
    """The indices that sort by several keys, of which the last is the first to decide.

    ``keys`` are arrays of one shape, or the parts of an array along its first axis.

    >>> import pommel as pm
    >>> pm.lexsort(([1, 0, 2], [5, 5, 4]))
    array([2, 1, 0])
    """
    keys = [_native.asarray(key) for key in keys]
    if not keys:
        raise TypeError("argument 'keys' must hold a key or more")
    if any(key.shape != keys[0].shape for key in keys):
        raise ValueError("argument 'keys' must be arrays of one shape, not of {}".format(
            ", ".join(str(key.shape) for key in keys)))
    if not keys[0].ndim:
        return _native.zeros((), "int64")
    # Every sort is stable, so equal elements stay in the order of the keys before.
    order = _native.argsort(keys[0], axis)
    for key in keys[1:]:
        more = _native.argsort(_native.take_along_axis(key, order, axis), axis)
        order = _native.take_along_axis(order, more, axis)
    return order


def trim_zeros(filt: Any, trim: str = "fb", axis: Any = None) -> Any:
    """An array without the zeros at its ends, along axes or all of them: a view; a list of a list.

    ``trim`` says where: 'f' at the front, 'b' at the back. What is left is the smallest box that
    has all elements that are not zero.

    >>> import pommel as pm
    >>> pm.trim_zeros(pm.array([0, 0, 1, 0, 2, 0]))
    array([1, 0, 2])
    """
    array = _native.asarray(filt)
    where = trim.lower()
    if not where or where.strip("fb") or len(set(where)) != len(where):
        raise ValueError("argument 'trim' must be 'f', 'b' or 'fb', not {!r}".format(trim))
    if axis is None:
        axes: Any = range(array.ndim)
    else:
        axes = [a % array.ndim for a in ([axis] if hasattr(axis, "__index__") else axis)]
    box = [slice(None)] * array.ndim
    for a, places in enumerate(_native.nonzero(array)):
        if a in axes and places.size:
            box[a] = slice(int(places.min()) if "f" in where else 0,
                           int(places.max()) + 1 if "b" in where else None)
        elif a in axes:
            box[a] = slice(0, 0)
    trimmed = array[tuple(box)]
    return type(filt)(trimmed.tolist()) if isinstance(filt, (list, tuple)) else trimmed
