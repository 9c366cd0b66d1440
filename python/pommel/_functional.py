"""Python's functions on arrays: ``vectorize``, ``apply_along_axis``, ``fromfunction`` and others."""

from __future__ import annotations

from . import _native
from ._index_tricks import ndindex
from ._ufuncs import placed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    from ._native import ndarray


def apply_along_axis(func1d: Callable[..., Any], axis: int, arr: Any, *args: Any,
                     **kwargs: Any) -> ndarray:
    """A function of each line along an axis; ``args`` and ``kwargs`` go to it, too.

    What it gives, a number or an array of one shape for all, takes the place of the axis. The type
    is that of the first result.

    >>> import pommel as pm
    >>> pm.apply_along_axis(lambda line: line.max() - line.min(), 0, [[1, 5], [4, 7]])
    array([3, 2])
    """
    array = _native.asarray(arr)
    axis = _axis(axis, array.ndim)
    lines = _native.moveaxis(array, axis, -1)
    outer = lines.shape[:-1]
    if 0 in outer:
        raise ValueError("argument 'arr' must have a line along axis {} or more, not the shape "
                         "{}".format(axis, array.shape))
    result: Any = None
    for index in ndindex(outer):
        part = _native.asarray(func1d(lines[index], *args, **kwargs))
        if result is None:
            result = _native.zeros((*outer, *part.shape), part.dtype)
        result[index] = part
    places = tuple(range(len(outer), result.ndim))
    return _native.moveaxis(result, places, tuple(axis + i for i in range(len(places)))) \
        if places else result


def _axis(axis: int, ndim: int) -> int:
    if not -ndim <= axis < ndim:
        from .exceptions import AxisError

        raise AxisError("axis {} does not exist: the array has {} axes".format(axis, ndim))
    return axis % ndim


def apply_over_axes(func: Callable[[ndarray, int], Any], a: Any, axes: Any) -> ndarray:
    """A function ``func(array, axis)`` such as ``sum`` of an array, then of its result along the
    next axis, and so on. Axes that it takes away stay with one element.

    >>> import pommel as pm
    >>> pm.apply_over_axes(pm.sum, pm.ones((2, 3, 4)), [0, 2])
    array([[[8.],
            [8.],
            [8.]]])
    """
    array = _native.asarray(a)
    ndim = array.ndim
    for axis in axes if hasattr(axes, "__iter__") else (axes,):
        axis = _axis(axis, ndim)
        result = _native.asarray(func(array, axis))
        if result.ndim == ndim - 1:
            result = _native.expand_dims(result, axis)
        if result.ndim != ndim:
            raise ValueError("argument 'func' must keep the number of dimensions, {}, or take one "
                             "away, not give {}".format(ndim, result.ndim))
        array = result
    return array


def fromfunction(function: Callable[..., Any], shape: Any, *, dtype: Any = float,
                 **kwargs: Any) -> Any:
    """What a function gives of the indices of a shape: an array of them for each axis, of
    ``dtype``.

    >>> import pommel as pm
    >>> pm.fromfunction(lambda i, j: i + 10 * j, (2, 3), dtype=int)
    array([[ 0, 10, 20],
           [ 1, 11, 21]])
    """
    return function(*_native.indices(shape, dtype), **kwargs)


def iterable(y: Any) -> bool:
    """Whether an object can be iterated over.

    >>> import pommel as pm
    >>> pm.iterable([1, 2]), pm.iterable(2)
    (True, False)
    """
    try:
        iter(y)
    except TypeError:
        return False
    return True


