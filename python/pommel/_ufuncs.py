"""What NumPy's element-wise functions can do besides being called: ``reduce``, ``accumulate``,
``reduceat``, ``outer`` and ``at``, and calls for some of the places."""

from __future__ import annotations

from functools import wraps

from . import _native
from ._native import arange, asarray
from ._reducing import element, mask_of, reduced, written

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable, Protocol

    from ._typing import Any, ArrayLike, dtype, ndarray

    class OfArrays(Protocol):
        """A function that gives an array."""

        def __call__(self, *args: ArrayLike, out: Any = None, where: ArrayLike = True) -> ndarray: ...

    class OfArraysTwo(Protocol):
        """A function that gives two arrays."""

        def __call__(self, *args: ArrayLike, out: Any = None,
                     where: ArrayLike = True) -> tuple[ndarray, ndarray]: ...

#: What changes no other value that it meets, by the name of the function.
_IDENTITIES = {
    "add": 0, "multiply": 1, "logical_and": True, "logical_or": False, "logical_xor": False,
    "bitwise_and": -1, "bitwise_or": 0, "bitwise_xor": 0, "hypot": 0, "gcd": 0,
    "logaddexp": float("-inf"),
}
#: Functions without such a value that may meet elements in any order.
_IN_ANY_ORDER = frozenset("maximum minimum fmax fmin".split())
#: Functions that are reductions of the native part.
_REDUCTIONS = {"add": "sum", "multiply": "prod", "maximum": "max", "minimum": "min",
               "logical_and": "all", "logical_or": "any"}
_SCANS = {"add": _native.cumsum, "multiply": _native.cumprod}
_NUMBERS = (bool, int, float, complex)


def identity(name: str) -> Any:
    """The attribute ``identity``."""
    return _IDENTITIES.get(name)


def call_where(ufunc: Any, args: tuple[Any, ...], out: Any, where: Any) -> ndarray:
    """A call for the places where a mask is true; the others keep what is there, or are 0."""
    return _called(ufunc, args, (out,), where)[0]


def _called(function: Any, args: Any, outs: tuple[Any, ...], where: Any) -> list[ndarray]:
    """The results of a call for the places where a mask is true."""
    shapes = [arg.shape for arg in args if not isinstance(arg, _NUMBERS)]
    shape = _native.broadcast_shapes(*shapes, asarray(where).shape)
    for out in outs:
        if out is None:
            continue
        if not isinstance(out, _native.ndarray):
            raise TypeError("argument 'out' must be an array, not {}".format(type(out).__name__))
        if _native.broadcast_shapes(shape, out.shape) != out.shape:
            raise ValueError("argument 'out' has the shape {}, and the result {}".format(
                out.shape, shape))
        shape = out.shape
    mask = mask_of(where, shape).reshape(-1)
    parts = [arg if isinstance(arg, _NUMBERS) else
             _native.broadcast_to(arg, shape).reshape(-1)[mask] for arg in args]
    found = function(*parts)
    if not isinstance(found, tuple):
        found = found,
    return [_put(result, mask, shape, out) for result, out in zip(found, outs)]


def _put(found: ndarray, mask: ndarray, shape: tuple[int, ...], out: Any) -> ndarray:
    """Writes what has been found where a mask is true, to ``out`` or among zeros."""
    if out is None:
        result = _native.zeros(mask.shape, found.dtype)
        result[mask] = found
        return result.reshape(shape)
    if not _native.can_cast(found.dtype, out.dtype, "same_kind"):
        raise TypeError("argument 'out' of {} cannot take results of {}".format(
            out.dtype.name, found.dtype.name))
    out[mask.reshape(shape)] = found.astype(out.dtype, copy=False)
    return out


def placed(nout: int) -> Any:
    """Gives a function of arrays that is made in Python what the compiled ones have: ``out``, an
    array or, of several results, a tuple of them, and ``where``, the places it is called for."""

    def decorate(function: Any) -> Any:
        @wraps(function)
        def call(*args: Any, out: Any = None, where: Any = True) -> Any:
            if out is None and where is True:
                return function(*args)
            outs = out if isinstance(out, tuple) else (out,) * nout if out is None else (out,)
            if len(outs) != nout:
                raise ValueError("argument 'out' of {} must be {} or None, not {} arrays".format(
                    function.__name__, "an array" if nout == 1 else
                    "a tuple of {} arrays".format(nout), len(outs)))
            given = [arg if isinstance(arg, _NUMBERS) else asarray(arg) for arg in args]
            found = _called(function, given, outs, where)
            return found[0] if nout == 1 else tuple(found)

        return call

    return decorate


#: The same for functions that give one array, and two.
elementwise: Callable[[Any], OfArrays] = placed(1)
elementwise_two: Callable[[Any], OfArraysTwo] = placed(2)


def _of_two(ufunc: Any, method: str) -> None:
    if ufunc.nin != 2:
        raise ValueError("{}.{}: only functions of two parameters have this".format(
            ufunc.__name__, method))


