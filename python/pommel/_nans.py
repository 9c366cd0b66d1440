"""Reductions that leave out what is NaN.

Elements of types without NaN all count, as in the functions of the same names without ``nan``.
"""

from __future__ import annotations

from warnings import warn

from . import _native
from ._errstate import errstate
from ._native import asarray, where

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._typing import Any, ArrayLike, Axis, DTypeLike, ndarray


def _filled(a: ArrayLike, value: Any) -> tuple[ndarray, ndarray | None]:
    """The array with a value in place of NaN, and where that was; None for types without NaN."""
    a = asarray(a)
    if a.dtype.kind not in "fc":
        return a, None
    gaps = _native.isnan(a)
    return where(gaps, value, a), gaps


def nansum(a: ArrayLike, axis: Axis = None, dtype: DTypeLike = None, *,
           keepdims: bool = False) -> ndarray:
    """The sum of the elements that are not NaN; 0 where there are none.

    >>> import pommel as pm
    >>> pm.nansum([1.0, pm.nan, 2.0])
    array(3.)
    """
    return _native.sum(_filled(a, 0)[0], axis=axis, dtype=dtype, keepdims=keepdims)


def nanprod(a: ArrayLike, axis: Axis = None, dtype: DTypeLike = None, *,
            keepdims: bool = False) -> ndarray:
    """The product of the elements that are not NaN; 1 where there are none.

    >>> import pommel as pm
    >>> pm.nanprod([3.0, pm.nan, 2.0])
    array(6.)
    """
    return _native.prod(_filled(a, 1)[0], axis=axis, dtype=dtype, keepdims=keepdims)


def nancumsum(a: ArrayLike, axis: int | None = None, dtype: DTypeLike = None) -> ndarray:
    """The sums of the elements up to each one, NaN as 0, along an axis or in C order.

    >>> import pommel as pm
    >>> pm.nancumsum([1.0, pm.nan, 2.0])
    array([1., 1., 3.])
    """
    return _native.cumsum(_filled(a, 0)[0], axis=axis, dtype=dtype)


def nancumprod(a: ArrayLike, axis: int | None = None, dtype: DTypeLike = None) -> ndarray:
    """The products of the elements up to each one, NaN as 1, along an axis or in C order.

    >>> import pommel as pm
    >>> pm.nancumprod([3.0, pm.nan, 2.0])
    array([3., 3., 6.])
    """
    return _native.cumprod(_filled(a, 1)[0], axis=axis, dtype=dtype)


def _extreme(reduce: Any, a: ArrayLike, value: float, axis: Axis, keepdims: bool) -> ndarray:
    filled, gaps = _filled(a, value)
    result = reduce(filled, axis=axis, keepdims=keepdims)
    if gaps is None:
        return result
    empty = _native.all(gaps, axis=axis, keepdims=keepdims)
    if not _native.any(empty):
        return result
    warn("all elements are NaN", RuntimeWarning, stacklevel=3)
    return where(empty, float("nan"), result)[()]


def nanmin(a: ArrayLike, axis: Axis = None, *, keepdims: bool = False) -> ndarray:
    """The smallest of the elements that are not NaN; NaN with a RuntimeWarning where there are
    none.

    >>> import pommel as pm
    >>> pm.nanmin([[3.0, pm.nan], [2.0, 5.0]], axis=0)
    array([2., 5.])
    """
    return _extreme(_native.min, a, float("inf"), axis, keepdims)


def nanmax(a: ArrayLike, axis: Axis = None, *, keepdims: bool = False) -> ndarray:
    """The largest of the elements that are not NaN; NaN with a RuntimeWarning where there are
    none.

    >>> import pommel as pm
    >>> pm.nanmax([[3.0, pm.nan], [2.0, 5.0]], axis=0)
    array([3., 5.])
    """
    return _extreme(_native.max, a, float("-inf"), axis, keepdims)


def _where_extreme(reduce: Any, a: ArrayLike, value: float, axis: int | None,
                   keepdims: bool) -> ndarray:
    filled, gaps = _filled(a, value)
    result = reduce(filled, axis=axis, keepdims=keepdims)
    if gaps is not None and _native.any(_native.all(gaps, axis=axis)):
        raise ValueError(
            "argument 'a' must not be NaN all along the axis: NaN has no place in an order")
    return result


