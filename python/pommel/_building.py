"""Arrays joined, cut, copied and multiplied under NumPy's names: ``concatenate``, ``block``,
``packbits``, ``inner`` and others."""

from __future__ import annotations

from . import _native

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ._native import ndarray

#: NumPy's other names.
amax = _native.max
amin = _native.min
around = _native.round
row_stack = _native.vstack


def concatenate(arrays: Any, /, axis: int | None = 0, out: Any = None, *, dtype: Any = None,
                casting: str = "same_kind") -> ndarray:
    """Arrays joined along an axis, or, with None, all elements in one dimension.

    The result is of ``dtype``, of the type of ``out``, which takes it, or of the one in which the
    arrays meet; ``casting`` is the rule by which they may be converted.

    >>> import pommel as pm
    >>> pm.concatenate([[1, 2], [3.5]])
    array([1. , 2. , 3.5])
    """
    arrays = [_native.asarray(array) for array in arrays]
    if not arrays:
        raise ValueError("argument 'arrays' must hold an array or more")
    if axis is not None and 0 in [array.ndim for array in arrays]:
        raise ValueError("argument 'arrays' must be arrays with dimensions: pass axis=None, or "
                         "use atleast_1d")
    if out is None and dtype is None and casting == "same_kind":
        # The type in which they meet takes each of them.
        return _native.concat(arrays, axis=axis)
    if out is not None:
        if dtype is not None:
            raise TypeError("arguments 'out' and 'dtype' exclude each other: the result has the "
                            "type of 'out'")
        dtype = out.dtype
    types = [array.dtype for array in arrays]
    target = _native.result_type(*types) if dtype is None else _native.dtype(dtype)
    for array in arrays:
        if not _native.can_cast(array.dtype, target, casting):
            raise TypeError("argument 'arrays' has one of {} that cannot be cast to {} by the "
                            "rule {!r}: pass casting='unsafe'".format(
                                array.dtype, target, casting))
    joined = _native.concat([array.astype(target, copy=False) for array in arrays], axis=axis)
    if out is None:
        return joined
    if out.shape != joined.shape:
        raise ValueError("argument 'out' must have the shape {}, not {}".format(
            joined.shape, out.shape))
    out[...] = joined
    return out


def column_stack(tup: Any) -> ndarray:
    """Arrays side by side; one-dimensional ones are columns.

    >>> import pommel as pm
    >>> pm.column_stack([[1, 2], [3, 4]])
    array([[1, 3],
           [2, 4]])
    """
    arrays = [_native.asarray(array) for array in tup]
    columns = [array if array.ndim > 1 else array.reshape(-1, 1) for array in arrays]
    return concatenate(columns, 1)


def dstack(tup: Any) -> ndarray:
    """Arrays one behind the other, along the third axis.

    >>> import pommel as pm
    >>> pm.dstack([[1, 2], [3, 4]])
    array([[[1, 3],
            [2, 4]]])
    """
    return concatenate([_native.atleast_3d(array) for array in tup], 2)


def block(arrays: Any) -> ndarray:
    """An array of blocks in nested lists: the innermost are side by side along the last axis,
    those around them along the last but one, and so on.

    >>> import pommel as pm
    >>> pm.block([[pm.eye(2), pm.zeros((2, 1))], [7, 8, 9]])
    array([[1., 0., 0.],
           [0., 1., 0.],
           [7., 8., 9.]])
    """
    depth = _depth(arrays, "arrays")
    blocks = _leaves(arrays)
    ndim = max([depth] + [_native.asarray(block).ndim for block in blocks])
    return _joined(arrays, depth, ndim)


def _depth(arrays: Any, name: str) -> int:
    """How deep lists are nested, which is the same everywhere."""
    if isinstance(arrays, tuple):
        raise TypeError("argument 'arrays' must be made of lists and arrays, and {} is a "
                        "tuple".format(name))
    if not isinstance(arrays, list):
        return 0
    if not arrays:
        raise ValueError("argument 'arrays' must not have empty lists, and {} is one".format(name))
    depths = [_depth(part, "{}[{}]".format(name, i)) for i, part in enumerate(arrays)]
    for i, depth in enumerate(depths):
        if depth != depths[0]:
            raise ValueError("argument 'arrays' must have lists of one depth, and {0}[0] has {1} "
                             "in it, {0}[{2}] {3}".format(name, depths[0], i, depth))
    return depths[0] + 1


