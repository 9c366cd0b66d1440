"""Order statistics: ``median``, ``quantile`` and ``percentile``, also of what is not NaN alone.

The methods are those of R. J. Hyndman and Y. Fan, "Sample quantiles in statistical packages", The
American Statistician 50 (1996), and NumPy's older four. Each is a function from a number of
elements `n` and quantiles `q` to positions in the sorted elements, the first of which is at 0. A
position between two elements stands for a value between theirs.
"""

from __future__ import annotations

from warnings import warn

from . import _native
from ._errstate import errstate
from ._native import asarray, ceil, floor, isnan, rint, where
from ._statistics import axes_of, weights_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._typing import Any, ArrayLike, Axis, ndarray


def _plotting(alpha, beta):
    """The family of methods that differ in how far beyond the ends the quantiles 0 and 1 are."""
    return lambda n, q: n * q + (alpha + q * (1 - alpha - beta)) - 1


#: Methods whose positions are those of elements.
_STEPS = {
    "inverted_cdf": lambda n, q: ceil(n * q - 1),
    "closest_observation": lambda n, q: rint(n * q) - 1,
    "lower": lambda n, q: floor((n - 1) * q),
    "higher": lambda n, q: ceil((n - 1) * q),
    "nearest": lambda n, q: rint((n - 1) * q),
}
_METHODS = {
    **_STEPS,
    "averaged_inverted_cdf": lambda n, q: (ceil(n * q - 1) + floor(n * q)) / 2,
    "interpolated_inverted_cdf": _plotting(0, 1),
    "hazen": _plotting(0.5, 0.5),
    "weibull": _plotting(0, 0),
    # The same as _plotting(1, 1), with less rounding.
    "linear": lambda n, q: (n - 1) * q,
    "median_unbiased": _plotting(1 / 3, 1 / 3),
    "normal_unbiased": _plotting(3 / 8, 3 / 8),
    "midpoint": lambda n, q: (floor((n - 1) * q) + ceil((n - 1) * q)) / 2,
}


def _rows(x: ndarray, axis: Axis, keepdims: bool) -> tuple[ndarray, list[int]]:
    """The array with the axes to be reduced made one, the last, and the shape of a result."""
    axes = axes_of(x, axis)
    left = [n for one, n in enumerate(x.shape) if one not in axes]
    length = 1
    for one in axes:
        length *= x.shape[one]
    moved = _native.moveaxis(x, axes, list(range(-len(axes), 0)))
    kept = [1 if one in axes else n for one, n in enumerate(x.shape)]
    return moved.reshape(left + [length]), kept if keepdims else left


#: So many elements are found faster one by one than by sorting all.
_FEW = 4


def _divided(rows: ndarray, low: int, high: int) -> tuple[ndarray, ndarray]:
    """The elements at two indices of the sorted rows; the second is the first or the next."""
    parted = _native.partition(rows, high, -1)
    above = parted[..., high:high + 1]
    if low == high:
        return above, above
    return _native.max(parted[..., :high], axis=-1, keepdims=True), above


def _elements(rows: ndarray, low: ndarray, high: ndarray) -> tuple[ndarray, ndarray]:
    """The elements at two indices of the sorted rows; the second is the first or the next.

    Indices are the same for all rows, or lie along the last axis for each row.
    """
    if low.ndim == 1 and low.size <= _FEW:
        pairs = [_divided(rows, *ends) for ends in zip(low.tolist(), high.tolist())]
        below, above = zip(*pairs)
        return _native.concat(below, axis=-1), _native.concat(above, axis=-1)
    ordered = _native.sort(rows, axis=-1)
    if low.ndim == 1:
        return _native.take(ordered, low, axis=-1), _native.take(ordered, high, axis=-1)
    return (_native.take_along_axis(ordered, low, axis=-1),
            _native.take_along_axis(ordered, high, axis=-1))


def _gaps(rows: ndarray) -> ndarray | None:
    """Where elements are NaN; None if nowhere."""
    if rows.dtype.kind not in "fc":
        return None
    gaps = isnan(rows)
    return gaps if _native.any(gaps) else None