def nanargmin(a: ArrayLike, axis: int | None = None, *, keepdims: bool = False) -> ndarray:
    """Where the smallest element that is not NaN is, along an axis or in C order.

    Raises ValueError where all elements are NaN.

    >>> import pommel as pm
    >>> pm.nanargmin([pm.nan, 3.0, 2.0])
    array(2)
    """
    return _where_extreme(_native.argmin, a, float("inf"), axis, keepdims)


def nanargmax(a: ArrayLike, axis: int | None = None, *, keepdims: bool = False) -> ndarray:
    """Where the largest element that is not NaN is, along an axis or in C order.

    Raises ValueError where all elements are NaN.

    >>> import pommel as pm
    >>> pm.nanargmax([pm.nan, 3.0, 2.0])
    array(1)
    """
    return _where_extreme(_native.argmax, a, float("-inf"), axis, keepdims)


def _shared(total: ndarray, count: ndarray) -> ndarray:
    """Sums divided by counts, NaN for a count of 0, in the type of the sums."""
    with errstate(divide="ignore", invalid="ignore"):
        return (total / count).astype(total.dtype)[()]


def _checked(dtype: DTypeLike) -> None:
    if dtype is not None and _native.dtype(dtype).kind not in "fc":
        raise TypeError("argument 'dtype' must be a floating-point type, not {}".format(
            _native.dtype(dtype).name))


def nanmean(a: ArrayLike, axis: Axis = None, dtype: DTypeLike = None, *,
            keepdims: bool = False) -> ndarray:
    """The mean of the elements that are not NaN; NaN with a RuntimeWarning where there are none.

    >>> import pommel as pm
    >>> pm.nanmean([1.0, pm.nan, 2.0])
    array(1.5)
    """
    filled, gaps = _filled(a, 0)
    if gaps is None:
        return _native.mean(filled, axis=axis, dtype=dtype, keepdims=keepdims)
    _checked(dtype)
    count = _native.count_nonzero(~gaps, axis=axis, keepdims=keepdims)
    if not _native.all(count):
        warn("mean of no elements that are not NaN", RuntimeWarning, stacklevel=2)
    return _shared(_native.sum(filled, axis=axis, dtype=dtype, keepdims=keepdims), count)


def _variance(a: ArrayLike, axis: Axis, dtype: DTypeLike, ddof: float, keepdims: bool) -> ndarray:
    filled, gaps = _filled(a, 0)
    if gaps is None:
        return _native.var(filled, axis=axis, dtype=dtype, ddof=ddof, keepdims=keepdims)
    _checked(dtype)
    filled = filled if dtype is None else filled.astype(dtype)
    count = _native.count_nonzero(~gaps, axis=axis, keepdims=True)
    centre = _shared(_native.sum(filled, axis=axis, keepdims=True), count)
    apart = where(gaps, 0, filled - centre)
    squares = (apart * _native.conj(apart)).real if apart.dtype.kind == "c" else apart * apart
    total = _native.sum(squares, axis=axis, keepdims=keepdims)
    freedom = count.reshape(total.shape) - ddof
    if _native.any(freedom <= 0):
        warn("as many degrees of freedom as elements that are not NaN, or more", RuntimeWarning,
             stacklevel=3)
    return where(freedom <= 0, float("nan"), _shared(total, freedom))[()]


def nanvar(a: ArrayLike, axis: Axis = None, dtype: DTypeLike = None, *, ddof: float = 0,
           keepdims: bool = False) -> ndarray:
    """The variance of the elements that are not NaN: the sum of squared distances from their mean,
    divided by their number less `ddof`.

    NaN with a RuntimeWarning where there are not more than `ddof`.

    >>> import pommel as pm
    >>> pm.nanvar([1.0, pm.nan, 3.0])
    array(1.)
    """
    return _variance(a, axis, dtype, ddof, keepdims)


def nanstd(a: ArrayLike, axis: Axis = None, dtype: DTypeLike = None, *, ddof: float = 0,
           keepdims: bool = False) -> ndarray:
    """The standard deviation of the elements that are not NaN: the root of :func:`nanvar`.

    >>> import pommel as pm
    >>> pm.nanstd([1.0, pm.nan, 5.0])
    array(2.)
    """
    return _native.sqrt(_variance(a, axis, dtype, ddof, keepdims))
