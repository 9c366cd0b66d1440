"""Elements that are put into arrays, and chosen from several: ``put``, ``copyto``, ``choose``,
``select`` and others."""

from __future__ import annotations

from . import _native
from ._index_tricks import _within

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ._native import ndarray


def _written(name: str, array: Any) -> ndarray:
    """An array that is to be written, which nothing else can be."""
    if not isinstance(array, _native.ndarray):
        raise TypeError("argument {!r} must be an array, which is written, not {}".format(
            name, type(array).__name__))
    return array


def _values(name: str, values: Any, array: ndarray, casting: str) -> ndarray:
    """Values in one dimension and as elements of an array; of those that have a type of their own
    by a rule."""
    if hasattr(values, "dtype") and not _native.can_cast(values.dtype, array.dtype, casting):
        raise TypeError("argument {!r} of {} cannot be cast to {} by the rule {!r}: convert it "
                        "with astype".format(name, values.dtype, array.dtype, casting))
    return _native.ravel(_native.asarray(values, dtype=array.dtype))


def _cycle(values: ndarray, indices: ndarray) -> ndarray:
    """The values with those numbers, over and over."""
    return _native.take(values, indices % values.size)


def _masked(name: str, array: Any, mask: Any, values_name: str,
            values: Any) -> tuple[ndarray, ndarray]:
    """A mask in the shape of an array that is to be written, and values for it."""
    array, mask = _written(name, array), _native.asarray(mask).astype("bool", copy=False)
    if mask.size != array.size:
        raise ValueError("argument 'mask' must have as many elements as the array, {}, not "
                         "{}".format(array.size, mask.size))
    return mask.reshape(array.shape), _values(values_name, values, array, "safe")


def put(a: ndarray, ind: Any, v: Any, mode: str = "raise") -> None:
    """Writes values to indices of an array in C order; the values are repeated.

    ``mode`` says what an index out of bounds means: 'raise', 'wrap' or 'clip'.

    >>> import pommel as pm
    >>> a = pm.zeros((2, 2))
    >>> pm.put(a, [0, 3], [7, 8])
    >>> a
    array([[7., 0.],
           [0., 8.]])
    """
    array = _written("a", a)
    indices, values = _native.ravel(ind), _values("v", v, array, "unsafe")
    if not indices.size or not values.size:
        return
    if indices.dtype.kind not in "iu":
        raise TypeError("argument 'ind' must be integers, not {}".format(indices.dtype))
    if mode == "raise":
        indices = _in_bounds(indices, array.size)
    else:
        indices = _within(indices.astype("int64", copy=False), array.size, mode)
    values = _cycle(values, _native.arange(indices.size))
    flat = array.reshape(-1)
    flat[indices] = values
    # Else it is a view.
    if not array._lies_in("C"):
        array[...] = flat.reshape(array.shape)


def _in_bounds(indices: ndarray, size: int) -> ndarray:
    low, high = int(indices.min()), int(indices.max())
    if low < -size or high >= size:
        raise IndexError("index {} is out of bounds: the array has {} elements".format(
            low if low < -size else high, size))
    return indices


def place(arr: ndarray, mask: Any, vals: Any) -> None:
    """Writes values, one after the other and over and over, where a mask is true.

    >>> import pommel as pm
    >>> a = pm.arange(5)
    >>> pm.place(a, a > 1, [7, 8])
    >>> a
    array([0, 1, 7, 8, 7])
    """
    mask, values = _masked("arr", arr, mask, "vals", vals)
    count = int(_native.count_nonzero(mask))
    if count and not values.size:
        raise ValueError("argument 'vals' must have a value or more, to be put in {} "
                         "places".format(count))
    if count:
        arr[mask] = _cycle(values, _native.arange(count))


def putmask(a: ndarray, mask: Any, values: Any) -> None:
    """Writes, where a mask is true, the value with the number of the place, counted over and over.

    >>> import pommel as pm
    >>> a = pm.arange(5)
    >>> pm.putmask(a, a > 1, [7, 8])
    >>> a
    array([0, 1, 7, 8, 7])
    """
    mask, values = _masked("a", a, mask, "values", values)
    if values.size:
        a[mask] = _cycle(values, _native.flatnonzero(mask))


def copyto(dst: ndarray, src: Any, casting: str = "same_kind", where: Any = True) -> None:
    """Writes elements to an array, to which they are stretched, where a mask is true.

    ``casting`` is the rule by which they may be converted.

    >>> import pommel as pm
    >>> a = pm.zeros(3)
    >>> pm.copyto(a, [1, 2, 3], where=[True, False, True])
    >>> a
    array([1., 0., 3.])
    """
    _written("dst", dst)
    if isinstance(src, (int, float, complex)):
        # The type of a number of Python gives way.
        given = _native.result_type(dst.dtype, src)
        source = _native.asarray(src, dtype=given)
    else:
        source = _native.asarray(src)
        given = source.dtype
    if not _native.can_cast(given, dst.dtype, casting):
        raise TypeError("argument 'src' of {} cannot be cast to {} by the rule {!r}: pass "
                        "casting='unsafe'".format(given, dst.dtype, casting))
    source = _native.broadcast_to(source, dst.shape)
    if where is True:
        dst[...] = source
        return
    mask = _native.broadcast_to(_native.asarray(where, dtype="bool"), dst.shape)
    dst[mask] = source[mask]


