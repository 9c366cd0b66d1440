"""Polynomials as arrays of coefficients, of which the first belongs to the highest power."""

from __future__ import annotations

from operator import index
from warnings import warn

from . import _native
from ._native import asarray

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._typing import Any, ArrayLike, ndarray


def _line(name: str, p: ArrayLike) -> ndarray:
    p = _native.atleast_1d(asarray(p))
    if p.ndim > 1:
        raise ValueError(
            "argument '{}' must have one axis of coefficients, not {}".format(name, p.ndim))
    return p


def _trimmed(name: str, p: ArrayLike) -> ndarray:
    """Coefficients without zeros before the first other one; the last stays, whatever it is."""
    p = _line(name, p)
    given = _native.flatnonzero(p)
    return p[int(given[0]) if given.size else max(p.size - 1, 0):]


def poly(seq_of_zeros: ArrayLike) -> ndarray | float:
    """The coefficients of the polynomial with these roots, or of a matrix's characteristic one.

    They are real where roots come with their conjugates. The first one is 1.

    >>> import pommel as pm
    >>> pm.poly([1.0, 2.0])
    array([ 1., -3.,  2.])
    """
    from ._signal import convolve

    zeros = _native.atleast_1d(asarray(seq_of_zeros))
    if zeros.ndim == 2 and zeros.shape[0] == zeros.shape[1] != 0:
        zeros = _real_if_all(_native.eigvals(zeros), zeros)
    elif zeros.ndim != 1:
        raise ValueError(
            "argument 'seq_of_zeros' must have one axis, or be a square matrix, not of the shape "
            "{}".format(zeros.shape))
    if zeros.size == 0:
        return 1.0
    if zeros.dtype.kind not in "fc":
        zeros = zeros.astype(_native.float64)
    coefficients = _native.ones(1, zeros.dtype)
    for zero in _native.split(zeros, zeros.size):
        coefficients = convolve(coefficients, _native.concat([_native.ones_like(zero), -zero]))
    if zeros.dtype.kind == "c":
        mirrored = _native.sort(_native.conj(zeros))
        if _native.all(_native.sort(zeros) == mirrored):
            return coefficients.real.copy()
    return coefficients


def _real_if_all(values: ndarray, source: ndarray) -> ndarray:
    """Complex values of something real as real numbers, if all of them are."""
    if source.dtype.kind != "c" and not _native.any(values.imag):
        return values.real.copy()
    return values


def roots(p: ArrayLike) -> ndarray:
    """The roots of a polynomial: the eigenvalues of its companion matrix.

    Real if all of them are. Zeros before the first coefficient do not count. R. A. Horn and
    C. R. Johnson, Matrix Analysis, 3.3.

    >>> import pommel as pm
    >>> sorted(round(root, 6) for root in pm.roots([1.0, -3.0, 2.0]).tolist())
    [1.0, 2.0]
    """
    p = _line("p", p)
    given = _native.flatnonzero(p)
    if given.size == 0:
        return _native.zeros(0)
    first, last = int(given[0]), int(given[-1])
    at_zero = p.size - 1 - last
    p = p[first:last + 1]
    if p.dtype.kind not in "fc":
        p = p.astype(_native.float64)
    if p.size < 2:
        return _native.zeros(at_zero)
    companion = _native.eye(p.size - 1, k=-1, dtype=p.dtype)
    companion[0] = -p[1:] / p[:1]
    found = _real_if_all(_native.eigvals(companion), companion)
    return _native.concat([found, _native.zeros(at_zero, found.dtype)])


def polyval(p: ArrayLike, x: ArrayLike) -> ndarray:
    """The values of a polynomial, by Horner's rule.

    >>> import pommel as pm
    >>> pm.polyval([1, 0, 2], [1.0, 3.0])
    array([ 3., 11.])
    """
    p, x = _line("p", p), asarray(x)
    if p.size == 0:
        return _native.zeros_like(x)
    x = x.astype(_native.result_type(p.dtype, x.dtype))
    value = _native.zeros_like(x)
    for coefficient in p.astype(x.dtype).tolist():
        value = value * x + coefficient
    return value


def _added(a1: ArrayLike, a2: ArrayLike, add: Any) -> ndarray:
    a1, a2 = _line("a1", a1), _line("a2", a2)
    size = max(a1.size, a2.size)
    a1, a2 = (_native.concat([_native.zeros(size - a.size, a.dtype), a]) for a in (a1, a2))
    return add(a1, a2)


def polyadd(a1: ArrayLike, a2: ArrayLike) -> ndarray:
    """The sum of two polynomials.

    >>> import pommel as pm
    >>> pm.polyadd([1, 2], [9, 5, 4])
    array([9, 6, 6])
    """
    return _added(a1, a2, _native.add)


def polysub(a1: ArrayLike, a2: ArrayLike) -> ndarray:
    """The difference of two polynomials.

    >>> import pommel as pm
    >>> pm.polysub([2, 10, -2], [3, 10, -4])
    array([-1,  0,  2])
    """
    return _added(a1, a2, _native.subtract)


def polymul(a1: ArrayLike, a2: ArrayLike) -> ndarray:
    """The product of two polynomials, without zeros before the first coefficient.

    >>> import pommel as pm
    >>> pm.polymul([1, 2, 3], [9, 5, 1])
    array([ 9, 23, 38, 17,  3])
    """
    from ._signal import convolve

    return convolve(_trimmed("a1", a1), _trimmed("a2", a2))