def _leaves(arrays: Any) -> list[Any]:
    if not isinstance(arrays, list):
        return [arrays]
    return [leaf for part in arrays for leaf in _leaves(part)]


def _joined(arrays: Any, depth: int, ndim: int) -> ndarray:
    if not depth:
        return _native.array(arrays, ndmin=ndim)
    return concatenate([_joined(part, depth - 1, ndim) for part in arrays], -depth)


def hsplit(ary: Any, indices_or_sections: Any) -> list[ndarray]:
    """An array cut along its second axis, or its only one: into equal parts, or before indices.

    >>> import pommel as pm
    >>> pm.hsplit(pm.arange(4), 2)
    [array([0, 1]), array([2, 3])]
    """
    array = _deep("hsplit", ary, 1)
    return _native.split(array, indices_or_sections, 1 if array.ndim > 1 else 0)


def vsplit(ary: Any, indices_or_sections: Any) -> list[ndarray]:
    """An array of two dimensions or more cut along its first axis.

    >>> import pommel as pm
    >>> [part.shape for part in pm.vsplit(pm.zeros((4, 2)), [1])]
    [(1, 2), (3, 2)]
    """
    return _native.split(_deep("vsplit", ary, 2), indices_or_sections, 0)


def dsplit(ary: Any, indices_or_sections: Any) -> list[ndarray]:
    """An array of three dimensions or more cut along its third axis.

    >>> import pommel as pm
    >>> [part.shape for part in pm.dsplit(pm.zeros((2, 2, 4)), 2)]
    [(2, 2, 2), (2, 2, 2)]
    """
    return _native.split(_deep("dsplit", ary, 3), indices_or_sections, 2)


def _deep(name: str, ary: Any, ndim: int) -> ndarray:
    array = _native.asarray(ary)
    if array.ndim < ndim:
        raise ValueError("argument 'ary' of {} must have {} dimensions or more, not {}".format(
            name, ndim, array.ndim))
    return array


def diagflat(v: Any, k: int = 0) -> ndarray:
    """A matrix with elements, in C order, on its k-th diagonal and zeros elsewhere.

    >>> import pommel as pm
    >>> pm.diagflat([[1, 2]])
    array([[1, 0],
           [0, 2]])
    """
    return _native.diag(_native.ravel(v), k)


def _laid(array: ndarray, order: str | None) -> ndarray:
    """An array whose elements lie in an order: itself if they do."""
    if order not in ("C", "F", "A", "K", None):
        raise ValueError("argument 'order' must be 'C', 'F', 'A' or 'K', not {!r}".format(order))
    if order in ("C", "F") and not array._lies_in(order):
        return array.copy(order)
    return array


def asanyarray(a: Any, dtype: Any = None, order: str | None = None, *, device: str | None = None,
               copy: bool | None = None) -> ndarray:
    """An array of what can be made one; the array itself where that is possible.

    >>> import pommel as pm
    >>> pm.asanyarray([1, 2])
    array([1, 2])
    """
    return _laid(_native.asarray(a, dtype=dtype, device=device, copy=copy), order)


def ascontiguousarray(a: Any, dtype: Any = None) -> ndarray:
    """An array whose elements lie in C order without gaps, of one dimension or more.

    >>> import pommel as pm
    >>> pm.ascontiguousarray(pm.zeros((2, 3)).T).flags.c_contiguous
    True
    """
    return _native.atleast_1d(_laid(_native.asarray(a, dtype=dtype), "C"))


def asfortranarray(a: Any, dtype: Any = None) -> ndarray:
    """An array whose elements lie in Fortran's order without gaps, of one dimension or more.

    >>> import pommel as pm
    >>> pm.asfortranarray(pm.zeros((2, 3))).flags.f_contiguous
    True
    """
    return _native.atleast_1d(_laid(_native.asarray(a, dtype=dtype), "F"))