def _median(a: ArrayLike, axis: Axis, keepdims: bool, skip: bool) -> ndarray:
    rows, shape = _rows(asarray(a), axis, keepdims)
    gaps, n = _gaps(rows), rows.shape[-1]
    if n == 0:
        warn("median of no elements", RuntimeWarning, stacklevel=3)
        dtype = rows.dtype if rows.dtype.kind in "fc" else _native.float64
        return _native.full(shape, float("nan"), dtype)
    if skip and gaps is not None:
        count = n - _native.count_nonzero(gaps, axis=-1, keepdims=True)
        if not _native.all(count):
            warn("median of elements that are all NaN", RuntimeWarning, stacklevel=3)
        low, high = _native.maximum(count - 1, 0) // 2, count // 2
    else:
        low, high = asarray([(n - 1) // 2]), asarray([n // 2])
    below, above = _elements(rows, low, high)
    # An element is not added to itself: the sum may be too large.
    same = _native.broadcast_to(low == high, below.shape)
    with errstate(over="ignore", invalid="ignore"):
        middle = _native.mean(_native.stack([below, above], axis=-1), axis=-1)
    middle = where(same, below.astype(middle.dtype), middle)
    if gaps is not None and not skip:
        middle = where(_native.any(gaps, axis=-1, keepdims=True), float("nan"), middle)
    return middle.reshape(shape)[()]


def median(a: ArrayLike, axis: Axis = None, *, keepdims: bool = False) -> ndarray:
    """The median along axes, or of all elements: that in the middle, or the mean of the two there.

    NaN if an element is NaN. Integers give float64. Of no elements it is NaN, with a
    RuntimeWarning.

    >>> import pommel as pm
    >>> pm.median([[1, 7, 3], [4, 5, 6]], axis=1)
    array([3., 5.])
    """
    return _median(a, axis, keepdims, False)


def nanmedian(a: ArrayLike, axis: Axis = None, *, keepdims: bool = False) -> ndarray:
    """The median of the elements that are not NaN; NaN with a RuntimeWarning where there are none.

    >>> import pommel as pm
    >>> pm.nanmedian([1.0, pm.nan, 2.0, 9.0])
    array(2.)
    """
    return _median(a, axis, keepdims, True)


def _between(below: ndarray, above: ndarray, part: Any) -> ndarray:
    """The values that are some part of the way from one element to another.

    From the nearer end, so that it is never left behind; at an end and between equal elements
    nothing is computed that infinity could spoil.
    """
    with errstate(invalid="ignore", over="ignore"):
        way = above - below
        value = where(part < 0.5, below + way * part, above - way * (1 - part))
        return where((part == 0) | (below == above), below, value)


def _plain(rows: ndarray, q: ndarray, method: str, weak: bool, skip: bool) -> ndarray:
    """Quantiles of rows, along a last axis in their place."""
    n, gaps = rows.shape[-1], _gaps(rows)
    count: Any = n
    if skip and gaps is not None:
        count = n - _native.count_nonzero(gaps, axis=-1, keepdims=True)
        if not _native.all(count):
            warn("quantile of elements that are all NaN", RuntimeWarning, stacklevel=4)
    position = _METHODS[method](count, q)
    position = _native.maximum(_native.minimum(position, count - 1), 0)
    low = floor(position)
    part = position - low
    low = low.astype(_native.int64)
    steps = method in _STEPS or (method == "linear" and q.dtype.kind in "iu")
    high = low if steps else ceil(position).astype(_native.int64)
    below, above = _elements(rows, low, high)
    if steps:
        result = below
    else:
        # A quantile that is a number of Python leaves the element type alone.
        dtype = rows.dtype if weak and rows.dtype.kind == "f" else part.dtype
        result = _between(below, above, part.astype(dtype))
    if gaps is not None and not skip:
        result = where(_native.any(gaps, axis=-1, keepdims=True), float("nan"), result)
    return result


def _weighted(rows: ndarray, q: ndarray, weights: ndarray, skip: bool) -> ndarray:
    """Quantiles of rows with weights: the first elements at which the weights reach that share."""
    gaps = _gaps(rows)
    if gaps is not None and skip:
        weights = where(gaps, 0, weights)
    order = _native.argsort(rows, axis=-1)
    ordered = _native.take_along_axis(rows, order, axis=-1)
    share = _native.cumsum(_native.take_along_axis(weights, order, axis=-1), axis=-1,
                           dtype=_native.float64)
    total = share[..., -1:]
    if skip:
        total = where(total == 0, 1, total)
    elif not _native.all(_native.isfinite(total) & (total > 0)):
        raise ValueError("argument 'weights' must be finite, and not all of them zero")
    share = share / total
    # Elements without weight do not count before the first of those with weight.
    share = where(share == 0, -1, share)
    last = rows.shape[-1] - 1
    q = q.astype(_native.float64).tolist()
    at = _native.stack([_native.count_nonzero(share < one, axis=-1) for one in q], axis=-1)
    at = _native.minimum(at, last)
    result = _native.take_along_axis(ordered, at, axis=-1)
    if gaps is not None and not skip:
        result = where(_native.any(gaps, axis=-1, keepdims=True), float("nan"), result)
    return result


def _checked(a: ndarray, q: ndarray, method: str, weights: Any, name: str, whole: int) -> None:
    """Raises what the arguments of a quantile have wrong."""
    if a.dtype.kind == "c":
        raise TypeError("argument 'a' must hold real numbers, which have an order, not {}".format(
            a.dtype.name))
    if not _native.all((q >= 0) & (q <= 1)):
        raise ValueError("argument 'q' must be from 0 to {}: it is a {}".format(whole, name))
    if method not in _METHODS:
        raise ValueError("argument 'method' must be one of {}, not {!r}".format(
            ", ".join(map(repr, sorted(_METHODS))), method))
    if weights is not None and method != "inverted_cdf":
        raise ValueError(
            "argument 'method' must be 'inverted_cdf' with weights, not {!r}".format(method))
    if a.dtype.kind == "b" and method not in _STEPS:
        raise TypeError("argument 'a' must not be of bool, between whose values there are none: "
                        "convert it, or use the method 'nearest'")


def _quantile(a: Any, q: Any, axis: Axis, method: str, keepdims: bool, weights: Any, skip: bool,
              whole: int = 1) -> ndarray:
    a, weak = asarray(a), type(q) in (int, float)
    q = asarray(q)
    q = q if whole == 1 else q / whole
    _checked(a, q, method, weights, "quantile" if whole == 1 else "percentage", whole)
    rows, shape = _rows(a, axis, keepdims)
    flat = _native.ravel(q)
    if rows.shape[-1] == 0 or flat.size == 0:
        if rows.shape[-1] == 0 and not skip:
            raise IndexError(
                "argument 'a' must have elements along the axes: none have no quantile")
        if flat.size:
            warn("quantile of no elements", RuntimeWarning, stacklevel=3)
        return _native.full(q.shape + tuple(shape), float("nan"),
                            a.dtype if weak and a.dtype.kind == "f" else _native.float64)
    if weights is None:
        result = _plain(rows, flat, method, weak, skip)
    else:
        weights = _native.broadcast_to(weights_of(a, weights, axis), a.shape)
        if _native.any(weights < 0):
            raise ValueError("argument 'weights' must not have weights below zero")
        result = _weighted(rows, flat, _rows(weights, axis, False)[0], skip)
    return _native.moveaxis(result, -1, 0).reshape(q.shape + tuple(shape))[()]


def quantile(a: ArrayLike, q: ArrayLike, axis: Axis = None, *, method: str = "linear",
             keepdims: bool = False, weights: ArrayLike = None) -> ndarray:
    """The values below which a part `q` of the elements lies, along axes or of all.

    `method` says what is between two elements: 'linear', 'inverted_cdf', 'averaged_inverted_cdf',
    'closest_observation', 'interpolated_inverted_cdf', 'hazen', 'weibull', 'median_unbiased',
    'normal_unbiased', 'lower', 'higher', 'midpoint' or 'nearest'; with weights, 'inverted_cdf'.
    The result has the shape of `q`, then what is left of that of `a`. NaN if an element is NaN.

    Raises ValueError for parts outside of 0 to 1, and IndexError if there are no elements.

    >>> import pommel as pm
    >>> pm.quantile([1.0, 2.0, 4.0], [0.25, 0.5])
    array([1.5, 2. ])
    >>> pm.quantile([1, 2, 4], 0.3, method="inverted_cdf")
    array(1)
    """
    return _quantile(a, q, axis, method, keepdims, weights, False)


def percentile(a: ArrayLike, q: ArrayLike, axis: Axis = None, *, method: str = "linear",
               keepdims: bool = False, weights: ArrayLike = None) -> ndarray:
    """As :func:`quantile`, of parts in percent.

    >>> import pommel as pm
    >>> pm.percentile([1.0, 2.0, 4.0], 75)
    array(3.)
    """
    return _quantile(a, q, axis, method, keepdims, weights, False, 100)


def nanquantile(a: ArrayLike, q: ArrayLike, axis: Axis = None, *, method: str = "linear",
                keepdims: bool = False, weights: ArrayLike = None) -> ndarray:
    """As :func:`quantile`, of the elements that are not NaN; NaN with a RuntimeWarning where there
    are none.

    >>> import pommel as pm
    >>> pm.nanquantile([1.0, pm.nan, 2.0, 4.0], 0.75)
    array(3.)
    """
    return _quantile(a, q, axis, method, keepdims, weights, True)


def nanpercentile(a: ArrayLike, q: ArrayLike, axis: Axis = None, *, method: str = "linear",
                  keepdims: bool = False, weights: ArrayLike = None) -> ndarray:
    """As :func:`nanquantile`, of parts in percent.

    >>> import pommel as pm
    >>> pm.nanpercentile([1.0, pm.nan, 2.0, 4.0], [0, 100])
    array([1., 4.])
    """
    return _quantile(a, q, axis, method, keepdims, weights, True, 100)
