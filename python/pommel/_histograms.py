"""Counts of elements in bins, in one dimension and in several, and the edges of bins."""

from __future__ import annotations

from math import ceil, isfinite, log2, pi, sqrt
from warnings import warn

from . import _native
from ._native import asarray

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._typing import Any, ArrayLike, Sequence, ndarray


def _range_of(x: ndarray) -> float:
    return float(_native.max(x)) - float(_native.min(x))


# Widths of bins, by the rule's author. Each takes the elements, one or more, and the range.


def _width_doane(x, range):
    n, deviation = x.size, float(_native.std(x))
    if n <= 2 or deviation == 0:
        return 0.0
    expected = sqrt(6.0 * (n - 2) / ((n + 1.0) * (n + 3)))
    skewness = float(_native.mean(((x - _native.mean(x)) / deviation) ** 3))
    return _range_of(x) / (1.0 + log2(n) + log2(1.0 + abs(skewness) / expected))


def _width_fd(x, range):
    """Freedman and Diaconis: from the range of the half in the middle."""
    from ._quantiles import percentile

    upper, lower = percentile(x, [75, 25]).tolist()
    return 2.0 * (upper - lower) * x.size ** (-1 / 3)


def _width_rice(x, range):
    return _range_of(x) / (2.0 * x.size ** (1 / 3))


def _width_scott(x, range):
    return (24.0 * sqrt(pi) / x.size) ** (1 / 3) * float(_native.std(x))


def _width_sqrt(x, range):
    return _range_of(x) / sqrt(x.size)


def _width_stone(x, range):
    """The number of bins for which cross-validation estimates the smallest squared error."""
    n, extent = x.size, _range_of(x)
    if n <= 1 or extent == 0:
        return 0.0

    def loss(bins):
        share = _native.histogram(x, bins, range)[0] / n
        return (2 - (n + 1) * float(_native.vecdot(share, share))) * bins / extent

    most = max(100, int(sqrt(n)))
    bins = 1 + min(enumerate(map(loss, _indices(1, most + 1))), key=lambda pair: pair[1])[0]
    if bins == most:
        warn("the number of bins is the largest that was tried: there may be a better one",
             RuntimeWarning, stacklevel=5)
    return extent / bins


def _width_sturges(x, range):
    return _range_of(x) / (log2(x.size) + 1.0)


def _width_auto(x, range):
    """Freedman's and Diaconis's, but not much less than that of the root; Sturges's if smaller."""
    return min(max(_width_fd(x, range), _width_sqrt(x, range) / 2), _width_sturges(x, range))


_WIDTHS = {"auto": _width_auto, "doane": _width_doane, "fd": _width_fd, "rice": _width_rice,
           "scott": _width_scott, "sqrt": _width_sqrt, "stone": _width_stone,
           "sturges": _width_sturges}
#: The name is that of an argument here.
_indices = range


def _flat(a: ArrayLike, weights: ArrayLike) -> tuple[ndarray, ndarray | None]:
    """The elements and their weights in one dimension."""
    a = asarray(a)
    if a.dtype.kind == "b":
        warn("truth values are counted as 0 and 1: convert them to an integer type",
             RuntimeWarning, stacklevel=3)
        a = a.astype(_native.uint8)
    if weights is not None:
        weights = asarray(weights)
        if weights.shape != a.shape:
            raise ValueError("argument 'weights' must have the shape {} of 'a', not {}".format(
                a.shape, weights.shape))
        weights = _native.ravel(weights)
    return _native.ravel(a), weights


def _ends(a: ndarray, range: Any) -> tuple[Any, Any]:
    """Where the first bin begins and the last one ends, which is not the same."""
    if range is not None:
        first, last = range
    elif a.size == 0:
        first, last = 0, 1
    else:
        first, last = _native.min(a).item(), _native.max(a).item()
    if not (isfinite(first) and isfinite(last) and first <= last):
        raise ValueError(
            "argument 'range' must be finite and ascending, not from {} to {}{}".format(
                first, last, " as the elements are" if range is None else ""))
    return (first - 0.5, last + 0.5) if first == last else (first, last)


def _equal(a: ndarray, bins: int, range: Any) -> ndarray:
    """The edges of so many bins of one width, of the type of floating-point elements."""
    first, last = _ends(a, range)
    dtype = a.dtype if a.dtype.kind == "f" else _native.float64
    return _native.linspace(first, last, bins + 1, dtype=dtype)