def fill_diagonal(a: ndarray, val: Any, wrap: bool = False) -> None:
    """Writes to the main diagonal of an array of two axes or more; values are repeated.

    Of more than two axes all must have one extent. With ``wrap`` the diagonal of a matrix with
    more rows than columns begins again a row after its end.

    >>> import pommel as pm
    >>> a = pm.zeros((2, 2))
    >>> pm.fill_diagonal(a, 5)
    >>> a
    array([[5., 0.],
           [0., 5.]])
    """
    _written("a", a)
    if a.ndim < 2 or a.ndim > 2 and len(set(a.shape)) != 1:
        raise ValueError("argument 'a' must have two axes, or more of one extent, not the shape "
                         "{}".format(a.shape))
    columns = a.shape[-1]
    if wrap and a.ndim == 2:
        flat = _native.arange(0, a.size, columns + 1)
        places: tuple[ndarray, ...] = (flat // columns, flat % columns)
    else:
        places = (_native.arange(min(a.shape)),) * a.ndim
    values = _values("val", val, a, "unsafe")
    if values.size and places[0].size:
        a[places] = _cycle(values, _native.arange(places[0].size))


def _common(arrays: list[Any]) -> tuple[list[ndarray], Any]:
    """Arrays, and the type in which they meet; that of a number of Python gives way."""
    types = [array if isinstance(array, (int, float, complex)) else _native.asarray(array).dtype
             for array in arrays]
    return [_native.asarray(array) for array in arrays], _native.result_type(*types)


def choose(a: Any, choices: Any, out: Any = None, mode: str = "raise") -> ndarray:
    """For each element the choice of which it is the number, at its place.

    ``choices`` are arrays, or the parts of an array along its first axis; they and ``a`` are
    stretched to one shape. ``mode`` says what a number without a choice means: 'raise', 'wrap' or
    'clip'.

    >>> import pommel as pm
    >>> pm.choose([0, 1, 0], [[1, 2, 3], [10, 20, 30]])
    array([ 1, 20,  3])
    """
    numbers = _native.asarray(a)
    if not _native.can_cast(numbers.dtype, "int64"):
        raise TypeError("argument 'a' must be integers, not {}".format(numbers.dtype))
    choices, dtype = _common(list(choices))
    if not choices:
        raise ValueError("argument 'choices' must hold an array or more")
    numbers = _within(numbers.astype("int64", copy=False), len(choices), mode)
    numbers, *choices = _native.broadcast_arrays(numbers, *choices)
    together = _native.stack([choice.astype(dtype, copy=False) for choice in choices])
    result = _native.take_along_axis(together, numbers[None], 0)[0, ...]
    if out is None:
        return result
    copyto(out, result, "unsafe" if mode == "raise" else "same_kind")
    return out


def select(condlist: Any, choicelist: Any, default: Any = 0) -> ndarray:
    """Elements of the first choice whose condition is true, and of ``default`` where none is.

    >>> import pommel as pm
    >>> a = pm.arange(5)
    >>> pm.select([a < 2, a > 3], [a, a * 10], -1)
    array([ 0,  1, -1, -1, 40])
    """
    if len(condlist) != len(choicelist):
        raise ValueError("argument 'condlist' must have as many conditions as there are choices, "
                         "{}, not {}".format(len(choicelist), len(condlist)))
    if not len(condlist):
        raise ValueError("argument 'condlist' must hold a condition or more")
    conditions = [_native.asarray(condition) for condition in condlist]
    for i, condition in enumerate(conditions):
        if condition.dtype != "bool":
            raise TypeError("condition {} must be truth values, not {}: compare it with != "
                            "0".format(
                i, condition.dtype))
    choices, dtype = _common([*choicelist, default])
    choices = [choice.astype(dtype, copy=False) for choice in choices]
    result = choices.pop()
    for condition, choice in zip(reversed(conditions), reversed(choices)):
        result = _native.where(condition, choice, result)
    return result


def piecewise(x: Any, condlist: Any, funclist: Any, *args: Any, **kw: Any) -> ndarray:
    """A function by parts: where a condition is true, a function of the elements there, or a
    number.

    One function more than there are conditions is for where none is true, else there are zeros.
    The result has the type of ``x``; ``args`` and ``kw`` go to the functions.

    >>> import pommel as pm
    >>> x = pm.array([-2.0, 3.0])
    >>> pm.piecewise(x, [x < 0], [lambda part: -part, 10])
    array([ 2., 10.])
    """
    x = _native.asarray(x)
    if not hasattr(condlist, "__len__") or not _native.asarray(condlist).ndim or (
            x.ndim and len(condlist) and not hasattr(condlist[0], "__len__")):
        # One condition.
        condlist = [condlist]
    conditions = [_native.broadcast_to(_native.asarray(condition, dtype="bool"), x.shape)
                  for condition in condlist]
    if len(funclist) == len(conditions) + 1:
        covered = _native.zeros(x.shape, "bool")
        for condition in conditions:
            covered = covered | condition
        conditions.append(~covered)
    elif len(funclist) != len(conditions):
        raise ValueError("argument 'funclist' must have {0} or {1} functions for {0} conditions, "
                         "not {2}".format(len(conditions), len(conditions) + 1, len(funclist)))
    result = _native.zeros_like(x)
    for condition, function in zip(conditions, funclist):
        if callable(function):
            part = x[condition]
            if part.size:
                result[condition] = function(part, *args, **kw)
        else:
            result[condition] = function
    return result