def _type(ufunc: Any, given: dtype, dtype: Any) -> dtype:
    """The type in which elements meet, of a type, or of the one that is asked for."""
    if dtype is not None and not _native.can_cast(given, dtype, "same_kind"):
        raise TypeError("elements of {} cannot be cast to the 'dtype' {}".format(
            given.name, dtype.name))
    wanted = ufunc._type_of_turns(given if dtype is None else dtype)
    if wanted is None:
        raise TypeError("results of {} of {} cannot be its parameters again".format(
            ufunc.__name__, (given if dtype is None else dtype).name))
    if dtype is None and ufunc.__name__ in _SCANS:
        # Sums and products of integers are wide.
        scan = _SCANS[ufunc.__name__]
        return scan(_native.zeros(0, given)).dtype
    return wanted


def reduce(ufunc: Any, array: Any, axis: tuple[int, ...] | None, dtype: Any, keepdims: bool,
           more: tuple[Any, ...]) -> ndarray:
    """The method ``reduce``; ``more`` is ``out``, ``initial`` and ``where``."""
    _of_two(ufunc, "reduce")
    x = asarray(array)
    if not x.ndim and axis in ((0,), (-1,)):
        axis = ()
    name = ufunc.__name__
    if name in _REDUCTIONS:
        if dtype is not None and name not in _SCANS:
            x, dtype = x.astype(dtype), None
        return reduced(_REDUCTIONS[name], x, (axis, dtype, keepdims, 0.0), more)
    out, initial, where = more
    axes = _axes(axis, x.ndim)
    x = x.astype(_type(ufunc, x.dtype, dtype), copy=False)
    mask = None if where is None or where is True else mask_of(where, x.shape)
    if len(axes) > 1 and name not in _IDENTITIES and name not in _IN_ANY_ORDER:
        raise ValueError("{} depends on the order of elements: argument 'axis' must be one "
                         "axis".format(name))
    kept = [one for one in range(x.ndim) if one not in axes]
    shape = tuple(x.shape[one] for one in kept)
    # A row for each element along the axes, a column for each result.
    count = 1
    for one in axes:
        count *= x.shape[one]
    width = 1
    for extent in shape:
        width *= extent
    order = [*axes, *kept]
    rows = x.transpose(order).reshape((count, width))
    if mask is not None:
        mask = mask.transpose(order).reshape((count, width))
    result = _folded(ufunc, rows, mask, initial)
    if keepdims:
        shape = tuple(1 if one in axes else extent for one, extent in enumerate(x.shape))
    return written(out, result.reshape(shape)[()])


def _axes(axis: tuple[int, ...] | None, ndim: int) -> list[int]:
    if axis is None:
        return list(range(ndim))
    for one in axis:
        if not -ndim <= one < ndim:
            from .exceptions import AxisError

            raise AxisError("axis {} does not exist: the array has {} axes".format(one, ndim))
    axes = sorted(one % ndim for one in axis)
    if len(set(axes)) < len(axes):
        raise ValueError("argument 'axis' must name an axis once, not {!r}".format(axis))
    return axes


def _folded(ufunc: Any, rows: ndarray, mask: ndarray | None, initial: Any) -> ndarray:
    """One row of several, of the places that a mask shows."""
    name = ufunc.__name__
    count, width = rows.shape
    first = None if initial is None else element(initial, rows.dtype)
    if first is None and name in _IDENTITIES:
        # Of types without a sign, -1 is all bits.
        first = asarray(_IDENTITIES[name]).astype(rows.dtype)
    if first is None:
        if mask is not None:
            raise ValueError("{} of no elements is nothing: argument 'where' needs 'initial' "
                             "beside it".format(name))
        if not count:
            raise ValueError("{} of no elements is nothing: pass 'initial'".format(name))
        result, rows = rows[:1].copy(), rows[1:]
    else:
        result = _native.broadcast_to(first, (1, width)).copy()
    if mask is None:
        places = _native.zeros(rows.shape[0], "int64")
        if width:
            ufunc._in_turn(result, places, places, rows)
        return result
    # Step by step: there may be others in each column.
    flat = result.reshape(-1)
    _, columns = _native.nonzero(mask)
    ufunc._in_turn(flat, columns, columns, rows[mask])
    return flat


def accumulate(ufunc: Any, array: Any, axis: int, dtype: Any, out: Any) -> ndarray:
    """The method ``accumulate``."""
    _of_two(ufunc, "accumulate")
    x = asarray(array)
    if not x.ndim:
        raise TypeError("an array without dimensions has no elements to accumulate")
    axis, = _axes((axis,), x.ndim)
    x = x.astype(_type(ufunc, x.dtype, dtype), copy=False)
    if ufunc.__name__ in _SCANS:
        return written(out, _SCANS[ufunc.__name__](x, axis, x.dtype))
    rows = _native.moveaxis(x, axis, 0).copy()
    if rows.size:
        places = arange(rows.shape[0])
        ufunc._in_turn(rows, places[:-1], places[1:], rows[1:].copy())
    return written(out, _native.moveaxis(rows, 0, axis))