def asarray_chkfinite(a: Any, dtype: Any = None, order: str | None = None) -> ndarray:
    """An array of what can be made one, whose elements must be finite.

    >>> import pommel as pm
    >>> pm.asarray_chkfinite([1.0, pm.inf])
    Traceback (most recent call last):
    ValueError: argument 'a' must be finite, and has 1 element that is infinite or not a number
    """
    array = asanyarray(a, dtype, order)
    if array.dtype.kind in "fc":
        found = int(_native.count_nonzero(~_native.isfinite(array)))
        if found:
            raise ValueError("argument 'a' must be finite, and has {} that {} infinite or not a "
                             "number".format(*("1 element", "is") if found == 1 else
                                             ("{} elements".format(found), "are")))
    return array


#: What ``require`` may ask for, by its short and long names.
_REQUIREMENTS = {
    "C": "C", "C_CONTIGUOUS": "C", "CONTIGUOUS": "C",
    "F": "F", "F_CONTIGUOUS": "F", "FORTRAN": "F",
    "A": "A", "ALIGNED": "A", "W": "W", "WRITEABLE": "W",
    "O": "O", "OWNDATA": "O", "E": "E", "ENSUREARRAY": "E",
}


def require(a: Any, dtype: Any = None, requirements: Any = None) -> ndarray:
    """An array that is what is asked for, a copy if it has to be.

    ``requirements`` are 'C', 'F' (how elements lie), 'W' (writable) and 'O' (its own memory:
    always a copy); 'A' and 'E' hold of every array.

    >>> import pommel as pm
    >>> pm.require([[1, 2], [3, 4]], pm.float32, ["F", "W"]).flags["F"]
    True
    """
    wanted = set()
    for name in requirements or ():
        if name.upper() not in _REQUIREMENTS:
            raise KeyError("argument 'requirements' must be of {}, not {!r}".format(
                ", ".join(_REQUIREMENTS), name))
        wanted.add(_REQUIREMENTS[name.upper()])
    if {"C", "F"} <= wanted:
        raise ValueError("argument 'requirements' must not be both 'C' and 'F'")
    order = "C" if "C" in wanted else "F" if "F" in wanted else None
    array = asanyarray(a, dtype, order)
    if "O" in wanted and array is a or "W" in wanted and array._readonly:
        return array.copy("K")
    return array


def copy(a: Any, order: str = "K", subok: bool = False) -> ndarray:
    """A copy of an array, in C order ('C'), in Fortran's ('F') or as the elements lie ('K').

    ``subok`` is NumPy's: there are no subclasses of arrays.

    >>> import pommel as pm
    >>> a = pm.zeros(2)
    >>> b = pm.copy(a)
    >>> b[0] = 1
    >>> a
    array([0., 0.])
    """
    return _native.asarray(a).copy(order)


def resize(a: Any, new_shape: Any) -> ndarray:
    """An array of a shape with the elements of another, in C order, over and over.

    >>> import pommel as pm
    >>> pm.resize([1, 2, 3], (2, 4))
    array([[1, 2, 3, 1],
           [2, 3, 1, 2]])
    """
    shape = tuple(new_shape) if hasattr(new_shape, "__iter__") else (new_shape,)
    count = 1
    for extent in shape:
        if extent < 0:
            raise ValueError("argument 'new_shape' must not have negative extents, not {}".format(
                shape))
        count *= extent
    flat = _native.ravel(a)
    if not flat.size:
        return _native.zeros(shape, flat.dtype)
    return _native.take(flat, _native.arange(count) % flat.size).reshape(shape)