def _number(a: ndarray, rule: str, range: Any, weights: Any) -> int:
    """The number of bins by a rule."""
    if rule not in _WIDTHS:
        raise ValueError("argument 'bins' must be a number, edges, or one of {}, not {!r}".format(
            ", ".join(map(repr, _WIDTHS)), rule))
    if weights is not None:
        raise TypeError(
            "argument 'bins' must be a number or edges with weights, not {!r}: the rules know no "
            "weights".format(rule))
    first, last = _ends(a, range)
    if range is not None:
        a = a[(a >= first) & (a <= last)]
    if a.size == 0:
        return 1
    width = float(_WIDTHS[rule](a, (first, last)))
    if a.dtype.kind in "iu":
        width = max(width, 1.0)
    return ceil((last - first) / width) if width else 1


def _edges(a: ndarray, bins: Any, range: Any, weights: Any) -> tuple[ndarray, int | None]:
    """The edges of bins, and the number of them if they are of one width."""
    if isinstance(bins, str):
        bins = _number(a, bins, range, weights)
    edges = asarray(bins)
    if edges.ndim == 0:
        if edges.dtype.kind not in "iu":
            raise TypeError(
                "argument 'bins' must be a number, edges, or the name of a rule, not {!r}".format(
                    bins))
        number = int(edges)
        if number < 1:
            raise ValueError("argument 'bins' must be 1 or more, not {}".format(number))
        return _equal(a, number, range), number
    if edges.ndim > 1:
        raise ValueError("argument 'bins' must have one axis, not {}".format(edges.ndim))
    if _native.any(edges[:-1] > edges[1:]):
        raise ValueError("argument 'bins' must be an ascending array, not one without that order")
    return edges, None


def histogram_bin_edges(a: ArrayLike, bins: int | str | ArrayLike = 10,
                        range: tuple[float, float] | None = None,
                        weights: ArrayLike = None) -> ndarray:
    """The edges of the bins that :func:`histogram` counts in.

    `bins` is a number of bins, or the name of a rule that finds it: 'auto', 'doane', 'fd', 'rice',
    'scott', 'sqrt', 'stone' or 'sturges'.

    >>> import pommel as pm
    >>> pm.histogram_bin_edges([0.0, 1.0, 3.0, 4.0], bins=4)
    array([0., 1., 2., 3., 4.])
    """
    a, weights = _flat(a, weights)
    return _edges(a, bins, range, weights)[0]


def _add_up(at: ndarray, weights: ndarray, length: int) -> ndarray:
    """The sums of the weights at each index, in the type of the weights."""
    if weights.dtype.kind != "c":
        return _native.bincount(at, weights, length).astype(weights.dtype)
    real = _native.bincount(at, weights.real, length)
    return (real + 1j * _native.bincount(at, weights.imag, length)).astype(weights.dtype)


def histogram(a: ArrayLike, bins: int | str | ArrayLike = 10,
              range: tuple[float, float] | None = None, density: bool | None = None,
              weights: ArrayLike = None) -> tuple[ndarray, ndarray]:
    """How many elements are in each bin, or the sum of their weights, and the edges of the bins.

    `bins` is a number of bins, their edges, or a rule as in :func:`histogram_bin_edges`. A bin
    holds its lower edge, and the last one also its upper edge. With `density`, counts are divided
    by their sum and the widths.

    >>> import pommel as pm
    >>> pm.histogram([1.0, 2.0, 1.0, 3.0], bins=2)
    (array([2, 2]), array([1., 2., 3.]))
    """
    a, weights = _flat(a, weights)
    edges, number = _edges(a, bins, range, weights)
    if weights is None:
        if number and edges.dtype == _native.float64:
            counts, edges = _native.histogram(a, number, range)
        else:
            counts, _ = _native.histogram(a, edges)
    else:
        inside = (a >= edges[0]) & (a <= edges[-1])
        at = _native.searchsorted(edges, a[inside], side="right") - 1
        length = edges.size - 1
        counts = _add_up(_native.minimum(at, length - 1), weights[inside], length)
    if density:
        counts = counts / _native.diff(edges).astype(_native.float64) / _native.sum(counts)
    return counts, edges


