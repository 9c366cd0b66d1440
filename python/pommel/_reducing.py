"""Reductions that are told where the result goes, what they begin with, and which elements take part;
the native part computes the others itself."""

from __future__ import annotations

from . import _native

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Callable

    from ._typing import Any, dtype, ndarray

#: What a reduction makes of no elements.
_OF_NONE = {"sum": 0, "prod": 1, "all": 1, "any": 0}
#: How what it begins with and the rest come together.
_TOGETHER = {"sum": _native.add, "prod": _native.multiply, "min": _native.minimum,
             "max": _native.maximum, "all": _native.logical_and, "any": _native.logical_or}


def mask_of(where: Any, shape: tuple[int, ...]) -> ndarray:
    """Truth values, stretched to a shape; no others are taken for such."""
    mask = _native.asarray(where)
    if mask.dtype != "bool":
        raise TypeError("argument 'where' must be truth values, not {}: compare it with != 0".format(
            mask.dtype.name))
    return _native.broadcast_to(mask, shape)


def element(value: Any, dtype: dtype) -> ndarray:
    """A value as an array without dimensions. ValueError if it is more than one."""
    if isinstance(value, int):
        return _native.asarray(value, dtype=dtype)
    value = _native.asarray(value)
    if value.ndim:
        raise ValueError("argument 'initial' must be a number, not an array of the shape {}".format(
            value.shape))
    return value.astype(dtype)


def written(out: Any, result: ndarray, casting: str = "unsafe") -> ndarray:
    """A result, written to the array that is to take it, if there is one; a result of a reduction
    becomes what its elements are."""
    if isinstance(out, tuple):
        out, = out
    if out is None:
        return result
    if not isinstance(out, _native.ndarray):
        raise TypeError("argument 'out' must be an array, not {}".format(type(out).__name__))
    if not _native.can_cast(result.dtype, out.dtype, casting):
        raise TypeError("argument 'out' of {} cannot take results of {}".format(
            out.dtype.name, result.dtype.name))
    if out.shape != result.shape:
        raise ValueError("argument 'out' must have the shape {} of the result, not {}".format(
            result.shape, out.shape))
    out[...] = result.astype(out.dtype, copy=False)
    return out


def reduced(name: str, x: ndarray, how: tuple[Any, ...], more: tuple[Any, ...]) -> ndarray:
    """A reduction by its name: ``how`` is the axes, the type, whether axes stay, and the correction of
    variances; ``more`` is ``out``, ``initial`` and ``where``."""
    axis, dtype, keepdims, correction = how
    out, initial, where = more
    mask = None if where is None or where is True else mask_of(where, x.shape)
    if name in ("mean", "var", "std"):
        if mask is None:
            further = {} if name == "mean" else {"correction": correction}
            result = getattr(_native, name)(x, axis=axis, dtype=dtype, keepdims=keepdims, **further)
        else:
            result = _spread(name, x, mask, how)
    elif name in ("min", "max"):
        result = _extreme(name, x, mask, initial, axis, keepdims)
    else:
        result = _total(name, x, mask, initial, out, how)
    return written(out, result, "same_kind" if name == "std" else "unsafe")


def _total(name: str, x: ndarray, mask: ndarray | None, initial: Any, out: Any,
           how: tuple[Any, ...]) -> ndarray:
    axis, dtype, keepdims, _ = how
    if dtype is None and name in ("sum", "prod") and isinstance(out, _native.ndarray):
        # As wide as the result may be.
        dtype = out.dtype
    if mask is not None:
        x = _native.where(mask, x, _native.asarray(_OF_NONE[name], dtype=x.dtype))
    reduction: Callable[..., ndarray] = getattr(_native, name)
    typed = {} if dtype is None else {"dtype": dtype}
    result = reduction(x, axis=axis, keepdims=keepdims, **typed)
    if initial is None:
        return result
    return _TOGETHER[name](element(initial, result.dtype), result)


def _extreme(name: str, x: ndarray, mask: ndarray | None, initial: Any, axis: Any,
             keepdims: bool) -> ndarray:
    reduction: Callable[..., ndarray] = getattr(_native, name)
    if initial is None:
        if mask is not None:
            raise ValueError("{} of no elements is nothing: argument 'where' needs 'initial' "
                             "beside it".format(name))
        return reduction(x, axis=axis, keepdims=keepdims)
    initial = element(initial, x.dtype)
    if mask is not None:
        x = _native.where(mask, x, initial)
    if not x.size:
        # What is left has the shape that any reduction leaves.
        shape = _native.any(x, axis=axis, keepdims=keepdims).shape
        return _native.broadcast_to(initial, shape).copy()
    return _TOGETHER[name](initial, reduction(x, axis=axis, keepdims=keepdims))


def _spread(name: str, x: ndarray, mask: ndarray, how: tuple[Any, ...]) -> ndarray:
    """A mean, a variance or a standard deviation of the elements that a mask shows."""
    from warnings import warn

    axis, dtype, keepdims, correction = how
    given = dtype
    if dtype is None:
        dtype = _native.float64 if x.dtype.kind in "biu" else x.dtype
    # Sums of few digits lose them.
    wide = _native.float32 if dtype == "float16" else dtype
    none = _native.asarray(0, dtype=wide)

    def total(values: ndarray, stay: bool) -> ndarray:
        return _native.sum(_native.where(mask, values, none), axis=axis, keepdims=stay)

    values = x.astype(wide)
    counts = _native.sum(mask, axis=axis, keepdims=True)
    mean = total(values, True) / counts.astype(wide)
    if name == "mean":
        if _native.any(counts == 0):
            warn("mean of no elements", RuntimeWarning, stacklevel=3)
        shape = _native.any(mask, axis=axis, keepdims=keepdims).shape
        return mean.reshape(shape)[()].astype(dtype)
    if _native.any(counts <= correction):
        warn("as many degrees of freedom as elements, or more", RuntimeWarning, stacklevel=3)
    apart = _native.where(mask, values - mean, none)
    squares = apart.real ** 2 + apart.imag ** 2 if apart.dtype.kind == "c" else apart * apart
    none = _native.asarray(0, dtype=squares.dtype)
    result = total(squares, keepdims)
    left = _native.maximum(counts - correction, 0).reshape(result.shape)
    result = result / left.astype(result.dtype)
    result = _native.sqrt(result) if name == "std" else result
    return (result.astype(dtype) if dtype.kind != "c" or given is not None else result)[()]