class vectorize:
    """A function of numbers as one of arrays: it is called with each element of the arguments,
    which are stretched to one shape.

    ``otypes`` are the types of its results, a type or several; without them those of its first
    results count. ``doc`` is its documentation, ``excluded`` names or counts arguments that are
    passed on as they are, and with ``cache`` the call that finds the types is not made twice.
    ``signature``, such as '(n),(n)->()', makes it a function of lines and matrices instead of
    numbers.

    It is there for convenience: the function is called from Python for each element.

    >>> import pommel as pm
    >>> sign = pm.vectorize(lambda a, b: 1 if a > b else -1)
    >>> sign([1, 2, 3], 2)
    array([-1, -1,  1])
    """

    def __init__(self, pyfunc: Callable[..., Any], otypes: Any = None, doc: str | None = None,
                 excluded: Any = None, cache: bool = False, signature: str | None = None) -> None:
        if not callable(pyfunc):
            raise TypeError("argument 'pyfunc' must be a function, not {!r}".format(pyfunc))
        self.pyfunc = pyfunc
        self.cache = cache
        self.signature = signature
        self.excluded = set(excluded or ())
        self.__doc__ = pyfunc.__doc__ if doc is None else doc
        self.__name__ = getattr(pyfunc, "__name__", "vectorize")
        self.otypes = otypes if otypes is None else _types(otypes)
        self._core = None if signature is None else _parsed(signature)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        # Where each array stands among the arguments.
        places = [i for i in range(len(args)) if i not in self.excluded]
        names = [name for name in kwargs if name not in self.excluded]
        arrays = [_native.asarray(args[i]) for i in places]
        arrays += [_native.asarray(kwargs[name]) for name in names]

        def call(*parts: Any) -> Any:
            given, named = list(args), dict(kwargs)
            for i, part in zip(places, parts):
                given[i] = part
            named.update(zip(names, parts[len(places):]))
            return self.pyfunc(*given, **named)

        if not arrays:
            return call()
        inputs, outputs = self._core or ([()] * len(arrays), None)
        if len(inputs) != len(arrays):
            raise TypeError("the signature {!r} asks for {} arrays, and {} were given".format(
                self.signature, len(inputs), len(arrays)))
        shape, extents = _shapes(arrays, inputs)
        arrays = [_native.broadcast_to(array, shape + array.shape[array.ndim - len(core):])
                  for array, core in zip(arrays, inputs)]
        return self._collected(call, arrays, shape, outputs, extents)

    def _collected(self, call: Callable[..., Any], arrays: list[ndarray], shape: tuple[int, ...],
                   outputs: Any, extents: dict[str, int]) -> Any:
        """The results of calls with the parts of arrays, as arrays of the outer shape."""
        results: list[Any] = []
        several = outputs is not None and len(outputs) > 1
        for index in ndindex(shape):
            found = call(*(array[index] for array in arrays))
            several = several or isinstance(found, tuple)
            parts = found if several else (found,)
            if not results:
                self._check(parts, outputs)
                parts = [_native.asarray(part) for part in parts]
                types = self.otypes or [part.dtype for part in parts]
                shapes = [part.shape if outputs else () for part in parts]
                results = [_native.zeros(shape + own, dtype) for own, dtype in zip(shapes, types)]
            for result, part in zip(results, parts):
                result[index] = part
        if not results:
            results, several = self._empty(shape, outputs, extents)
        return tuple(results) if several or len(results) > 1 else results[0]

    def _check(self, parts: Any, outputs: Any) -> None:
        wanted = len(outputs) if outputs else len(self.otypes or parts)
        if len(parts) != wanted:
            raise ValueError("the function {} must give {} results, not {}".format(
                self.__name__, wanted, len(parts)))

    def _empty(self, shape: tuple[int, ...], outputs: Any,
               extents: dict[str, int]) -> tuple[list[Any], bool]:
        """Results of no calls."""
        if not self.otypes:
            raise ValueError("vectorize without 'otypes' cannot tell the types of results of no "
                             "elements: pass otypes")
        cores = outputs or [()] * len(self.otypes)
        unknown = [name for core in cores for name in core if name not in extents]
        if unknown:
            raise ValueError("the extent {!r} of results of no elements is "
                             "unknown".format(unknown[0]))
        return [_native.zeros(shape + tuple(extents[name] for name in core), dtype)
                for core, dtype in zip(cores, self.otypes)], len(cores) > 1


def _types(otypes: Any) -> list[Any]:
    """Types: letters in one text, a type, or several."""
    if isinstance(otypes, str):
        return [_native.dtype(letter) for letter in otypes]
    return [_native.dtype(dtype) for dtype in
            (otypes if isinstance(otypes, (list, tuple)) else [otypes])]


def _parsed(signature: str) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    """The names of axes of arguments and results in a signature such as '(m,n),(n)->(m)'."""
    import re

    axes = r"\(\s*(?:\w+\s*(?:,\s*\w+\s*)*,?)?\s*\)"
    side = r"\s*{0}(?:\s*,\s*{0})*\s*".format(axes)
    if not re.fullmatch(side + "->" + side, signature):
        raise ValueError("argument 'signature' must be like '(m,n),(n)->(m)', not {!r}".format(
            signature))
    sides = [[tuple(re.findall(r"\w+", part)) for part in re.findall(axes, side)]
             for side in signature.split("->")]
    return sides[0], sides[1]


def _shapes(arrays: list[ndarray], inputs: list[tuple[str, ...]]) -> tuple[tuple[int, ...], dict]:
    """The shape to which the outer axes are stretched, and the extents of the axes with names."""
    extents: dict[str, int] = {}
    outer = []
    for array, core in zip(arrays, inputs):
        split = array.ndim - len(core)
        if split < 0:
            raise ValueError("an array of shape {} has not the axes {} of the signature".format(
                array.shape, core))
        outer.append(array.shape[:split])
        for name, extent in zip(core, array.shape[split:]):
            if extents.setdefault(name, extent) != extent:
                raise ValueError("the axis {!r} has the extent {} in one array and {} in "
                                 "another".format(
                    name, extents[name], extent))
    return tuple(_native.broadcast_shapes(*outer)), extents


def frompyfunc(func: Callable[..., Any], /, nin: int, nout: int) -> Callable[..., Any]:
    """A function of ``nin`` numbers as one of arrays, which gives ``nout`` arrays.

    There are no arrays of objects: as in ``vectorize`` the type is that of the first result.

    >>> import pommel as pm
    >>> import math
    >>> pm.frompyfunc(math.gcd, 2, 1)([4, 6], 10)
    array([2, 2])
    """
    vectorized = vectorize(func)

    @placed(nout)
    def function(*args: Any) -> Any:
        if len(args) != nin:
            raise TypeError("{}() takes {} arrays, and {} were given".format(
                vectorized.__name__, nin, len(args)))
        result = vectorized(*args)
        found = len(result) if isinstance(result, tuple) else 1
        if found != nout:
            raise ValueError("the function {} must give {} results, not {}".format(
                vectorized.__name__, nout, found))
        return result

    function.__name__ = vectorized.__name__
    function.__doc__ = vectorized.__doc__
    return function