def reduceat(ufunc: Any, array: Any, indices: Any, axis: int, dtype: Any, out: Any) -> ndarray:
    """The method ``reduceat``."""
    _of_two(ufunc, "reduceat")
    x, starts = asarray(array), asarray(indices)
    if not x.ndim:
        raise TypeError("an array without dimensions has no elements to reduce")
    if starts.ndim != 1 or starts.dtype.kind not in "iu" and starts.size:
        raise TypeError("argument 'indices' must be integers along one axis, not {}".format(
            starts.dtype.name))
    starts = starts.astype("int64")
    axis, = _axes((axis,), x.ndim)
    count = x.shape[axis]
    if starts.size and (int(starts.min()) < 0 or int(starts.max()) >= count):
        raise IndexError("argument 'indices' must be from 0 up to {}, not {}".format(
            count, starts.tolist()))
    rows = _native.moveaxis(x.astype(_type(ufunc, x.dtype, dtype), copy=False), axis, 0)
    ends = _native.concat([starts[1:], _native.full(min(1, starts.size), count, dtype="int64")])
    # How many elements come behind the first one of each part.
    more = _native.maximum(ends - starts - 1, 0)
    to = _native.repeat(arange(starts.size), more)
    before = _native.repeat(_native.cumsum(more) - more, more)
    places = arange(to.size) - before + _native.repeat(starts + 1, more)
    result = _native.take(rows, starts, 0)
    if result.size:
        ufunc._in_turn(result, to, to, _native.take(rows, places, 0))
    return written(out, _native.moveaxis(result, 0, axis))


def outer(ufunc: Any, a: Any, b: Any, out: Any, dtype: Any, where: Any) -> ndarray:
    """The method ``outer``."""
    _of_two(ufunc, "outer")
    if not isinstance(a, _NUMBERS):
        a = asarray(a)
        behind = 0 if isinstance(b, _NUMBERS) else asarray(b).ndim
        a = a.reshape(a.shape + (1,) * behind)
    return ufunc(a, b, out=out, dtype=dtype, where=where)


def at(ufunc: Any, a: Any, indices: Any, b: Any) -> None:
    """The method ``at``."""
    if not isinstance(a, _native.ndarray):
        raise TypeError("argument 'a' must be an array, which is changed, not {}".format(
            type(a).__name__))
    if (b is None) != (ufunc.nin == 1):
        raise ValueError("{} takes {}: argument 'b' must be {}".format(
            ufunc.__name__, "one parameter" if ufunc.nin == 1 else "two parameters",
            "left out" if ufunc.nin == 1 else "the second"))
    places = _places(a, indices)
    if a._readonly:
        raise ValueError("the array is read-only: make a copy")
    flat = a.reshape(-1)
    if ufunc.nin == 2:
        # A number of Python gives way; what cannot be computed is refused also of no elements.
        other: Any = b if isinstance(b, _NUMBERS) else asarray(b).dtype
        nothing = _native.zeros(0, a.dtype)
        found = ufunc(nothing, b if isinstance(b, _NUMBERS) else nothing.astype(other)).dtype
        common = _native.result_type(a.dtype, other)
        in_turn = found == common == a.dtype == ufunc._type_of_turns(common)
        values = _native.broadcast_to(asarray(b, dtype=common), places.shape).reshape(-1)
        places = places.reshape(-1)
        if in_turn:
            ufunc._in_turn(flat, places, places, values)
        else:
            _in_rounds(flat, places, lambda old, these: ufunc(old, values[these]))
    else:
        _in_rounds(flat, places.reshape(-1), lambda old, these: ufunc(old))
    # Else it is a view.
    if not a._lies_in("C"):
        a[...] = flat.reshape(a.shape)


def _in_rounds(flat: ndarray, places: ndarray, compute: Any) -> None:
    """Computes all places once, then all that are there twice, and so on, and converts the results
    in between; ``compute`` is given elements and the numbers of their places."""
    order = _native.argsort(places, stable=True)
    ordered = places[order]
    numbers = arange(places.size)
    # Where each place is for the first time, and how often it was there before.
    firsts = _native.searchsorted(ordered, ordered)
    before = numbers - firsts
    for count in range(int(before.max()) + 1 if places.size else 0):
        these = order[before == count]
        now = places[these]
        flat[now] = compute(flat[now], these).astype(flat.dtype, copy=False)


def _places(a: ndarray, indices: Any) -> ndarray:
    """The numbers, in C order, of the elements at indices."""
    if a.ndim == 1 and isinstance(indices, (int, list, _native.ndarray)):
        numbers = asarray(indices)
        if numbers.dtype.kind in "iu" and numbers.size:
            low, high = int(numbers.min()), int(numbers.max())
            if low < -a.size or high >= a.size:
                raise IndexError("index {} is out of bounds: the array has {} elements".format(
                    low if low < -a.size else high, a.size))
            numbers = numbers.astype("int64", copy=False)
            return _native.where(numbers < 0, numbers + a.size, numbers) if low < 0 else numbers
    if isinstance(indices, list):
        indices = asarray(indices) if indices else _native.zeros(0, "int64")
    return asarray(arange(a.size).reshape(a.shape)[indices])