def _points(sample: Any) -> ndarray:
    """An array with a row for each point: given so, or as a sequence of coordinates."""
    if len(getattr(sample, "shape", ())) == 2:
        return asarray(sample)
    return _native.atleast_2d(asarray(sample)).T


def _dimension(name: str, x: ndarray, bins: Any, range: Any) -> ndarray:
    """The edges of bins for one coordinate."""
    if _native.asarray(bins).ndim == 0:
        number = int(bins)
        if number < 1:
            raise ValueError("argument '{}' must be 1 or more, not {}".format(name, number))
        return _native.linspace(*_ends(x, range), number + 1)
    edges = asarray(bins)
    if edges.ndim > 1 or _native.any(edges[:-1] > edges[1:]):
        raise ValueError(
            "argument '{}' must be numbers or ascending arrays of one axis".format(name))
    return edges


def histogramdd(sample: ArrayLike, bins: ArrayLike = 10,
                range: Sequence[tuple[float, float] | None] | None = None,
                density: bool | None = None,
                weights: ArrayLike = None) -> tuple[ndarray, tuple[ndarray, ...]]:
    """How many points are in each bin of a grid, and the edges along each of its axes.

    `sample` has a row for each point, or is a sequence of coordinates. `bins` is a number of bins,
    or for each coordinate a number or edges. The counts are of float64.

    >>> import pommel as pm
    >>> counts, edges = pm.histogramdd([[0.0, 1.0, 1.0], [0.0, 1.0, 0.5]], bins=2)
    >>> counts
    array([[1., 0.],
           [0., 2.]])
    """
    points = _points(sample)
    number, axes = points.shape
    bins = bins if hasattr(bins, "__len__") else [bins] * axes
    ranges = [None] * axes if range is None else range
    for name, items in (("bins", bins), ("range", ranges)):
        if len(items) != axes:
            raise ValueError("argument '{}' must have an item for each of the {} coordinates, "
                             "not {}".format(name, axes, len(items)))
    edges, index = [], _native.zeros(number, _native.int64)
    inside = _native.ones(number, _native.bool)
    for axis in _indices(axes):
        x = points[:, axis]
        along = _dimension("bins", x, bins[axis], ranges[axis])
        edges.append(along)
        inside = inside & (x >= along[0]) & (x <= along[-1])
        # What is outside gets a place that nobody reads.
        at = _native.searchsorted(along, x, side="right") - 1
        index = index * (along.size - 1) + _native.clip(at, 0, along.size - 2)
    shape = [along.size - 1 for along in edges]
    length = 1
    for extent in shape:
        length *= extent
    if weights is None:
        counts = _native.bincount(index[inside], None, length).astype(_native.float64)
    else:
        weights = asarray(weights)
        if weights.shape != (number,):
            raise ValueError(
                "argument 'weights' must hold a number for each of the {} points, not the shape {}"
                .format(number, weights.shape))
        counts = _native.bincount(index[inside], weights[inside], length)
    counts = counts.reshape(shape)
    if density:
        total = _native.sum(counts)
        for axis, along in enumerate(edges):
            counts = counts / _native.diff(along).reshape([-1] + [1] * (axes - axis - 1))
        counts = counts / total
    return counts, tuple(edges)


def histogram2d(x: ArrayLike, y: ArrayLike, bins: ArrayLike = 10,
                range: Sequence[tuple[float, float] | None] | None = None,
                density: bool | None = None,
                weights: ArrayLike = None) -> tuple[ndarray, ndarray, ndarray]:
    """How many points are in each bin of a grid, and the edges along `x` and along `y`.

    `bins` is a number of bins, edges, or a pair of either for `x` and for `y`. The counts are of
    float64.

    >>> import pommel as pm
    >>> counts, x, y = pm.histogram2d([0.0, 1.0, 1.0], [0.0, 1.0, 0.5], bins=2)
    >>> counts
    array([[1., 0.],
           [0., 2.]])
    """
    x, y = asarray(x), asarray(y)
    if x.shape != y.shape or x.ndim != 1:
        raise ValueError(
            "arguments 'x' and 'y' must have one axis and the same length, not the shapes {} and "
            "{}".format(x.shape, y.shape))
    if hasattr(bins, "__len__") and len(bins) not in (1, 2):
        bins = [asarray(bins)] * 2
    counts, (along_x, along_y) = histogramdd([x, y], bins, range, density, weights)
    return counts, along_x, along_y