def rollaxis(a: Any, axis: int, start: int = 0) -> ndarray:
    """The array with an axis moved before another: a view. ``moveaxis`` is easier to understand.

    >>> import pommel as pm
    >>> pm.rollaxis(pm.zeros((2, 3, 4)), 2).shape
    (4, 2, 3)
    """
    array = _native.asarray(a)
    ndim = array.ndim
    for name, value, limit in (("axis", axis, ndim - 1), ("start", start, ndim)):
        if not -ndim <= value <= limit:
            raise ValueError("argument {!r} must be from {} to {}, not {}".format(
                name, -ndim, limit, value))
    axis %= ndim
    start = start + ndim if start < 0 else start
    return _native.moveaxis(array, axis, start - (start > axis))


def inner(a: Any, b: Any) -> ndarray:
    """The sums of products along the last axes of two arrays; the product with a number.

    >>> import pommel as pm
    >>> pm.inner([1, 2], [[3, 4], [5, 6]])
    array([11, 17])
    """
    a, b = _native.asarray(a), _native.asarray(b)
    if not a.ndim or not b.ndim:
        return _native.multiply(a, b)
    if a.shape[-1] != b.shape[-1]:
        raise ValueError("arguments 'a' and 'b' must have one extent in their last axes, not the "
                         "shapes {} and {}".format(a.shape, b.shape))
    return _native.tensordot(a, b, axes=([a.ndim - 1], [b.ndim - 1]))


def vdot(a: Any, b: Any) -> ndarray:
    """The sum of the products of all elements, those of the first conjugated.

    >>> import pommel as pm
    >>> pm.vdot([1 + 2j], [3])
    array(3.-6.j)
    """
    a, b = _native.ravel(a), _native.ravel(b)
    if a.size != b.size:
        raise ValueError("arguments 'a' and 'b' must have as many elements, not {} and {}".format(
            a.size, b.size))
    return _native.dot(_native.conj(a) if a.dtype.kind == "c" else a, b)


def matvec(x1: Any, x2: Any, /) -> ndarray:
    """Matrices multiplied with vectors.

    >>> import pommel as pm
    >>> pm.matvec([[1, 2], [3, 4]], [1, 1])
    array([3, 7])
    """
    matrix, vector = _matrix_and_vector(("x1", x1), ("x2", x2), -1)
    return _native.matmul(matrix, vector[..., None])[..., 0]


def vecmat(x1: Any, x2: Any, /) -> ndarray:
    """Vectors, conjugated, multiplied with matrices.

    >>> import pommel as pm
    >>> pm.vecmat([1, 1], [[1, 2], [3, 4]])
    array([4, 6])
    """
    matrix, vector = _matrix_and_vector(("x2", x2), ("x1", x1), -2)
    vector = _native.conj(vector) if vector.dtype.kind == "c" else vector
    return _native.matmul(vector[..., None, :], matrix)[..., 0, :]


def _matrix_and_vector(first: tuple[str, Any], second: tuple[str, Any],
                       axis: int) -> tuple[ndarray, ndarray]:
    matrix, vector = _native.asarray(first[1]), _native.asarray(second[1])
    if matrix.ndim < 2 or vector.ndim < 1 or matrix.shape[axis] != vector.shape[-1]:
        raise ValueError("argument {!r} must be matrices and {!r} vectors with as many elements "
                         "as their axis {}, not of the shapes {} and {}".format(
                             first[0], second[0], axis, matrix.shape, vector.shape))
    return matrix, vector


def _bits_first(bitorder: str) -> ndarray:
    """What the bits of a byte are worth, in an order."""
    if bitorder not in ("big", "little"):
        raise ValueError("argument 'bitorder' must be 'big' or 'little', not "
                         "{!r}".format(bitorder))
    worth = [1, 2, 4, 8, 16, 32, 64, 128]
    return _native.asarray(worth[::-1] if bitorder == "big" else worth, dtype="uint8")