def polydiv(u: ArrayLike, v: ArrayLike) -> tuple[ndarray, ndarray]:
    """The quotient of two polynomials, and the remainder without zeros before its coefficients.

    >>> import pommel as pm
    >>> pm.polydiv([3.0, 5.0, 2.0], [2.0, 1.0])
    (array([1.5 , 1.75]), array([0.25]))
    """
    from ._comparing import isclose

    u, v = _line("u", u), _line("v", v)
    dtype = _native.result_type(u.dtype, v.dtype)
    rest = u.astype(dtype if dtype.kind in "fc" else _native.float64)
    v = v.astype(rest.dtype)
    scale = 1 / v[:1]
    count = max(u.size - v.size + 1, 1)
    quotient = _native.zeros(count, rest.dtype)
    for at in range(u.size - v.size + 1):
        factor = scale * rest[at:at + 1]
        quotient[at:at + 1] = factor
        rest[at:at + v.size] -= factor * v
    # The last coefficient stays, whatever it is.
    left = _native.flatnonzero(~isclose(rest, 0, rtol=1e-14))
    return quotient, rest[int(left[0]) if left.size else rest.size - 1:]


def _order(m: int) -> int:
    if index(m) < 0:
        raise ValueError("argument 'm' must be 0 or more, not {}".format(m))
    return index(m)


def polyder(p: ArrayLike, m: int = 1) -> ndarray:
    """The derivative of a polynomial, of order `m`.

    >>> import pommel as pm
    >>> pm.polyder([1, 1, 1, 1])
    array([3, 2, 1])
    """
    p = _line("p", p)
    for _ in range(_order(m)):
        p = p[:-1] * _native.arange(p.size - 1, 0, -1)
    return p


def polyint(p: ArrayLike, m: int = 1, k: ArrayLike = None) -> ndarray:
    """The integral of a polynomial, of order `m`.

    `k` holds the constants of the integrations in turn: one for all, or as many; zeros without.

    >>> import pommel as pm
    >>> pm.polyint([6.0, 2.0], k=[5])
    array([3., 2., 5.])
    """
    m = _order(m)
    k = _native.zeros(m) if k is None else _native.atleast_1d(asarray(k))
    if k.size == 1 and m > 1:
        k = _native.repeat(k, m)
    if k.size < m:
        raise ValueError("argument 'k' must hold one constant, or {}, not {}".format(m, k.size))
    p = _line("p", p)
    for at in range(m):
        p = _native.concat([p / _native.arange(p.size, 0, -1), k[at:at + 1]])
    return p


def _samples(x: ArrayLike, y: ArrayLike, deg: int) -> tuple[ndarray, ndarray]:
    """The points and values of a fit, checked, as floating-point numbers."""
    x, y = asarray(x), asarray(y)
    if deg < 0:
        raise ValueError("argument 'deg' must be 0 or more, not {}".format(deg))
    if x.ndim != 1 or x.size == 0:
        raise TypeError(
            "argument 'x' must have one axis and elements, not the shape {}".format(x.shape))
    if y.ndim not in (1, 2) or y.shape[0] != x.size:
        raise TypeError(
            "argument 'y' must have one axis or two, and {} elements along the first, not the "
            "shape {}".format(x.size, y.shape))
    return x + 0.0, y + 0.0


def _covariance(left: ndarray, scale: ndarray, residuals: ndarray, y: ndarray,
                cov: Any) -> ndarray:
    """The covariances of the coefficients of a fit."""
    base = _native.inv(_native.matmul(left.T, left)) / _native.outer(scale, scale)
    if cov == "unscaled":
        factor = _native.ones(1)
    else:
        freedom = left.shape[0] - left.shape[1]
        if freedom <= 0:
            raise ValueError(
                "argument 'cov' needs more points than the {} coefficients, not {}: pass "
                "'unscaled'".format(left.shape[1], left.shape[0]))
        factor = residuals / freedom
    if y.ndim == 1:
        return base * factor
    return base[:, :, None] * factor


def polyfit(x: ArrayLike, y: ArrayLike, deg: int, rcond: float | None = None, full: bool = False,
            w: ArrayLike = None, cov: bool | str = False) -> Any:
    """The coefficients of the polynomial of a degree that is closest to points, by least squares.

    `y` has one axis, or a column for each of several polynomials. `w` holds weights of the
    distances, not of their squares. With `full`, a tuple of the coefficients, the residuals, the
    rank, the singular values and `rcond`; with `cov`, of the coefficients and their covariances,
    which are not scaled by the residuals if it is 'unscaled'. Warns (RuntimeWarning) where points
    do not determine the coefficients.

    >>> import pommel as pm
    >>> [round(one, 6) for one in pm.polyfit([0.0, 1.0, 2.0], [1.0, 3.0, 5.0], 1).tolist()]
    [2.0, 1.0]
    """
    from ._types import finfo

    x, y = _samples(x, y, deg)
    order = deg + 1
    rcond = x.size * finfo(x.dtype).eps if rcond is None else rcond
    left, right = _native.vander(x, order), y
    if w is not None:
        w = asarray(w) + 0.0
        if w.shape != x.shape:
            raise TypeError(
                "argument 'w' must have the shape {} of 'x', not {}".format(x.shape, w.shape))
        left = left * w[:, None]
        right = right * (w if y.ndim == 1 else w[:, None])
    # Columns of one length, so that the system is no worse than it has to be.
    scale = _native.sqrt(_native.sum(left * left, axis=0))
    left = left / scale
    found, residuals, rank, singular = _native.lstsq(left, right, rcond)
    found = (found.T / scale).T
    if int(rank) != order and not full:
        warn("the points do not determine the coefficients", RuntimeWarning, stacklevel=2)
    if full:
        return found, residuals, rank, singular, rcond
    if cov:
        return found, _covariance(left, scale, residuals, y, cov)
    return found
