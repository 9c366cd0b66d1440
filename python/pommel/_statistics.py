"""Averages and covariances: ``average``, ``cov``, ``corrcoef``."""

from __future__ import annotations

from operator import index
from warnings import warn

from . import _native
from ._native import asarray, sqrt

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._typing import Any, ArrayLike, Axis, DTypeLike, ndarray


def axes_of(x: ndarray, axis: Axis) -> list[int]:
    """The axes that an argument names, counted from the first; all of them for None.

    Raises ValueError for an axis that there is not, or that is named twice.
    """
    if axis is None:
        return list(range(x.ndim))
    given = [index(one) for one in axis] if isinstance(axis, (tuple, list)) else [index(axis)]
    for one in given:
        if not -x.ndim <= one < x.ndim:
            from .exceptions import AxisError

            raise AxisError("axis {} does not exist: the array has {} axes".format(one, x.ndim))
    axes = [one % x.ndim for one in given]
    if len(set(axes)) < len(axes):
        raise ValueError("argument 'axis' must name an axis once, not {!r}".format(axis))
    return axes


def weights_of(x: ndarray, weights: ArrayLike, axis: Axis) -> ndarray:
    """Weights under a shape that broadcasts to that of the array: one for each element, or one for
    each place on the axes."""
    weights = asarray(weights)
    if weights.shape == x.shape:
        return weights
    if axis is None:
        raise TypeError(
            "argument 'weights' has the shape {} and the array {}: argument 'axis' must say which "
            "axes the weights belong to".format(weights.shape, x.shape))
    axes = axes_of(x, axis)
    if weights.shape != tuple(x.shape[one] for one in axes):
        raise ValueError(
            "argument 'weights' must have the shape {} of the axes, or that of the array, "
            "not {}".format(
                tuple(x.shape[one] for one in axes), weights.shape))
    weights = weights.transpose(sorted(range(len(axes)), key=axes.__getitem__))
    return weights.reshape([n if one in axes else 1 for one, n in enumerate(x.shape)])


def average(a: ArrayLike, axis: Axis = None, weights: ArrayLike = None, returned: bool = False, *,
            keepdims: bool = False) -> Any:
    """The mean along axes, or of all elements, in which each counts as much as its weight.

    Weights have the shape of the array, or of the axes. With `returned`, a tuple of the averages
    and the sums of the weights. Raises ZeroDivisionError where weights add up to zero.

    >>> import pommel as pm
    >>> pm.average([1.0, 2.0, 6.0], weights=[3, 2, 1])
    array(2.16666667)
    """
    a = asarray(a)
    if weights is None:
        result = _native.mean(a, axis=axis, keepdims=keepdims)
        count = 1
        for one in axes_of(a, axis):
            count *= a.shape[one]
        total = _native.full_like(result, count)
        return (result, total) if returned else result
    weights = weights_of(a, weights, axis)
    exact = a.dtype.kind in "biu"
    dtype = _native.result_type(a.dtype, weights.dtype, *([_native.float64] if exact else []))
    total = _native.sum(weights, axis=axis, dtype=dtype, keepdims=keepdims)
    if _native.any(total == 0):
        raise ZeroDivisionError("argument 'weights' must not add up to zero")
    shares = a.astype(dtype) * weights.astype(dtype)
    result = _native.sum(shares, axis=axis, keepdims=keepdims) / total
    return (result, _native.broadcast_to(total, result.shape).copy()) if returned else result


def _counts(name: str, weights: ArrayLike, length: int) -> ndarray:
    """Weights of `cov`, checked: one for each of so many observations, none below zero."""
    weights = asarray(weights)
    if weights.ndim != 1 or weights.shape[0] != length:
        raise RuntimeError("argument '{}' must hold a weight for each of the {} observations, "
                           "not an array of the shape {}".format(name, length, weights.shape))
    if _native.any(weights < 0):
        raise ValueError("argument '{}' must not have weights below zero".format(name))
    return weights


def _variables(name: str, x: ArrayLike, rowvar: bool) -> ndarray:
    """An array with a row for each variable."""
    x = asarray(x)
    if x.ndim > 2:
        raise ValueError("argument '{}' must have two axes or fewer, not {}".format(name, x.ndim))
    return x.T if x.ndim == 2 and not rowvar else _native.atleast_2d(x)


def cov(m: ArrayLike, y: ArrayLike = None, rowvar: bool = True, bias: bool = False,
        ddof: int | None = None, fweights: ArrayLike = None, aweights: ArrayLike = None, *,
        dtype: DTypeLike = None) -> ndarray:
    """The covariances of variables, the rows of `m` and `y` (the columns without `rowvar`).

    The sums are divided by the number of observations less `ddof`, which is 1, or 0 with `bias`.
    `fweights` says how often each observation counts, `aweights` how much. The result is of
    float64 or complex128, or of `dtype`; for one variable it has no dimensions.

    >>> import pommel as pm
    >>> pm.cov([[0.0, 1.0, 2.0], [2.0, 1.0, 0.0]])
    array([[ 1., -1.],
           [-1.,  1.]])
    """
    if ddof is not None and ddof != int(ddof):
        raise ValueError("argument 'ddof' must be an integer, not {!r}".format(ddof))
    x = _variables("m", m, rowvar)
    parts = [x] if y is None else [x, _variables("y", y, rowvar)]
    if dtype is None:
        dtype = _native.result_type(*(part.dtype for part in parts), _native.float64)
    if x.shape[0] == 0:
        return _native.zeros((0, 0), dtype)
    x = _native.concat([part.astype(dtype) for part in parts], axis=0)
    length = x.shape[1]
    ddof = (0 if bias else 1) if ddof is None else ddof
    weights = None
    if fweights is not None:
        weights = _counts("fweights", fweights, length).astype(_native.float64)
        if _native.any(weights != _native.rint(weights)):
            raise TypeError("argument 'fweights' must hold integers: use 'aweights' for others")
    if aweights is not None:
        aweights = _counts("aweights", aweights, length).astype(_native.float64)
        weights = aweights if weights is None else weights * aweights
    centre, total = average(x, axis=1, weights=weights, returned=True)
    freedom = float(total.real[0]) if weights is not None else length
    if aweights is None:
        freedom -= ddof
    elif ddof:
        freedom -= ddof * float(_native.sum(weights * aweights)) / freedom
    if freedom <= 0:
        warn("as many degrees of freedom as observations, or more", RuntimeWarning, stacklevel=2)
        freedom = 0.0
    x = x - centre[:, None]
    weighted = x if weights is None else x * weights.astype(dtype)
    products = _native.matmul(x, _native.conj(weighted.T))
    return _native.squeeze(products * _native.divide(1.0, freedom).astype(dtype))[()]


def corrcoef(x: ArrayLike, y: ArrayLike = None, rowvar: bool = True, *,
             dtype: DTypeLike = None) -> ndarray:
    """The correlation coefficients of variables, the rows of `x` and `y`; without `rowvar`, the
    columns.

    >>> import pommel as pm
    >>> pm.corrcoef([[0.0, 1.0, 2.0], [2.0, 1.0, 0.0]])
    array([[ 1., -1.],
           [-1.,  1.]])
    """
    c = cov(x, y, rowvar, dtype=dtype)
    if c.ndim == 0:
        return c / c
    deviation = sqrt(_native.diagonal(c).real)
    c = c / deviation[:, None] / deviation
    # Rounding may have taken them out of the range.
    if c.dtype.kind == "c":
        c.real[...] = _native.clip(c.real, -1, 1)
        c.imag[...] = _native.clip(c.imag, -1, 1)
        return c
    return _native.clip(c, -1, 1)