def packbits(a: Any, /, axis: int | None = None, bitorder: str = "big") -> ndarray:
    """Truth values as bits, eight in a ``uint8``, along an axis or in C order, filled with zeros.

    ``bitorder`` says which bit is the first: the highest ('big') or the lowest ('little').

    >>> import pommel as pm
    >>> pm.packbits([1, 0, 1])
    array([160], dtype=uint8)
    """
    worth = _bits_first(bitorder)
    array = _native.asarray(a)
    if array.dtype.kind not in "biu":
        raise TypeError("argument 'a' must be integers or truth values, not "
                        "{}".format(array.dtype))
    if axis is None:
        array, axis = array.reshape(-1), -1
    bits = _native.moveaxis(_native.atleast_1d(array), axis, -1) != 0
    missing = -bits.shape[-1] % 8
    filled = _native.concat([bits, _native.zeros((*bits.shape[:-1], missing), "bool")], axis=-1)
    eights = filled.reshape(*bits.shape[:-1], (bits.shape[-1] + missing) // 8, 8)
    packed = _native.sum(_native.where(eights, worth, 0), axis=-1, dtype="uint8")
    return _native.moveaxis(packed, -1, axis)


def unpackbits(a: Any, /, axis: int | None = None, count: int | None = None,
               bitorder: str = "big") -> ndarray:
    """The bits of ``uint8`` as ``uint8`` of 0 and 1, along an axis or in C order.

    ``count`` says how many: zeros are added, a negative number leaves so many out at the end.

    >>> import pommel as pm
    >>> pm.unpackbits(pm.array([160], dtype=pm.uint8), count=3)
    array([1, 0, 1], dtype=uint8)
    """
    worth = _bits_first(bitorder)
    array = _native.asarray(a)
    if array.dtype != "uint8":
        raise TypeError("argument 'a' must be of uint8, not {}".format(array.dtype))
    if axis is None:
        array, axis = array.reshape(-1), -1
    lines = _native.moveaxis(_native.atleast_1d(array), axis, -1)
    bits = ((lines[..., None] & worth) != 0).astype("uint8")
    bits = bits.reshape(*lines.shape[:-1], lines.shape[-1] * 8)
    if count is not None:
        length = bits.shape[-1]
        if count < -length:
            raise ValueError("argument 'count' must be at least {}, not {}".format(-length, count))
        if count > length:
            more = _native.zeros((*bits.shape[:-1], count - length), "uint8")
            bits = _native.concat([bits, more], axis=-1)
        else:
            bits = bits[..., :count]
    return _native.moveaxis(bits, -1, axis)


def bitwise_count(x: Any, /) -> ndarray:
    """How many bits of the absolute values of integers are 1, as ``uint8``.

    >>> import pommel as pm
    >>> pm.bitwise_count([7, 8, -3])
    array([3, 1, 2], dtype=uint8)
    """
    array = _native.asarray(x)
    if array.dtype.kind not in "biu":
        raise TypeError("argument 'x' must be integers or truth values, not "
                        "{}".format(array.dtype))
    if array.dtype.kind == "i":
        # The absolute value of the lowest number is right again without its sign.
        array = _native.abs(array.astype("int64"))
    bits = array.astype("uint64")
    # The numbers of bits in groups of two, four and eight, which a product adds up (H. S. Warren,
    # Hacker's Delight, section 5-1).
    bits = bits - ((bits >> 1) & 0x5555555555555555)
    bits = (bits & 0x3333333333333333) + ((bits >> 2) & 0x3333333333333333)
    bits = (bits + (bits >> 4)) & 0x0F0F0F0F0F0F0F0F
    return ((bits * 0x0101010101010101) >> 56).astype("uint8")


def ndim(a: Any) -> int:
    """The number of axes.

    >>> import pommel as pm
    >>> pm.ndim([[1, 2]])
    2
    """
    return _native.asarray(a).ndim


def shape(a: Any) -> tuple[int, ...]:
    """The extents of the axes.

    >>> import pommel as pm
    >>> pm.shape([[1, 2]])
    (1, 2)
    """
    return _native.asarray(a).shape


def size(a: Any, axis: Any = None) -> int:
    """The number of elements, or how many there are along an axis or axes.

    >>> import pommel as pm
    >>> pm.size([[1, 2]]), pm.size([[1, 2]], 0)
    (2, 1)
    """
    extents = shape(a)
    if axis is not None:
        axes = axis if isinstance(axis, tuple) else (axis,)
        extents = tuple(extents[a] for a in axes)
    count = 1
    for extent in extents:
        count *= extent
    return count


def shares_memory(a: Any, b: Any) -> bool:
    """Whether two arrays have an element in common, in whole or in part: every one is looked at.

    >>> import pommel as pm
    >>> a = pm.zeros(4)
    >>> pm.shares_memory(a[::2], a[1::2]), pm.may_share_memory(a[::2], a[1::2])
    (False, True)
    """
    from math import gcd

    a, b = _native.asarray(a), _native.asarray(b)
    if not a.size or not b.size or not _native.may_share_memory(a, b):
        return False
    if all(array._lies_in("C") or array._lies_in("F") for array in (a, b)):
        return True
    starts = [array.__array_interface__["data"][0] for array in (a, b)]
    distance = starts[1] - starts[0]
    # All elements of both begin and end at multiples of it.
    unit = gcd(distance, a.itemsize, b.itemsize, *a.strides, *b.strides)
    return bool(_native.any(_native.isin(_places(a, 0, unit), _places(b, distance, unit))))


def _places(array: ndarray, start: int, unit: int) -> ndarray:
    """The pieces of memory of a size that an array has, by their numbers."""
    places = _native.asarray(start // unit)
    steps = [stride // unit for stride in array.strides]
    for extent, step in zip((*array.shape, array.itemsize // unit), (*steps, 1)):
        places = places[..., None] + _native.arange(extent) * step
    return _native.ravel(places)


def isfortran(a: ndarray) -> bool:
    """Whether the elements of an array lie without gaps in Fortran's order, and not in C order.

    >>> import pommel as pm
    >>> pm.isfortran(pm.ones((2, 3)).T)
    True
    """
    return a.flags.fnc


def sort_complex(a: Any) -> ndarray:
    """The elements along the last axis, sorted, as complex numbers.

    >>> import pommel as pm
    >>> pm.sort_complex([3, 1])
    array([1.+0.j, 3.+0.j])
    """
    result = _native.sort(a)
    if result.dtype.kind == "c":
        return result
    narrow = result.dtype.kind in "iu" and result.dtype.itemsize < 4
    return result.astype(_native.complex64 if narrow else _native.complex128)


def linspace(start: Any, stop: Any, num: int = 50, endpoint: bool = True, retstep: bool = False,
             dtype: Any = None, axis: int = 0, *, device: str | None = None) -> Any:
    """``num`` numbers at equal distances from ``start`` to ``stop``, which is the last one if
    ``endpoint``; with ``retstep`` they and the distance.

    Of arrays, the numbers lie along ``axis``.

    >>> import pommel as pm
    >>> pm.linspace(0, 1, 5)
    array([0.  , 0.25, 0.5 , 0.75, 1.  ])
    >>> pm.linspace([0.0, 1.0], [1.0, 3.0], 3)
    array([[0. , 1. ],
           [0.5, 2. ],
           [1. , 3. ]])
    """
    if getattr(start, "ndim", type(start) in (list, tuple)) or getattr(
            stop, "ndim", type(stop) in (list, tuple)):
        result = _between(_native.asarray(start), _native.asarray(stop), num, endpoint)
        result = _native.moveaxis(result if dtype is None else result.astype(dtype), 0, axis)
    else:
        result = _native.linspace(start, stop, num, endpoint, dtype=dtype, device=device)
    if not retstep:
        return result
    steps = num - 1 if endpoint else num
    apart = _native.subtract(stop, start)
    return result, apart / steps if steps > 0 else apart * float("nan")


def _between(start: ndarray, stop: ndarray, num: int, endpoint: bool) -> ndarray:
    """Numbers between those of two arrays, along a new first axis."""
    start, stop = start * 1.0, stop * 1.0
    apart, steps = stop - start, num - 1 if endpoint else num
    places = _native.arange(num).reshape((num,) + (1,) * apart.ndim)
    result = places * (apart / max(steps, 1)) + start
    if endpoint and num > 1:
        result[-1] = stop
    return result
